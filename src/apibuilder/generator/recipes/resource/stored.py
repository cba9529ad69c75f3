"""What edits leave behind in the store of a Resource, and the code that lives with it.

A column is only ever added. A renamed field stays in its first column, a removed one keeps its
column and values: so the Revision before still finds all it knows, beside this one and after a
rollback.
"""

from __future__ import annotations

import json

from pydantic import JsonValue

from apibuilder.generator.recipes.resource.model import FieldSpec, Kind, Resource

SORT_COLUMN = "        column = STORED_AS.get(column, column)\n"
_FILL = """        for name, value in FILLS.items():  # stored before these had to be there
            sql = f'UPDATE items SET "{name}" = :value WHERE "{name}" IS NULL'
            self._run(sql, {"value": value})
"""
# The least that the Revision before would have taken.
_LEAST: dict[Kind, JsonValue] = {
    Kind.EMAIL: "removed@example.org",
    Kind.URL: "https://example.org/removed",
    Kind.DATE: "1970-01-01",
    Kind.TIME: "00:00:00",
    Kind.DATETIME: "1970-01-01T00:00:00Z",
}
_ENCODED = """    return {STORED_AS.get(name, name): value for name, value in values.items()}"""
_PLAIN_LISTS = (
    "    return {name: json.dumps(v) if isinstance(v, list) else v for name, v in values.items()}"
)
_ENCODED_LISTS = """    return {
        STORED_AS.get(name, name): json.dumps(v) if isinstance(v, list) else v
        for name, v in values.items()
    }"""


def renamed(resource: Resource) -> list[FieldSpec]:
    """Fields whose columns have other names."""
    return [field for field in resource.fields if field.column != field.name]


def kept(resource: Resource) -> list[FieldSpec]:
    """Removed fields whose columns still have to be given something."""
    return [field for field in resource.retired if field.required]


def constants(resource: Resource) -> str:
    """Python of what the store has to know."""
    parts: list[str] = []
    if names := {field.name: field.column for field in renamed(resource)}:
        parts.append("# Renamed since they were first stored.\n" + _dict("STORED_AS", names))
    if values := {field.column: _least(field) for field in kept(resource)}:
        parts.append("# No longer part of the API; an earlier revision needs them.\n")
        parts.append(_dict("REMOVED", values))
    if resource.fills:
        parts.append(_dict("FILLS", resource.fills))
    return "".join(parts)


def _dict(name: str, values: object) -> str:
    return f"{name} = {json.dumps(values)}\n"


def fill(resource: Resource) -> str:
    """Code of `_migrate` for rows that lack what is required now."""
    return _FILL if resource.fills else ""


def codec(resource: Resource, usual: str) -> str:
    """The functions between the API's names and the store's."""
    if not renamed(resource):
        return usual
    lists = "json.dumps" in usual
    plain = _PLAIN_LISTS if lists else "    return values"
    named = (
        "    names = {column: name for name, column in STORED_AS.items()}\n"
        "    values = {names.get(column, column): value for column, value in dict(row).items()}\n"
    )
    encoded = usual.replace(plain, _ENCODED_LISTS if lists else _ENCODED, 1)
    if lists:
        return encoded.replace("    values = dict(row)\n", named, 1)
    return encoded.replace(
        "    return $Class.model_validate(dict(row))",
        f"{named}    return $Class.model_validate(values)",
        1,
    )


def _least(field: FieldSpec) -> JsonValue:
    if field.kind is Kind.CHOICE:
        return field.choices[0]
    if field.kind in {Kind.INTEGER, Kind.NUMBER}:
        return max(field.minimum or 0, 0) if (field.maximum or 0) >= 0 else field.maximum
    return _LEAST.get(field.kind, "-")


def sql_literal(value: str | float) -> str:
    """A constant in SQL that stands inside a Python text in double quotes."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(value)
