"""Two JSON Schemas of one value: whether what was valid still is, seen from the caller's side."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from apibuilder.generator.contract.change import Impact

Json = dict[str, Any]
_MOST_DEPTH = 24
# Which way each limit is tighter (+1: a larger number allows less), and how it is said.
_LIMITS = {
    "maxLength": (-1, "have at most {} characters"),
    "minLength": (1, "have at least {} characters"),
    "maximum": (-1, "be at most {}"),
    "minimum": (1, "be at least {}"),
    "exclusiveMaximum": (-1, "be less than {}"),
    "exclusiveMinimum": (1, "be more than {}"),
    "maxItems": (-1, "have at most {} items"),
    "minItems": (1, "have at least {} items"),
}


class Direction(StrEnum):
    """Whether callers send a value or read it."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Difference:
    """What a caller of one operation would notice."""

    impact: Impact
    detail: str
    subject: str = ""


class Schemas:
    """Compares schemas of two documents."""

    def __init__(self, old: Json, new: Json) -> None:
        self._old, self._new = old, new

    def resolved_old(self, schema: Any) -> Json:
        """What a `$ref` of the old document points to."""
        return _resolved(self._old, schema)

    def resolved_new(self, schema: Any) -> Json:
        """What a `$ref` of the new document points to."""
        return _resolved(self._new, schema)

    def differences(
        self, old: Any, new: Any, direction: Direction, what: str = "", subject: str = ""
    ) -> Iterator[Difference]:
        """All of them, of members too; `what` says which value it is."""
        return self._walk(old, new, direction, what, subject, frozenset())

    def _walk(
        self,
        old: Any,
        new: Any,
        direction: Direction,
        what: str,
        subject: str,
        seen: frozenset[tuple[str, str]],
    ) -> Iterator[Difference]:
        refs = (_ref(old), _ref(new))
        if (refs in seen and any(refs)) or len(seen) > _MOST_DEPTH:
            return  # a model that holds itself
        seen |= {refs}
        before, after = _plain(self.resolved_old(old)), _plain(self.resolved_new(new))
        name = what or ("what is sent" if direction is Direction.IN else "the answer")
        yield from _types(before, after, direction, name, subject)
        yield from _choices(before, after, direction, name, subject)
        if direction is Direction.IN:
            yield from _limits(before, after, name, subject)
        yield from _format(before, after, direction, name, subject)
        yield from self._members(before, after, direction, seen)
        if "items" in before and "items" in after:
            inner = f"an item of {name}" if what else "an item"
            yield from self._walk(before["items"], after["items"], direction, inner, subject, seen)
        yield from self._variants(before, after, direction, name, subject, seen)

    def _members(
        self, old: Json, new: Json, direction: Direction, seen: frozenset[tuple[str, str]]
    ) -> Iterator[Difference]:
        before, after = old.get("properties", {}), new.get("properties", {})
        needed_before, needed_after = set(old.get("required", [])), set(new.get("required", []))
        sent = direction is Direction.IN
        for name in [name for name in before if name not in after]:
            how = "is no longer taken" if sent else "is no longer in the answer"
            yield Difference(Impact.BREAKING, f"`{name}` {how}", name)
        for name in [name for name in after if name not in before]:
            yield _new_member(name, sent=sent, needed=name in needed_after)
        for name in [name for name in before if name in after]:
            yield from _need(name, sent, name in needed_before, name in needed_after)
            yield from self._walk(before[name], after[name], direction, f"`{name}`", name, seen)

    def _variants(
        self,
        old: Json,
        new: Json,
        direction: Direction,
        what: str,
        subject: str,
        seen: frozenset[tuple[str, str]],
    ) -> Iterator[Difference]:
        """`anyOf` and its like: compared one by one, as long as there are as many."""
        for keyword in ("anyOf", "oneOf", "allOf"):
            before, after = old.get(keyword, []), new.get(keyword, [])
            if len(before) == len(after):
                for one, other in zip(before, after, strict=True):
                    yield from self._walk(one, other, direction, what, subject, seen)
            elif before or after:
                wider = len(after) > len(before) and keyword != "allOf"
                fine = bool(before) and wider == (direction is Direction.IN)
                impact = Impact.COMPATIBLE if fine else Impact.BREAKING
                yield Difference(impact, f"{what} has other forms", subject)


def _new_member(name: str, *, sent: bool, needed: bool) -> Difference:
    if not sent:
        return Difference(Impact.ADDED, f"`{name}` is in the answer too", name)
    if needed:
        return Difference(Impact.BREAKING, f"`{name}` is new and must be sent", name)
    return Difference(Impact.ADDED, f"`{name}` is new and may be sent", name)


def _need(name: str, sent: bool, before: bool, after: bool) -> Iterator[Difference]:
    if before == after:
        return
    if sent:
        impact = Impact.BREAKING if after else Impact.COMPATIBLE
        yield Difference(impact, f"`{name}` {'must be sent' if after else 'is optional'} now", name)
    elif before:
        yield Difference(Impact.BREAKING, f"`{name}` may be missing in the answer now", name)


def _types(
    old: Json, new: Json, direction: Direction, what: str, subject: str
) -> Iterator[Difference]:
    before, after = _type_set(old), _type_set(new)
    if not before or not after:  # anything goes
        if before != after:
            wider = not after
            fine = wider == (direction is Direction.IN)
            impact = Impact.COMPATIBLE if fine else Impact.BREAKING
            yield Difference(impact, f"the type of {what} is {_said(after)} now", subject)
        return
    lost, gained = _without(before, after), _without(after, before)
    if not lost and not gained:
        return
    harmful = lost if direction is Direction.IN else gained
    impact = Impact.BREAKING if harmful else Impact.COMPATIBLE
    if lost | gained == {"null"}:
        yield Difference(impact, f"{what} may {'not ' if lost else ''}be null now", subject)
    else:
        detail = f"{what} was {_said(before)} and is {_said(after)} now"
        yield Difference(impact, detail, subject)


def _without(types: set[str], others: set[str]) -> set[str]:
    left = types - others
    return left - {"integer"} if "number" in others else left


def _said(types: set[str]) -> str:
    return " or ".join(sorted(types)) or "anything"


def _choices(
    old: Json, new: Json, direction: Direction, what: str, subject: str
) -> Iterator[Difference]:
    before, after = _values(old), _values(new)
    if before == after:
        return
    if before is None or after is None:
        tighter = before is None
        harmful = tighter == (direction is Direction.IN)
        impact = Impact.BREAKING if harmful else Impact.COMPATIBLE
        said = f"only {', '.join(sorted(after))}" if after else "more than a few values"
        yield Difference(impact, f"{what} is {said} now", subject)
        return
    if gone := before - after:
        impact = Impact.BREAKING if direction is Direction.IN else Impact.COMPATIBLE
        yield Difference(impact, f"{what} can no longer be {', '.join(sorted(gone))}", subject)
    if more := after - before:
        yield Difference(Impact.COMPATIBLE, f"{what} can be {', '.join(sorted(more))} too", subject)


def _values(schema: Json) -> set[str] | None:
    if "const" in schema:
        return {json.dumps(schema["const"])}
    return {json.dumps(value) for value in schema["enum"]} if "enum" in schema else None


def _limits(old: Json, new: Json, what: str, subject: str) -> Iterator[Difference]:
    """Of what callers send: what they read keeps to its old limits or does not matter."""
    for keyword, (sign, words) in _LIMITS.items():
        before, after = old.get(keyword), new.get(keyword)
        if before == after:
            continue
        if after is None:
            said = words.format(f"{before:g}")
            yield Difference(Impact.COMPATIBLE, f"{what} need not {said} any more", subject)
            continue
        tighter = before is None or (after - before) * sign > 0
        # A limit that every value meets is none.
        tighter = tighter and not (keyword in {"minLength", "minItems"} and after == 0)
        impact = Impact.BREAKING if tighter else Impact.COMPATIBLE
        yield Difference(impact, f"{what} must {words.format(f'{after:g}')} now", subject)


def _format(
    old: Json, new: Json, direction: Direction, what: str, subject: str
) -> Iterator[Difference]:
    for keyword in ("format", "pattern"):
        before, after = old.get(keyword), new.get(keyword)
        if before == after:
            continue
        freer = after is None
        fine = freer == (direction is Direction.IN) if None in (before, after) else False
        impact = Impact.COMPATIBLE if fine else Impact.BREAKING
        said = f"`{after}`" if after else "free"
        yield Difference(impact, f"the {keyword} of {what} is {said} now", subject)


# --- reading schemas --------------------------------------------------------------


def _ref(schema: Any) -> str:
    return schema.get("$ref", "") if isinstance(schema, dict) else ""  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]


def _resolved(document: Json, schema: Any) -> Json:
    for _ in range(_MOST_DEPTH):
        if not isinstance(schema, dict):
            return {}  # `true` and `false` say nothing that could be compared
        reference = _ref(schema)  # pyright: ignore[reportUnknownArgumentType]
        if not reference.startswith("#/"):
            return schema  # pyright: ignore[reportUnknownVariableType]
        found: Any = document
        for part in reference[2:].split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            found = found.get(key) if isinstance(found, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        schema = found  # pyright: ignore[reportUnknownVariableType]
    return {}


def _plain(schema: Json) -> Json:
    """`X | null` as X with the type null beside its own, however it is written."""
    plain = {**schema}
    for keyword in ("anyOf", "oneOf"):
        variants: list[Any] = plain.get(keyword, [])
        others = [one for one in variants if one != {"type": "null"}]
        if len(variants) == 2 and len(others) == 1 and "$ref" not in others[0]:
            outer = {name: value for name, value in plain.items() if name != keyword}
            inner: Json = others[0]
            types = sorted(_type_set(inner) | {"null"}) if _type_set(inner) else []
            plain = {**inner, **outer, **({"type": types} if types else {})}
    if plain.pop("nullable", False):  # OpenAPI 3.0
        plain["type"] = sorted(_type_set(plain) | {"null"})
    for keyword, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if plain.get(keyword) is True:  # OpenAPI 3.0 too
            plain[keyword] = plain.pop(limit, 0)
        elif plain.get(keyword) is False:
            del plain[keyword]
    return plain


def _type_set(schema: Json) -> set[str]:
    kind: Any = schema.get("type")
    if isinstance(kind, list):
        return {str(one) for one in kind}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return {kind} if kind else set()
