"""Whether what is stored survives a change: the old code and the new one, each on a copy of it.

Both are asked for everything that can be read without knowing an address; what the old one answers,
the new one must answer too, under its new names.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode
from uuid import UUID

from pydantic import JsonValue

from apibuilder.domain import Check
from apibuilder.errors import DataChanged, DeployRefused
from apibuilder.generator.base import CallFailed, HttpRequest, HttpResponse, Session
from apibuilder.generator.edits.base import DataSandbox

_MOST_PAGES = 20
_PAGE = 500
_MOST_OPERATIONS = 40
_NAME = "stored data survives"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """How answers may differ: names in the old one that are other ones, or none, in the new one."""

    renamed: dict[str, str] = field(default_factory=dict[str, str])
    removed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Reading:
    """What an API answered to one GET."""

    path: str
    status: int
    body: JsonValue


async def check_data(
    sandbox: DataSandbox, api_id: UUID, old: str, new: str, expected: Expected
) -> Check:
    """Raises DataChanged, or whatever says that the new code cannot start on the data."""
    try:
        async with sandbox.open_copy(old, api_id) as session:
            paths = _readable(session.openapi)
            before = [one for path in paths for one in await _read(session, path)]
    except DeployRefused as refused:
        if refused.code == "data_not_copied":
            raise
        return Check(name=_NAME, passed=True, detail="the code before it does not start any more")
    async with sandbox.open_copy(new, api_id) as session:
        compared = 0
        for one in before:
            if one.status != 200:
                continue
            compared += await _compare(session, one, expected)
    return Check(name=_NAME, passed=True, detail=f"{compared} entries read before and after")


def _readable(openapi: dict[str, JsonValue]) -> list[str]:
    """GET operations without parameters that must be known; those that page are read in pages."""
    found: list[str] = []
    paths = openapi.get("paths", {})
    for path, item in paths.items() if isinstance(paths, dict) else ():
        operation = item.get("get") if isinstance(item, dict) else None
        if not isinstance(operation, dict) or "{" in path:
            continue
        parameters = operation.get("parameters") or []
        listed = (
            [one for one in parameters if isinstance(one, dict)]
            if isinstance(parameters, list)
            else []
        )
        if not any(one.get("required") for one in listed):
            names = {str(one.get("name")) for one in listed}
            paging = {"limit", "offset"} <= names
            found.append(
                quote(path, safe="/") + (f"?{urlencode({'limit': _PAGE})}" if paging else "")
            )
    return found[:_MOST_OPERATIONS]


async def _read(session: Session, path: str) -> list[_Reading]:
    """One answer, or the pages of a list."""
    found: list[_Reading] = []
    plain, _, query = path.partition("?")
    for page in range(_MOST_PAGES if query else 1):
        asked = f"{query}&offset={page * _PAGE}" if query else ""
        reading = await _get(session, plain, asked)
        found.append(reading)
        if len(_entries(reading.body)) < _PAGE:
            break
    return found


async def _get(session: Session, path: str, query: str) -> _Reading:
    where = f"{path}?{query}" if query else path
    try:
        response = await session.call(HttpRequest(method="GET", path=path, query=query))
    except CallFailed:
        return _Reading(where, 0, None)
    return _Reading(where, response.status, _json(response))


def _json(response: HttpResponse) -> JsonValue:
    try:
        return json.loads(response.body)
    except (ValueError, RecursionError):
        return None


def _entries(body: JsonValue) -> list[JsonValue]:
    match body:
        case list():
            return body
        case dict() if isinstance(items := body.get("items"), list):
            return items
        case _:
            return []


async def _compare(session: Session, before: _Reading, expected: Expected) -> int:
    """How many entries were the same. Raises DataChanged."""
    path, _, query = before.path.partition("?")
    after = await _get(session, path, query)
    if after.status != 200:
        raise DataChanged(
            f"On a copy of the data, GET {before.path} answered 200 before the change and "
            f"{after.status or 'nothing'} after it: some of what is stored does not meet the new "
            "rules. Nothing was published. Change those entries first, or ask for a rule that they "
            "meet (for something required: with a default)."
        )
    old, new = _entries(before.body), _entries(after.body)
    if len(new) != len(old):
        raise DataChanged(
            f"On a copy of the data, GET {before.path} answered {len(old)} entries before the "
            f"change and {len(new)} after it. Nothing was published."
        )
    for number, (one, other) in enumerate(zip(old, new, strict=True), 1):
        if name := _lost(one, other, expected):
            raise DataChanged(
                f"On a copy of the data, `{name}` of entry {number} of GET {before.path} is "
                "something else after the change. Nothing was published."
            )
    return len(old)


def _lost(old: JsonValue, new: JsonValue, expected: Expected) -> str:
    """The name of a value that is not the same any more; empty if all are."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return "" if old == new else "value"
    for name, value in old.items():
        if name in expected.removed:
            continue
        if value is not None and new.get(expected.renamed.get(name, name)) != value:
            return name
    return ""
