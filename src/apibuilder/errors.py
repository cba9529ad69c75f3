"""Every error a person can meet: a code, an HTTP status and a public sentence (its docstring).

Raise one with the detail that names what is wrong, what is allowed and what to do:
`raise RateLimited("...", limit="requests_per_second", allowed=10, seen=11)`.
One handler per server turns it into application/problem+json (RFC 9457) with `problem()`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from apibuilder.domain import Ending, Failure


class ApiBuilderError(Exception):
    """Something went wrong on our side."""

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500

    def __init__(
        self, detail: str | None = None, *, headers: dict[str, str] | None = None, **facts: Any
    ) -> None:
        self.detail = detail or self.title()
        self.headers = headers or {}
        self.facts = facts
        super().__init__(self.detail)

    @classmethod
    def title(cls) -> str:
        """The public sentence: the class's docstring, first line."""
        return (cls.__doc__ or cls.code).strip().splitlines()[0]

    def problem(self, request_id: str) -> dict[str, Any]:
        """The members of an RFC 9457 problem document."""
        return {
            "type": f"urn:apibuilder:error:{self.code}",
            "title": self.title(),
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "request_id": request_id,
            **self.facts,
        }


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


class BadRequest(ApiBuilderError):
    """The request is not well-formed."""

    code, status = "bad_request", 400


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


# --- limits: each names itself, the allowed and the seen value ---------------


class LimitExceeded(ApiBuilderError):
    """A limit was reached."""

    code, status = "limit_exceeded", 429

    def __init__(
        self,
        detail: str | None = None,
        *,
        limit: str,
        allowed: float,
        seen: float,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail, headers=headers, limit=limit, allowed=allowed, seen=seen)


class RateLimited(LimitExceeded):
    """Too many requests for this key just now."""

    code, status = "rate_limited", 429


class QuotaExceeded(LimitExceeded):
    """This month's allowance of calls is used up."""

    code, status = "quota_exceeded", 429


class ConcurrencyExceeded(LimitExceeded):
    """Too many requests of this API are in flight at once."""

    code, status = "concurrency_exceeded", 429


class RequestTooLarge(LimitExceeded):
    """The request's body is larger than the plan allows."""

    code, status = "request_too_large", 413


class HeadersTooLarge(LimitExceeded):
    """The request's headers are larger than the gateway takes."""

    code, status = "headers_too_large", 431


class ResponseTooLarge(LimitExceeded):
    """The API's answer is larger than the plan allows."""

    code, status = "response_too_large", 502


class RequestTimeout(LimitExceeded):
    """The request's body did not arrive in time."""

    code, status = "request_timeout", 408


class DeadlineExceeded(LimitExceeded):
    """The API did not answer within its time limit."""

    code, status = "deadline_exceeded", 504


class MemoryExceeded(LimitExceeded):
    """The API used more memory than its plan allows, and was ended."""

    code, status = "memory_exceeded", 502


class CpuExceeded(LimitExceeded):
    """The API computed on beyond its time limit without answering anybody, and was ended."""

    code, status = "cpu_exceeded", 504


class ProcessesExceeded(LimitExceeded):
    """The API had more threads than its plan allows, and was ended."""

    code, status = "processes_exceeded", 502


class StorageExceeded(LimitExceeded):
    """The API's files take more space than its plan allows."""

    code, status = "storage_exceeded", 507


class TooManyApis(LimitExceeded):
    """This plan's number of APIs is used up."""

    code, status = "too_many_apis", 403


class TooManyKeys(LimitExceeded):
    """This API has as many live keys as one can have."""

    code, status = "too_many_keys", 403


class TooManySchedules(LimitExceeded):
    """This API has as many schedules as one can have."""

    code, status = "too_many_schedules", 403


class TooManySecrets(LimitExceeded):
    """This API has as many secrets as one can have."""

    code, status = "too_many_secrets", 403


class TooManyGenerations(LimitExceeded):
    """This plan's generations of today are used up."""

    code, status = "too_many_generations", 429


class GenerationTimeout(LimitExceeded):
    """The generation was not finished in time."""

    code, status = "generation_timeout", 504


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


class Unavailable(ApiBuilderError):
    """A part of the platform is away; it is being restarted."""

    code, status = "unavailable", 503


# --- a deployment or generation that is refused ------------------------------


class DeployRefused(ApiBuilderError):
    """The code could not be deployed."""

    code, status = "deploy_refused", 422

    def __init__(
        self, detail: str | None = None, *, file: str | None = None, line: int | None = None
    ) -> None:
        super().__init__(detail, file=file, line=line)
        self.file = file
        self.line = line

    def failure(self) -> Failure:
        """The same as a value that a Deployment row keeps."""
        return Failure(code=self.code, detail=self.detail, file=self.file, line=self.line)

    @staticmethod
    def from_failure(failure: Failure) -> DeployRefused:
        """The error of a stored or transmitted Failure; an unknown code keeps the base class."""
        kind = _REFUSALS.get(failure.code, DeployRefused)
        return kind(failure.detail, file=failure.file, line=failure.line)


class SourceSyntaxError(DeployRefused):
    """The code is not valid Python."""

    code = "syntax_error"


class SourceTooLarge(DeployRefused):
    """The code is larger than 512 KiB."""

    code = "source_too_large"


class AppMissing(DeployRefused):
    """The module defines no FastAPI (ASGI) application named `app`."""

    code = "app_missing"


class PackageMissing(DeployRefused):
    """A package that the code imports is not in the runtime."""

    code = "package_missing"


class ImportRefused(DeployRefused):
    """The code imports a module that APIs may not use."""

    code = "import_refused"


class ImportFailed(DeployRefused):
    """The code raised an error while it was imported."""

    code = "import_failed"


class OpenapiFailed(DeployRefused):
    """The app's OpenAPI document could not be built."""

    code = "openapi_failed"


class LifespanFailed(DeployRefused):
    """The app's startup failed."""

    code = "lifespan_failed"


class StartTimeout(DeployRefused):
    """The app was not ready in time."""

    code = "start_timeout"


class StartCrashed(DeployRefused):
    """The app's process ended while it was starting."""

    code = "start_crashed"


class ProbeFailed(DeployRefused):
    """The app started but did not answer its probe."""

    code = "probe_failed"


class TestsFailed(DeployRefused):
    """The API's own tests failed, so it was not published."""

    code = "tests_failed"


class SecretUnreadable(DeployRefused):
    """A secret of this API cannot be opened."""

    code = "secret_unreadable"


class SandboxUnavailable(DeployRefused):
    """This machine cannot isolate strangers' code well enough."""

    code = "sandbox_unavailable"


class EgressUnavailable(DeployRefused):
    """The API declares hosts to reach, which takes a network namespace: the sandbox tier `full`."""

    code = "egress_unavailable"


class CrashLoop(DeployRefused):
    """The API crashed again and again right after it was deployed."""

    code = "crash_loop"


class Superseded(DeployRefused):
    """A newer deployment of the same API took this one's place before it was started."""

    code, status = "superseded", 409


class NeedsModel(ApiBuilderError):
    """The offline recipes do not understand this prompt; it needs a model."""

    code, status = "needs_model", 422


def _descendants(kind: type[ApiBuilderError]) -> Iterator[type[ApiBuilderError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _descendants(child)


def catalogue() -> dict[str, type[ApiBuilderError]]:
    """Every error by its code, for docs/api.md and its test."""
    return {kind.code: kind for kind in (ApiBuilderError, *_descendants(ApiBuilderError))}


def of_ending(ending: Ending) -> ApiBuilderError:
    """What callers get whose Instance ended under them."""
    detail = f"The API's process ended: {ending.detail}."
    kind = catalogue().get(ending.code, InstanceCrashed)
    if ending.limit is not None and issubclass(kind, LimitExceeded):
        return kind(detail, limit=ending.limit, allowed=ending.allowed, seen=ending.seen)
    return InstanceCrashed(detail)


_REFUSALS: dict[str, type[DeployRefused]] = {
    kind.code: kind for kind in _descendants(DeployRefused) if issubclass(kind, DeployRefused)
}
