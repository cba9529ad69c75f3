"""Properties that hold of every API: tried on each operation of its OpenAPI document.

A small schema fuzz, deterministic, so that a Revision that passed passes again.
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace

from pydantic import JsonValue

from apibuilder.domain import Check
from apibuilder.generator.base import CallFailed, HttpRequest, Session
from apibuilder.generator.operations import Draft, Operation, as_text, operations, valid
from apibuilder.generator.runner import describe_request, describe_response
from apibuilder.generator.schema import Schemas

_MOST_CALLS = 400  # of one property
_SHOWN = 3
_HARSH_TEXTS = ("", "0", "-1", "9" * 30, "1e400", "nan", "%", "'\";--", "\x00", "\u00e9\U0001f600")
_HARSH_VALUES: tuple[JsonValue, ...] = (
    *(None, "", "\x00", "x" * 20_000, "\U0001f600"),
    *(-1, 0, 10**30, 1.5, True, [], {}),
)
_UNKNOWN_TEXT = "unknown-7f3a9c"
_UNKNOWN_UUID = "00000000-0000-4000-8000-00000000dead"
_ID = re.compile(r"(^|_)id$")
# Who is asking may come before what is asked.
_REFUSED_FIRST = frozenset({401, 403})


@dataclass(frozen=True, slots=True)
class _Trial:
    """A request, and the statuses that are right for it."""

    request: HttpRequest
    allowed: Callable[[int], bool]
    wanted: str


_Trials = Callable[[Schemas, Operation], Iterator[_Trial]]


async def check_properties(session: Session) -> list[Check]:
    """One Check a property; none for an API without an OpenAPI document."""
    return [check async for check in _checks(session)]


async def _checks(session: Session) -> AsyncIterator[Check]:
    found = list(operations(session.openapi))
    if not found:
        return
    schemas = Schemas(session.openapi)
    for name, trials in _PROPERTIES.items():
        made = [trial for operation in found for trial in trials(schemas, operation)]
        yield await _check(session, name, made[:_MOST_CALLS])


async def _check(session: Session, name: str, trials: list[_Trial]) -> Check:
    began = time.monotonic()
    failures: list[str] = []
    for trial in trials:
        if failure := await _try(session, trial):
            failures.append(failure)
            if len(failures) == _SHOWN:
                break
    return Check(
        name=name,
        passed=not failures,
        detail="; ".join(failures),
        seconds=time.monotonic() - began,
    )


async def _try(session: Session, trial: _Trial) -> str:
    try:
        response = await session.call(trial.request)
    except CallFailed as failed:
        return f"{describe_request(trial.request)} got no answer: {failed}"
    if trial.allowed(response.status):
        return ""
    answered = f"{describe_request(trial.request)} answered {describe_response(response)}"
    return f"{answered}, but {trial.wanted} was expected"


# --- wrong types are refused -------------------------------------------------------


def _wrong_types(schemas: Schemas, operation: Operation) -> Iterator[_Trial]:
    right = valid(schemas, operation)
    for draft in (*_wrong_parameters(schemas, right), *_wrong_bodies(schemas, right)):
        yield _Trial(draft.request(), _is_refusal, "status 422")


def _wrong_parameters(schemas: Schemas, right: Draft) -> Iterator[Draft]:
    for parameter in right.operation.parameters:
        for text in schemas.wrong_text(parameter.schema):
            yield right.with_parameter(parameter, text)


def _wrong_bodies(schemas: Schemas, right: Draft) -> Iterator[Draft]:
    if right.operation.body is None:
        return
    for value in schemas.wrong(right.operation.body):
        yield replace(right, body=value)
    if isinstance(right.body, dict):
        schema = schemas.alternatives(right.operation.body)[0]
        for name, inner in schema.get("properties", {}).items():
            for value in schemas.wrong(inner):
                yield replace(right, body={**right.body, name: value})


def _is_refusal(status: int) -> bool:
    return status == 422 or status in _REFUSED_FIRST


# --- unknown ids are not found -----------------------------------------------------


def _unknown_ids(schemas: Schemas, operation: Operation) -> Iterator[_Trial]:
    parameters = operation.path_parameters
    named = bool(parameters) and any(_ID.search(one.name) for one in parameters)
    if not parameters or not ("404" in operation.responses or (named and _reads(operation))):
        return
    draft = valid(schemas, operation)
    for parameter in parameters:
        draft = draft.with_parameter(parameter, _unknown(schemas, parameter.schema))
    # A sample body may break a rule that its schema does not tell.
    allowed = {404} if operation.body is None else {404, 422}
    yield _Trial(draft.request(), (allowed | _REFUSED_FIRST).__contains__, "status 404")


def _reads(operation: Operation) -> bool:
    """PUT may create, and DELETE of what is not there may succeed."""
    return operation.method in {"GET", "PATCH"}


def _unknown(schemas: Schemas, schema: dict[str, object]) -> str:
    schema = schemas.alternatives(schema)[0]
    if schema.get("type") == "integer":
        highest = schema.get("maximum", 1_000_000_007)
        return str(min(int(str(highest)), 1_000_000_007))
    if schema.get("format") == "uuid":
        return _UNKNOWN_UUID
    if "pattern" in schema or "enum" in schema or schema.get("format"):
        return as_text(schemas.sample(schema))
    longest = schema.get("maxLength")
    return _UNKNOWN_TEXT if longest is None else _UNKNOWN_TEXT[: int(str(longest))]


# --- no server errors ----------------------------------------------------------------


def _harsh_inputs(schemas: Schemas, operation: Operation) -> Iterator[_Trial]:
    right = valid(schemas, operation)
    yield _no_server_error(right.request())
    for parameter in operation.parameters:
        if parameter.location == "header":
            continue
        # An empty path segment is another path.
        for text in _HARSH_TEXTS[parameter.location == "path" :]:
            yield _no_server_error(right.with_parameter(parameter, text).request())
    if operation.body is not None:
        yield from _harsh_bodies(right)


def _harsh_bodies(right: Draft) -> Iterator[_Trial]:
    request = right.request()
    for raw in (b"", b"{", b"null", b"[]", b"{}", b"\xff"):
        yield _no_server_error(replace(request, body=raw))
    if isinstance(right.body, dict):
        for name in right.body:
            for value in _HARSH_VALUES:
                body = {**right.body, name: value}
                yield _no_server_error(replace(right, body=body).request())


def _no_server_error(request: HttpRequest) -> _Trial:
    return _Trial(request, lambda status: status < 500, "no server error")


_PROPERTIES: dict[str, _Trials] = {
    "wrong types are refused": _wrong_types,
    "unknown ids are not found": _unknown_ids,
    "no server errors": _harsh_inputs,
}
