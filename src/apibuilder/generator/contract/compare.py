"""Two OpenAPI documents of one API: which operations differ, and for whom that matters.

A caller is hurt by whatever refuses what it sends today or withholds what it reads today. So what
goes in may only become wider and what comes out only narrower; all else is breaking.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from apibuilder.generator.contract.change import ContractChange, Impact, grouped
from apibuilder.generator.contract.schemas import Difference, Direction, Schemas

Json = dict[str, Any]
_METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
_PLACES = {"path": "path parameter", "query": "query parameter", "header": "header"}


def compare(old: Json, new: Json) -> list[ContractChange]:
    """Every difference that a caller can meet, what breaks first."""
    return grouped(_changes(old, new))


def _changes(old: Json, new: Json) -> Iterator[ContractChange]:
    before, after = _operations(old), _operations(new)
    for key in before.keys() - after.keys():
        yield _change(Impact.BREAKING, "the operation is gone", before[key][0])
    for key in after.keys() - before.keys():
        yield _change(Impact.ADDED, "a new operation", after[key][0])
    for key in sorted(before.keys() & after.keys()):
        name = before[key][0]
        for found in _Operation(Schemas(old, new), before[key][1], after[key][1]).differences():
            yield _change(found.impact, found.detail, name, found.subject)


def _change(impact: Impact, detail: str, operation: str, subject: str = "") -> ContractChange:
    return ContractChange(impact=impact, detail=detail, subject=subject, operations=(operation,))


def _operations(document: Json) -> dict[tuple[str, str], tuple[str, Json]]:
    """By method and path without the names of its parameters, which no caller sees."""
    found: dict[tuple[str, str], tuple[str, Json]] = {}
    for path, item in document.get("paths", {}).items():
        for method in _METHODS:
            if method in item:
                shared = item.get("parameters", [])
                operation = {**item[method]}
                operation["parameters"] = [*shared, *operation.get("parameters", [])]
                shape = re.sub(r"\{[^}]*\}", "{}", path)
                found[method, shape] = (f"{method.upper()} {path}", operation)
    return found


class _Operation:
    """One operation in its old and its new form."""

    def __init__(self, schemas: Schemas, old: Json, new: Json) -> None:
        self._schemas, self._old, self._new = schemas, old, new

    def differences(self) -> Iterator[Difference]:
        """All of them."""
        yield from self._parameters()
        yield from self._request()
        yield from self._responses()

    # --- what goes in ------------------------------------------------------------

    def _parameters(self) -> Iterator[Difference]:
        before = _by_place(self._schemas.resolved_old, self._old)
        after = _by_place(self._schemas.resolved_new, self._new)
        for place, name in before.keys() - after.keys():
            yield Difference(
                Impact.BREAKING, f"{_spoken(place, name)} is no longer understood", name
            )
        for place, name in after.keys() - before.keys():
            needed = after[place, name].get("required", False)
            impact = Impact.BREAKING if needed else Impact.ADDED
            how = "must be sent now" if needed else "may be sent now"
            yield Difference(impact, f"{_spoken(place, name)} {how}", name)
        for key in sorted(before.keys() & after.keys()):
            yield from self._parameter(*key, before[key], after[key])

    def _parameter(self, place: str, name: str, old: Json, new: Json) -> Iterator[Difference]:
        what = _spoken(place, name)
        if new.get("required", False) and not old.get("required", False):
            yield Difference(Impact.BREAKING, f"{what} must be sent now", name)
        elif old.get("required", False) and not new.get("required", False):
            yield Difference(Impact.COMPATIBLE, f"{what} may be left out now", name)
        before, after = old.get("schema", {}), new.get("schema", {})
        yield from self._schemas.differences(before, after, Direction.IN, what, name)

    def _request(self) -> Iterator[Difference]:
        old = self._schemas.resolved_old(self._old.get("requestBody", {}))
        new = self._schemas.resolved_new(self._new.get("requestBody", {}))
        if new.get("required", False) and not old.get("required", False):
            yield Difference(Impact.BREAKING, "a body must be sent now")
        before, after = old.get("content", {}), new.get("content", {})
        for kind in before.keys() - after.keys():
            yield Difference(Impact.BREAKING, f"a body of {kind} is no longer taken")
        for kind in after.keys() - before.keys():
            if before:
                yield Difference(Impact.ADDED, f"a body of {kind} is taken too")
        for kind in sorted(before.keys() & after.keys()):
            yield from self._schemas.differences(
                before[kind].get("schema", {}), after[kind].get("schema", {}), Direction.IN
            )

    # --- what comes out -----------------------------------------------------------

    def _responses(self) -> Iterator[Difference]:
        old, new = self._old.get("responses", {}), self._new.get("responses", {})
        for status in old.keys() - new.keys():
            if status.startswith("2"):
                yield Difference(Impact.BREAKING, f"it no longer answers {status}")
        for status in new.keys() - old.keys():
            if status.startswith("2"):
                yield Difference(Impact.BREAKING, f"it may answer {status} now")
            elif status != "default":
                yield Difference(Impact.COMPATIBLE, f"it says that it may refuse with {status}")
        for status in sorted(old.keys() & new.keys()):
            if status.startswith("2"):
                yield from self._response(status, old[status], new[status])

    def _response(self, status: str, old: Json, new: Json) -> Iterator[Difference]:
        before = self._schemas.resolved_old(old).get("content", {})
        after = self._schemas.resolved_new(new).get("content", {})
        for kind in before.keys() - after.keys():
            yield Difference(Impact.BREAKING, f"it no longer answers {status} with {kind}")
        for kind in sorted(before.keys() & after.keys()):
            yield from self._schemas.differences(
                before[kind].get("schema", {}), after[kind].get("schema", {}), Direction.OUT
            )


def _by_place(resolved: Any, operation: Json) -> dict[tuple[str, str], Json]:
    parameters = [resolved(one) for one in operation.get("parameters", [])]
    # Names in the path are no contract: only their places are, and those are in the path.
    return {(p["in"], p["name"]): p for p in parameters if p.get("in") in {"query", "header"}}


def _spoken(place: str, name: str) -> str:
    return f"the {_PLACES.get(place, place)} `{name}`"
