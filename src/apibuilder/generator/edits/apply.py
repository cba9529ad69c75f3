"""A Resource after Wishes, and what that means for its callers and for what is stored."""

from __future__ import annotations

from dataclasses import dataclass, field

from apibuilder.generator.edits.additions import fitting
from apibuilder.generator.edits.wishes import (
    Add,
    Between,
    Choose,
    Filter,
    Longest,
    MakeOptional,
    Preset,
    Remove,
    Rename,
    Require,
    Wish,
)
from apibuilder.generator.recipes.resource.items import Unclear
from apibuilder.generator.recipes.resource.model import MAX_FIELDS, FieldSpec, Kind, Resource

_FREE = (Kind.TEXT, Kind.LONG_TEXT)
_NUMBERS = (Kind.INTEGER, Kind.NUMBER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """The Resource, and the names that may differ in contract and data."""

    resource: Resource
    subjects: frozenset[str]  # fields and parameters that callers may see changed
    renamed: dict[str, str] = field(default_factory=dict[str, str])
    removed: frozenset[str] = frozenset()


def apply(resource: Resource, wishes: list[Wish]) -> Edited:
    """All of them, one after the other. Raises Unclear for what cannot be."""
    before = resource
    for wish in wishes:
        resource = _apply(resource, wish)
    if resource == before:
        raise Unclear("it is as you say already")
    if len(resource.fields) > MAX_FIELDS:
        raise Unclear(f"{len(resource.fields)} fields are more than {MAX_FIELDS}")
    names = {name for wish in wishes for name in _names(wish)}
    renamed = {wish.name: wish.to for wish in wishes if isinstance(wish, Rename)}
    removed = frozenset(wish.name for wish in wishes if isinstance(wish, Remove))
    ends = ("", "_min", "_max", "_from", "_to")
    subjects = {f"{name}{end}" for name in names for end in ends} | {"sort", "q"}
    return Edited(resource=resource, subjects=frozenset(subjects), renamed=renamed, removed=removed)


def _names(wish: Wish) -> set[str]:
    match wish:
        case Add(field=added):
            return {added.name}
        case Rename(name=name, to=to):
            return {name, to}
        case _:
            return {wish.name}


def _apply(resource: Resource, wish: Wish) -> Resource:
    match wish:
        case Add(field=added):
            return _added(resource, added)
        case Remove(name=name):
            return _removed(resource, name)
        case Require(name=name, fill=fill):
            return _required(resource, name, fill)
        case _:
            return _replaced(resource, wish.name, _changed(resource, wish))


def _changed(resource: Resource, wish: Wish) -> FieldSpec:
    """One field with another property."""
    one = _of(resource, wish.name if not isinstance(wish, Add) else wish.field.name)
    match wish:
        case Rename(to=to):
            changed = _renamed(resource, one, to)
        case MakeOptional():
            changed = _optional(one)
        case Filter():
            changed = _filtered(one)
        case Longest(characters=characters):
            changed = _limited(one, characters)
        case Between(minimum=low, maximum=high):
            changed = _bounded(one, low, high)
        case Choose():
            changed = _chosen(one, wish)
        case Preset(value=value):
            changed = _with(one, preset=fitting(one, value), required=False)
        case Add() | Remove() | Require():
            raise AssertionError(wish)
    return changed


def _of(resource: Resource, name: str) -> FieldSpec:
    found = next((one for one in resource.fields if one.name == name), None)
    if found is None:  # an earlier wish of the same sentence took it away
        raise Unclear(f"there is no field `{name}` any more")
    return found


def _with(one: FieldSpec, **facts: object) -> FieldSpec:
    return FieldSpec.model_validate({**one.model_dump(), **facts})


def _replaced(resource: Resource, name: str, other: FieldSpec) -> Resource:
    fields = tuple(other if one.name == name else one for one in resource.fields)
    return resource.model_copy(update={"fields": fields})


def _columns(resource: Resource) -> set[str]:
    return {one.column for one in (*resource.fields, *resource.retired)}


# --- fields that come, go or are called otherwise -----------------------------------------


def _added(resource: Resource, added: FieldSpec) -> Resource:
    if any(one.name == added.name for one in resource.fields):
        raise Unclear(f"there is a field `{added.name}` already")
    for old in resource.retired:
        if old.column == added.name and old.kind is added.kind:  # its values come back
            back = _with(
                added, required=old.required, preset=None if old.required else added.preset
            )
            left = tuple(one for one in resource.retired if one is not old)
            return resource.model_copy(update={"fields": (*resource.fields, back), "retired": left})
    taken = _columns(resource)
    if added.name in taken:
        number = next(n for n in range(2, 100) if f"{added.name}_{n}" not in taken)
        added = _with(added, stored_as=f"{added.name}_{number}")
    return resource.model_copy(update={"fields": (*resource.fields, added)})


def _removed(resource: Resource, name: str) -> Resource:
    gone = _of(resource, name)
    left = tuple(one for one in resource.fields if one.name != name)
    if not any(one.kind not in {Kind.BOOLEAN, Kind.TAGS} for one in left):
        raise Unclear(f"without `{name}` there is nothing left to tell one from another")
    fills = {column: value for column, value in resource.fills.items() if column != gone.column}
    return resource.model_copy(
        update={"fields": left, "retired": (*resource.retired, gone), "fills": fills}
    )


def _renamed(resource: Resource, one: FieldSpec, to: str) -> FieldSpec:
    if any(other.name == to for other in resource.fields):
        raise Unclear(f"there is a field `{to}` already")
    if any(other.column == to for other in resource.retired):
        raise Unclear(f"there was another field `{to}`, whose values are still stored")
    return _with(one, name=to, stored_as=None if one.column == to else one.column)


# --- fields with other rules ---------------------------------------------------------------


def _required(resource: Resource, name: str, fill: str | float | None) -> Resource:
    one = _of(resource, name)
    if one.required:
        raise Unclear(f"`{name}` is required already")
    changed = _with(one, required=True, preset=None)
    resource = _replaced(resource, name, changed)
    if fill is None:
        return resource
    fills = {**resource.fills, one.column: fitting(changed, fill)}
    return resource.model_copy(update={"fills": fills})


def _optional(one: FieldSpec) -> FieldSpec:
    if not one.required:
        raise Unclear(f"`{one.name}` is optional already")
    # Its column takes no NULL, and the Revision before would not either.
    raise Unclear(
        f"`{one.name}` is stored with a value in every entry, so what is left out needs one: "
        f"say `default {one.words} to ...`"
    )


def _filtered(one: FieldSpec) -> FieldSpec:
    if one.filtered or one.kind in {Kind.BOOLEAN, Kind.CHOICE, Kind.TAGS}:
        raise Unclear(f"lists can be filtered by `{one.name}` already")
    return _with(one, filtered=True)


def _limited(one: FieldSpec, characters: int) -> FieldSpec:
    if one.kind not in _FREE:
        raise Unclear(f"`{one.name}` is no free text, but {one.kind}")
    if characters < 1:
        raise Unclear("a text of no characters is none")
    return _with(one, longest=characters)


def _bounded(one: FieldSpec, low: int | None, high: int | None) -> FieldSpec:
    if one.kind not in _NUMBERS:
        raise Unclear(f"`{one.name}` is no number, but {one.kind}")
    low = one.minimum if low is None else low
    high = one.maximum if high is None else high
    if low is not None and high is not None and low >= high:
        raise Unclear(f"{low} is not below {high}")
    preset = one.preset
    if preset is not None:
        fitting(_with(one, minimum=low, maximum=high), preset)
    return _with(one, minimum=low, maximum=high)


def _chosen(one: FieldSpec, wish: Choose) -> FieldSpec:
    if one.kind not in {Kind.CHOICE, Kind.TEXT}:
        raise Unclear(f"`{one.name}` is no text, but {one.kind}")
    if wish.besides and one.kind is not Kind.CHOICE:
        raise Unclear(f"`{one.name}` takes any text already")
    choices = (*(one.choices if wish.besides else ()), *wish.choices)
    if one.default is not None and one.choices and one.choices[0] not in choices:
        raise Unclear(f"`{one.choices[0]}` is what `{one.name}` is by default, so it has to stay")
    if one.choices and one.choices[0] in choices:  # the first one is the default
        choices = (one.choices[0], *(c for c in choices if c != one.choices[0]))
    return _with(one, kind=Kind.CHOICE, choices=tuple(dict.fromkeys(choices)), longest=None)
