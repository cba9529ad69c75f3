"""Runs TestCases against a Session."""

from __future__ import annotations

import json
import math
import secrets
import time
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from pydantic import JsonValue

from apibuilder.domain import Check
from apibuilder.generator.base import CallFailed, HttpRequest, HttpResponse, Session
from apibuilder.generator.cases import Expectation, Step, StepRequest, TestCase, Upload

_SHOWN = 400  # characters of a body in a report
_TOLERANCE = 1e-9
_PATH_SAFE = "/%:@!$&'()*+,;=~-._"
Captured = dict[str, JsonValue]


class _Differs(Exception):
    """An answer is not what was expected."""


async def run_case(session: Session, case: TestCase) -> Check:
    """Run its steps up to the first that fails; the detail has that one's request and answer."""
    began = time.monotonic()
    captured: Captured = {}
    detail = ""
    for number, step in enumerate(case.steps, 1):
        if failure := await run_step(session, step, captured):
            detail = f"step {number}: {failure}"
            break
    return Check(name=case.name, passed=not detail, detail=detail, seconds=time.monotonic() - began)


async def run_step(session: Session, step: Step, captured: Captured) -> str:
    """What is not as expected of one step; empty if nothing is. Notes what it captures."""
    request = encode(step.request, captured)
    try:
        response = await session.call(request)
    except CallFailed as failed:
        return f"{describe_request(request)} got no answer: {failed}"
    try:
        _compare(response, step.expect, captured)
        for name, place in step.capture.items():
            captured[name] = _at(_json(response), place)
    except _Differs as differs:
        return f"{describe_request(request)} answered {describe_response(response)}, but {differs}"
    return ""


# --- requests ------------------------------------------------------------------


def encode(request: StepRequest, captured: Mapping[str, JsonValue]) -> HttpRequest:
    """The bytes of a request, with captured values in their places."""
    headers = {
        name.lower(): as_header(_fill(value, captured)) for name, value in request.headers.items()
    }
    body, content_type = _body(request, captured)
    if content_type:
        headers.setdefault("content-type", content_type)
    query = [(name, _filled(value, captured)) for name, value in request.query.items()]
    return HttpRequest(
        method=request.method,
        path=quote(_fill(request.path, captured), safe=_PATH_SAFE, errors="replace"),
        query=urlencode(
            [(name, _query_value(value)) for name, value in query], doseq=True, errors="replace"
        ),
        headers=headers,
        body=body,
    )


def as_header(value: str) -> str:
    """The same with a question mark for what no header can hold."""
    return value.encode("latin-1", "replace").decode("latin-1")


def _body(request: StepRequest, captured: Mapping[str, JsonValue]) -> tuple[bytes, str]:
    if request.files:
        return _multipart(request.form, request.files)
    if request.form:
        return urlencode(request.form).encode(), "application/x-www-form-urlencoded"
    if request.text is not None:
        return request.text.encode(), "application/json"
    if request.body is not None:
        return json.dumps(_filled(request.body, captured)).encode(), "application/json"
    return b"", ""


def _multipart(form: Mapping[str, str], files: Mapping[str, Upload]) -> tuple[bytes, str]:
    boundary = secrets.token_hex(16)
    parts = [
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode()
        for name, value in form.items()
    ]
    for name, upload in files.items():
        head = (
            f'Content-Disposition: form-data; name="{name}"; filename="{upload.filename}"\r\n'
            f"Content-Type: {upload.content_type}\r\n\r\n"
        )
        parts.append(head.encode() + upload.data())
    joined = b"".join(b"--%b\r\n%b\r\n" % (boundary.encode(), part) for part in parts)
    return joined + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def _query_value(value: JsonValue) -> JsonValue:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def _filled(value: JsonValue, captured: Mapping[str, JsonValue]) -> JsonValue:
    """The same JSON with captured values in it; a text that is only a name keeps the type."""
    match value:
        case str() if value[:1] == "{" and value[-1:] == "}" and value[1:-1] in captured:
            return captured[value[1:-1]]
        case str():
            return _fill(value, captured)
        case list():
            return [_filled(one, captured) for one in value]
        case dict():
            return {name: _filled(one, captured) for name, one in value.items()}
        case _:
            return value


def _fill(text: str, captured: Mapping[str, JsonValue]) -> str:
    for name, value in captured.items():
        text = text.replace(f"{{{name}}}", value if isinstance(value, str) else json.dumps(value))
    return text


# --- answers -------------------------------------------------------------------


def _compare(response: HttpResponse, expect: Expectation, captured: Captured) -> None:
    """Raise _Differs at the first thing that is not as expected."""
    if response.status in expect.or_status:
        return
    _compare_head(response, expect, captured)
    _compare_text(response, expect, captured)
    if expect.members:
        _has_members(_json(response), expect.members)
    if expect.subset is not None:
        _contains(_json(response), _filled(expect.subset, captured), "the answer")
    if expect.equals is not None and not _equal(_json(response), _filled(expect.equals, captured)):
        raise _Differs(f"exactly {_short(json.dumps(expect.equals))} was expected")


def _has_members(value: JsonValue, names: list[str]) -> None:
    for one in value if isinstance(value, list) else [value]:
        if not isinstance(one, dict):
            raise _Differs(f"a JSON object with {', '.join(names)} was expected")
        for name in names:
            if name not in one:
                raise _Differs(f"a JSON object with the member {name!r} was expected")


def _compare_head(response: HttpResponse, expect: Expectation, captured: Captured) -> None:
    if response.status != expect.status:
        raise _Differs(f"status {expect.status} was expected")
    for name, part in expect.headers.items():
        if _fill(part, captured) not in response.headers.get(name.lower(), ""):
            raise _Differs(f"header {name} with {part!r} was expected")


def _compare_text(response: HttpResponse, expect: Expectation, captured: Captured) -> None:
    text = response.body.decode(errors="replace")
    for part in expect.contains:
        if _fill(part, captured) not in text:
            raise _Differs(f"a body with {part!r} was expected")
    for part in expect.lacks:
        if _fill(part, captured) in text:
            raise _Differs(f"a body without {part!r} was expected")
    if expect.prefix is not None and not response.body.startswith(bytes.fromhex(expect.prefix)):
        raise _Differs(f"a body that begins with the bytes {expect.prefix} was expected")


def _contains(seen: JsonValue, wanted: JsonValue, where: str) -> None:
    """Objects may have further members; lists and everything else must be equal."""
    match wanted:
        case dict():
            if not isinstance(seen, dict):
                raise _Differs(f"{where} should be an object")
            for name, value in wanted.items():
                if name not in seen:
                    raise _Differs(f"{where} should have {name!r}")
                _contains(seen[name], value, f"{where}.{name}")
        case list():
            if not isinstance(seen, list) or len(seen) != len(wanted):
                raise _Differs(f"{where} should be a list of {len(wanted)}")
            for index, (one, value) in enumerate(zip(seen, wanted, strict=True)):
                _contains(one, value, f"{where}.{index}")
        case _:
            if not _same(seen, wanted):
                raise _Differs(f"{where} should be {_short(json.dumps(wanted))}")


def _equal(seen: JsonValue, wanted: JsonValue) -> bool:
    match seen, wanted:
        case dict(), dict():
            return seen.keys() == wanted.keys() and all(
                _equal(seen[name], value) for name, value in wanted.items()
            )
        case list(), list():
            return len(seen) == len(wanted) and all(map(_equal, seen, wanted))
        case _:
            return _same(seen, wanted)


def _same(seen: JsonValue, wanted: JsonValue) -> bool:
    if isinstance(seen, bool) or isinstance(wanted, bool):
        return seen is wanted
    if not (isinstance(seen, int | float) and isinstance(wanted, int | float)):
        return seen == wanted
    try:
        return math.isclose(seen, wanted, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)
    except OverflowError:  # an integer that no float can hold
        return seen == wanted


def _at(value: JsonValue, place: str) -> JsonValue:
    for part in place.split("."):
        match value:
            case dict() if part in value:
                value = value[part]
            case list() if part.isdecimal() and int(part) < len(value):
                value = value[int(part)]
            case _:
                raise _Differs(f"it should have {place!r}")
    return value


def _json(response: HttpResponse) -> JsonValue:
    try:
        return json.loads(response.body)
    except (ValueError, RecursionError):
        raise _Differs("JSON was expected") from None


# --- reports -------------------------------------------------------------------


def describe_request(request: HttpRequest) -> str:
    """A request as a line for its author."""
    query = f"?{request.query}" if request.query else ""
    body = f" with {_short(request.body.decode(errors='replace'))}" if request.body else ""
    return f"{request.method} {request.path}{query}{body}"


def describe_response(response: HttpResponse) -> str:
    """An answer as a line for its author."""
    return f"{response.status} {_short(response.body.decode(errors='replace'))}".rstrip()


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}... ({len(text)} characters)"
