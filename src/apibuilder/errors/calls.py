"""Who is asking, what is asked, and an Api or a platform that cannot answer."""

from __future__ import annotations

from apibuilder.errors.base import ApiBuilderError

# --- who is asking -----------------------------------------------------------


class MissingKey(ApiBuilderError):
    """This API needs a key: send `Authorization: Bearer <key>` or `X-API-Key: <key>`."""

    code, status = "missing_key", 401


class InvalidKey(ApiBuilderError):
    """This key is not valid for this API."""

    code, status = "invalid_key", 401


class AmbiguousKey(ApiBuilderError):
    """Two different keys came with one request; send one."""

    code, status = "ambiguous_key", 400


class Unauthenticated(ApiBuilderError):
    """Sign in first."""

    code, status = "unauthenticated", 401


class InvalidSetting(ApiBuilderError):
    """A setting in the environment or in `.env` has a value that is not allowed."""

    code, status = "invalid_setting", 500


class InsufficientScope(ApiBuilderError):
    """This key may only read: send GET or HEAD, or use a key with the scope `call`."""

    code, status = "insufficient_scope", 403


class Forbidden(ApiBuilderError):
    """This account may not do that."""

    code, status = "forbidden", 403


# --- what is asked -----------------------------------------------------------


class PreflightRefused(ApiBuilderError):
    """No API here answers a preflight: its app has no CORS policy, or there is no such API."""

    code, status = "preflight_refused", 403


class BadRequest(ApiBuilderError):
    """The request is not well-formed."""

    code, status = "bad_request", 400


class InvalidSignature(ApiBuilderError):
    """The message is not signed by who it says it is from, or is too old."""

    code, status = "invalid_signature", 400


class Invalid(ApiBuilderError):
    """A value in the request is not allowed."""

    code, status = "invalid", 422


class NotFound(ApiBuilderError):
    """There is no such thing, or it is not yours."""

    code, status = "not_found", 404


class Conflict(ApiBuilderError):
    """That conflicts with what is there."""

    code, status = "conflict", 409


class MethodNotAllowed(ApiBuilderError):
    """This address does not take that method."""

    code, status = "method_not_allowed", 405


# --- an Api that cannot answer -----------------------------------------------


class ApiPaused(ApiBuilderError):
    """This API is paused by its maker."""

    code, status = "api_paused", 503


class ApiNotReady(ApiBuilderError):
    """This API is being deployed; try again in a moment."""

    code, status = "api_not_ready", 503


class ApiFailed(ApiBuilderError):
    """This API's deployment failed and nothing older serves."""

    code, status = "api_failed", 503


class InstanceUnavailable(ApiBuilderError):
    """No running copy of this API could be reached."""

    code, status = "instance_unavailable", 503


class InstanceCrashed(ApiBuilderError):
    """The API stopped while it was answering."""

    code, status = "instance_crashed", 502


class InvalidResponse(ApiBuilderError):
    """The API's answer is not a valid HTTP response."""

    code, status = "invalid_response", 502


class LedgerFull(ApiBuilderError):
    """The usage ledger cannot grow, so no call is served: none goes unmetered."""

    code, status = "ledger_full", 503


class LimiterAway(ApiBuilderError):
    """The limits of this platform cannot be checked just now, so no call is served; try again."""

    code, status = "limiter_away", 503


class Unavailable(ApiBuilderError):
    """A part of the platform is away; it is being restarted."""

    code, status = "unavailable", 503
