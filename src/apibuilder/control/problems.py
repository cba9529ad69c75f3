"""The one road from an error to `application/problem+json` (RFC 9457)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from apibuilder.control.request_id import request_id
from apibuilder.errors import (
    ApiBuilderError,
    BadRequest,
    Invalid,
    MethodNotAllowed,
    NotFound,
)

MEDIA_TYPE = "application/problem+json"
_log = structlog.get_logger()


def answer(request: Request, error: ApiBuilderError) -> JSONResponse:
    """The problem document of an error."""
    return JSONResponse(
        error.problem(request_id(request.scope)),
        status_code=error.status,
        headers=error.headers,
        media_type=MEDIA_TYPE,
    )


def install(app: FastAPI) -> None:
    """Handle our errors, FastAPI's, Starlette's and everybody else's."""

    async def ours(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, ApiBuilderError)
        return answer(request, error)

    async def invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return answer(request, _invalid(error.errors()))

    async def http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        return answer(request, _http(request, error))

    async def unknown(request: Request, error: Exception) -> JSONResponse:
        identity = request_id(request.scope)
        _log.error("a request failed for a reason of ours", request_id=identity, exc_info=error)
        detail = f"Something went wrong on our side. The log has it under request id {identity}."
        # Starlette answers this one outside of all middleware, so RequestId cannot add its header.
        return answer(request, ApiBuilderError(detail, headers={"X-Request-ID": identity}))

    app.add_exception_handler(ApiBuilderError, ours)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, unknown)


def _invalid(errors: Sequence[Any]) -> Invalid:
    """Every wrong value with its place; never the value itself, which may be a secret."""
    found = [
        {"where": ".".join(str(part) for part in error["loc"]), "message": str(error["msg"])}
        for error in errors
    ]
    detail = "; ".join(f"{one['where']}: {one['message']}" for one in found)
    return Invalid(detail, errors=found)


def _http(request: Request, error: HTTPException) -> ApiBuilderError:
    headers = dict(error.headers or {})
    if error.status_code == 404:
        return NotFound(f"There is nothing at {request.url.path}; see /api/v1/docs.")
    if error.status_code == 405:
        return MethodNotAllowed(
            f"{request.url.path} does not take {request.method}; it takes "
            f"{headers.get('Allow', headers.get('allow', 'another method'))}.",
            headers=headers,
        )
    return BadRequest(str(error.detail), headers=headers)
