"""Fields that a change asks to add: `add a priority field, integer 1 to 5, default 3`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apibuilder.generator.edits.wishes import Add, Constant
from apibuilder.generator.recipes.resource.items import Unclear, field_items, parse_item
from apibuilder.generator.recipes.resource.model import FieldSpec, Kind, Resource

_ADD = re.compile(
    r"^(?:add|include|store|track|record|save|keep)\b"
    r"(?: (?:a|an|the|another|new|also|two|three|more|following|fields?|columns?|property"
    r"|called|named))*:? (?P<section>.+)$"
)
_TYPE = (
    "integer|int|whole number|number|float|decimal|boolean|bool|yes/no|true/false|date|datetime"
    "|time|text|string|long text|email|url|link|list of (?:texts|strings)"
)
_SPAN = r"(?:from |between )?-?\d{1,9} ?(?:-|to|and|\.\.) ?-?\d{1,9}"
# `priority field, integer 1 to 5` and `priority (integer 1 to 5)` as `priority (integer, 1 to 5)`
_TYPE_AFTER = re.compile(
    rf"(?:,| as| of type|:) (?:an? )?(?P<type>{_TYPE})(?:,? (?P<span>{_SPAN}))?"
    r"(?=,|;|$| and | default)"
)
_TYPE_INSIDE = re.compile(rf"\((?P<type>{_TYPE}),? (?P<span>{_SPAN})\)")
_TYPE_BEFORE = re.compile(
    r"^(?P<type>integer|number(?! of)|float|boolean|text|string|url) (?P<name>\w.*)$"
)
_DEFAULT = re.compile(
    r",? ?(?:with |and )?(?:a |the )?default(?:s|ing)?(?: value)?(?: of| to| is|:)? "
    r"(?P<value>[`'\"][^`'\"]+[`'\"]|[\w.+#-]+)"
)
_SAFE = re.compile(r"^\w[\w .+#&-]{0,39}$", re.ASCII)
_TEXTS = (Kind.TEXT, Kind.LONG_TEXT, Kind.CHOICE)


def additions(part: str, resource: Resource) -> Iterator[Add]:
    """The fields that a part of a change adds. Raises Unclear."""
    found = _ADD.match(part)
    if found is None:
        raise Unclear(f"`{part}` is no change of fields that recipes know")
    section, value = _without_default(_without_target(found["section"], resource))
    section = _TYPE_INSIDE.sub(_in_brackets, _TYPE_AFTER.sub(_in_brackets, section))
    items = [_type_last(item) for item in field_items(section)]
    fields = [parse_item(item, resource.singular) for item in items]
    if not fields:
        raise Unclear("it names no field to add")
    if value is not None:
        fields[-1] = _with_default(fields[-1], value)
    for field in fields:
        if field.required and value is None:
            raise Unclear(
                f"what is stored already has no `{field.name}`, so it can only be required with a "
                f"default: `add a required {field.words}, default ...`"
            )
        # What is stored already does not have it, so nobody can have been made to send it.
        yield Add(field.model_copy(update={"required": False}))


def _without_target(section: str, resource: Resource) -> str:
    """`a price` of `a price to each book`; `date of birth` is all of it a name."""
    things = f"{resource.singular}|{resource.plural}".replace("_", " ")
    return re.sub(
        r" (?:to|for|of|on) (?:(?:the|each|every|my|all|existing|of) )*"
        rf"(?:{things}|api|list|it|them|one|items?|entry|entries)(?=$|,)",
        "",
        section,
    )


def _in_brackets(found: re.Match[str]) -> str:
    span = found["span"]
    if span:
        span = re.sub(r"^(?:from|between) ", "", span).replace(" and ", " to ")
    return f" ({found['type']}{f', {span}' if span else ''})"


def _type_last(item: str) -> str:
    """`duration (integer)` of `integer duration`."""
    if "(" not in item and (found := _TYPE_BEFORE.match(re.sub(r"^(?:an?|the) ", "", item))):
        return f"{found['name']} ({found['type']})"
    return item


def _without_default(section: str) -> tuple[str, str | None]:
    found = _DEFAULT.search(section)
    if found is None:
        return section, None
    return section[: found.start()] + section[found.end() :], found["value"].strip("`'\"")


def _with_default(field: FieldSpec, text: str) -> FieldSpec:
    return field.model_copy(update={"preset": fitting(field, text), "required": False})


def fitting(field: FieldSpec, value: Constant) -> Constant:
    """The value as one of the field's kind. Raises Unclear."""
    text = str(value)
    if field.kind in {Kind.INTEGER, Kind.NUMBER}:
        try:
            number = int(text) if field.kind is Kind.INTEGER else float(text)
        except ValueError:
            raise Unclear(f"`{text}` is no number, as `{field.name}` is") from None
        low, high = field.minimum, field.maximum
        if (low is not None and number < low) or (high is not None and number > high):
            raise Unclear(f"{text} is not allowed for `{field.name}`")
        return number
    if field.kind not in _TEXTS or not _SAFE.match(text):
        raise Unclear(f"`{text}` cannot be what `{field.name}` ({field.kind}) has by default")
    if field.kind is Kind.CHOICE and text not in field.choices:
        raise Unclear(f"`{text}` is none of {', '.join(field.choices)}")
    return text
