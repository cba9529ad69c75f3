"""Properties that hold of every API: tried on each operation of its OpenAPI document.

A small schema fuzz, deterministic, so that a Revision that passed passes again.
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from pydantic import JsonValue

from apibuilder.domain import Check
from apibuilder.generator.base import CallFailed, HttpRequest, Session
from apibuilder.generator.operations import Draft, Operation, as_text, operations, valid
from apibuilder.generator.runner import describe_request, describe_response
from apibuilder.generator.schema import Schema, Schemas

_MOST_CALLS = 400  # of one property
_SHOWN = 3
_HARSH_TEXTS = ("", "0", "-1", "9" * 30, "1e400", "nan", "%", "'\";--", "\x00", "\u00e9\U0001f600")
_HARSH_VALUES: tuple[JsonValue, ...] = (
    *(None, "", "\x00", "x" * 20_000, "\U0001f600"),
    *(-1, 0, 10**30, 1.5, True, [], {}),
)
_UNKNOWN_TEXT = "unknown-7f3a9c"
_LARGE = 1_000_000_007
_UNKNOWN_UUID = "00000000-0000-4000-8000-00000000dead"
_ID = re.compile(r"(^|_)id$")
# Who is asking may come before what is asked.
_REFUSED_FIRST = frozenset({401, 403})
_MALFORMED = (
    *(ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError),
)


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
    if not session.openapi.get("paths"):
        return
    for name, trials in _PROPERTIES.items():
        yield await _check(session, name, _made(session.openapi, trials))


class _Unreadable(Exception):
    """A document that is not what OpenAPI says: an API may answer anything there."""


def _made(document: dict[str, Any], trials: _Trials) -> Iterator[_Trial]:
    schemas = Schemas(document)
    try:
        for operation in operations(document):
            yield from trials(schemas, operation)
    except _MALFORMED as error:
        raise _Unreadable(
            f"its OpenAPI document cannot be read: {type(error).__name__}: {error}"
        ) from error


async def _check(session: Session, name: str, trials: Iterator[_Trial]) -> Check:
    began = time.monotonic()
    failures: list[str] = []
    try:
        for trial in islice(trials, _MOST_CALLS):
            if failure := await _try(session, trial):
                failures.append(failure)
                if len(failures) == _SHOWN:
                    break
    except _Unreadable as unreadable:
        failures.append(str(unreadable))
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
        # What is wrong for one alternative may be right for another.
        options = schemas.alternatives(right.operation.body)
        members: dict[str, Schema] = options[0].get("properties", {}) if len(options) == 1 else {}
        for name, inner in members.items():
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
    unknown = {one.name: _unknown(schemas, one.schema) for one in parameters}
    if not any(unknown.values()):
        return
    for parameter in parameters:
        if text := unknown[parameter.name]:
            draft = draft.with_parameter(parameter, text)
    allowed = {404, 422} if _may_be_invalid(schemas, operation) else {404}
    yield _Trial(draft.request(), (allowed | _REFUSED_FIRST).__contains__, "status 404")


def _reads(operation: Operation) -> bool:
    """PUT may create, and DELETE of what is not there may succeed."""
    return operation.method in {"GET", "PATCH"}


def _may_be_invalid(schemas: Schemas, operation: Operation) -> bool:
    """Whether a sample may break a rule: one that its schema does not tell, or a pattern."""
    return operation.body is not None or any(
        (one.required and one.location != "path") or "pattern" in schemas.resolve(one.schema)
        for one in operation.parameters
    )


def _unknown(schemas: Schemas, schema: Schema) -> str | None:
    """What nothing has as its id; None if all that the schema takes may be there."""
    schema = schemas.alternatives(schema)[0]
    if "enum" in schema or schema.get("type") == "boolean":
        return None
    if schema.get("type") in {"integer", "number"}:
        highest = min(schema.get("maximum", _LARGE), schema.get("exclusiveMaximum", _LARGE + 1) - 1)
        return str(int(min(highest, _LARGE)))
    if schema.get("format") == "uuid":
        return _UNKNOWN_UUID
    if "pattern" in schema or schema.get("format"):
        return as_text(schemas.sample(schema))
    text = _UNKNOWN_TEXT.ljust(int(schema.get("minLength", 0)), "x")
    return text[: schema.get("maxLength")]


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
