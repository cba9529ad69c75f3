"""The code of a Resource: `template.py.txt` with what its fields say filled in."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from importlib import resources
from string import Template

from apibuilder.generator.recipes.resource import stored
from apibuilder.generator.recipes.resource.examples import example
from apibuilder.generator.recipes.resource.layout import LINE_LENGTH, wrap
from apibuilder.generator.recipes.resource.model import FieldSpec, Kind, Resource

_LARGEST = 1_000_000_000_000
_TYPES = {
    Kind.TEXT: "str",
    Kind.LONG_TEXT: "str",
    Kind.EMAIL: "EmailStr",
    Kind.URL: "str",
    Kind.INTEGER: "int",
    Kind.NUMBER: "float",
    Kind.BOOLEAN: "bool",
    Kind.DATE: "dt.date",
    Kind.TIME: "dt.time",
    Kind.DATETIME: "dt.datetime, AfterValidator(in_utc)",
}
_COLUMNS = {
    Kind.INTEGER: "INTEGER",
    Kind.NUMBER: "REAL",
    Kind.BOOLEAN: "INTEGER NOT NULL DEFAULT 0",
    Kind.TAGS: "TEXT NOT NULL DEFAULT '[]'",
}
_CONSTRAINTS = {
    Kind.URL: ['pattern=r"^https?://\\S+$"', "max_length=2_000"],
    Kind.EMAIL: ["max_length=254"],
    Kind.TAGS: ["max_length=100"],
}
_LONGEST_PLACES = 50
_SEARCHED = (Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.URL, Kind.TAGS)
_RANGED = (Kind.INTEGER, Kind.NUMBER, Kind.DATE, Kind.TIME, Kind.DATETIME)
_INDEXED = (Kind.BOOLEAN, Kind.CHOICE, Kind.DATE, Kind.DATETIME)
_SORTED = frozenset(Kind) - {Kind.TAGS, Kind.LONG_TEXT}
_LIKE = r"""        if wanted.q is not None:
            escaped = re.sub(r"([\\%_])", r"\\\1", wanted.q)
            values["q"] = f"%{escaped}%"
"""
_SEARCH = (
    """"q": "(" + " OR ".join(f"\\"{name}\\" LIKE :q ESCAPE '\\\\'" """
    """for name in SEARCHED) + ")","""
)
_EQUAL = """"{name}": '"{column}" = :{name}',"""
_HAS_TAG = """"{name}": ':{name} IN (SELECT value FROM json_each("{column}"))',"""
_COMPARED = """"{key}": '"{column}" {sign} :{key}',"""
_PLAIN_CODEC = '''def _encoded(values: dict[str, Any]) -> dict[str, Any]:
    """As SQLite keeps them."""
    return values


def _decoded(row: sqlite3.Row) -> $Class:
    """As the API answers them."""
    return $Class.model_validate(dict(row))'''
_JSON_CODEC = '''def _encoded(values: dict[str, Any]) -> dict[str, Any]:
    """As SQLite keeps them: lists as JSON."""
    return {name: json.dumps(v) if isinstance(v, list) else v for name, v in values.items()}


def _decoded(row: sqlite3.Row) -> $Class:
    """As the API answers them."""
    values = dict(row)
    for name in LISTS:
        values[name] = json.loads(values[name])
    return $Class.model_validate(values)'''
_IN_UTC = '''
def in_utc(value: dt.datetime) -> dt.datetime:
    """In UTC, which a time without a zone is taken for: then their texts sort as they do."""
    try:
        return value.astimezone(dt.UTC) if value.tzinfo else value.replace(tzinfo=dt.UTC)
    except OverflowError:
        raise ValueError("this is too far from today") from None


'''
_MAKE_INDEXES = """        for name in INDEXED:
            self._run(f'CREATE INDEX IF NOT EXISTS "items_{name}" ON items ("{name}")', {})
"""


def source_of(resource: Resource) -> str:
    """A module that defines `app`. The same Resource always gives the same text."""
    names = _names(resource)
    parts = {
        "aliases": "\n".join(_alias(resource, field) for field in resource.fields),
        "create_fields": _lines(_create_field(resource, field) for field in resource.fields),
        "update_fields": _lines(
            f"{field.name}: {_alias_name(resource, field)} | None = None"
            for field in resource.fields
        ),
        "never_null": ", ".join(f'"{f.name}"' for f in resource.fields if not f.nullable),
        "filter_fields": _lines(_filter_fields(resource)),
        "columns": _lines(
            f'"{field.column}": "{_column(field)}",'
            for field in (*resource.fields, *stored.kept(resource))
        ),
        "conditions": _lines(_in_brackets(line) for line in _conditions(resource)),
        "search": _LIKE if resource.of_kind(*_SEARCHED) else "",
        **_optional_parts(resource, names),
    }
    return wrap(Template(_template()).substitute(names | parts))


@cache
def _template() -> str:
    return (
        resources.files("apibuilder.generator.recipes.resource")
        .joinpath("template.py.txt")
        .read_text()
    )


def _names(resource: Resource) -> dict[str, str]:
    things = resource.plural.replace("_", " ")
    thing = resource.singular.replace("_", " ")
    article = "an" if thing[0] in "aeiou" else "a"
    return {
        "title": resource.title,
        "thing": resource.variable,
        "thing_id": f"{resource.singular}_id",
        "thing_words": thing,
        "a_thing": f"{article} {thing}",
        "things": things,
        "Things": things.capitalize(),
        "plural": resource.plural,
        "Class": resource.class_name,
    }


def _optional_parts(resource: Resource, names: dict[str, str]) -> dict[str, str]:
    """What a module has only if its fields need it."""
    lists = [field.name for field in resource.of_kind(Kind.TAGS)]
    indexed = [field.column for field in resource.of_kind(*_INDEXED)]
    searched = [field.column for field in resource.of_kind(*_SEARCHED)]
    constants = {"LISTS": lists, "INDEXED": indexed, "SEARCHED": searched}
    codec = stored.codec(resource, _JSON_CODEC if lists else _PLAIN_CODEC)
    return {
        "json_import": "import json\n" if lists else "",
        "re_import": "import re\n" if searched else "",
        "utc_import": "AfterValidator, " if resource.of_kind(Kind.DATETIME) else "",
        "in_utc": _IN_UTC if resource.of_kind(Kind.DATETIME) else "",
        "email_import": "EmailStr, " if resource.of_kind(Kind.EMAIL) else "",
        "constants": "".join(f"{n} = {_tuple(v)}\n" for n, v in constants.items() if v)
        + stored.constants(resource),
        "removed_values": "**REMOVED, " if stored.kept(resource) else "",
        "sort_column": stored.SORT_COLUMN if stored.renamed(resource) else "",
        "fill": stored.fill(resource),
        "codec": Template(codec).substitute(names),
        "make_indexes": _MAKE_INDEXES if indexed else "",
    }


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(f"    {line}" for line in lines)


def _tuple(names: list[str]) -> str:
    return f"({', '.join(json.dumps(name) for name in names)}{',' if len(names) == 1 else ''})"


# --- models ----------------------------------------------------------------------


def _alias_name(resource: Resource, field: FieldSpec) -> str:
    parts = "".join(part.capitalize() for part in field.name.split("_"))
    return f"{resource.class_name}{parts}"


def _alias(resource: Resource, field: FieldSpec) -> str:
    """The type of a field, defined once for all models."""
    arguments = [*_constraints(field), f"examples=[{_python(example(resource, field))}]"]
    return (
        f"{_alias_name(resource, field)} = Annotated[{_type(field)}, Field({', '.join(arguments)})]"
    )


def _type(field: FieldSpec) -> str:
    if field.kind is Kind.CHOICE:
        return f"Literal[{', '.join(json.dumps(choice) for choice in field.choices)}]"
    if field.kind is Kind.TAGS:
        return "list[Annotated[str, Field(min_length=1, max_length=100)]]"
    return _TYPES[field.kind]


def _constraints(field: FieldSpec) -> list[str]:
    match field.kind:
        case Kind.TEXT | Kind.LONG_TEXT:
            usual = 200 if field.kind is Kind.TEXT else 10_000
            longest = f"max_length={_number(field.longest or usual)}"
            return ["min_length=1", longest] if field.required else [longest]
        case Kind.INTEGER:
            return _bounds(field)
        case Kind.NUMBER:
            return [*_bounds(field), "allow_inf_nan=False"]
        case _:
            return _CONSTRAINTS.get(field.kind, [])


def _bounds(field: FieldSpec) -> list[str]:
    lowest = -_LARGEST if field.minimum is None else field.minimum
    highest = _LARGEST if field.maximum is None else field.maximum
    return [f"ge={_number(lowest)}", f"le={_number(highest)}"]


def _number(value: int) -> str:
    return f"{value:_}" if abs(value) > 9999 else str(value)


def _python(value: object) -> str:
    """A literal with double quotes."""
    return json.dumps(value) if not isinstance(value, bool) else str(value)


def _create_field(resource: Resource, field: FieldSpec) -> str:
    alias = _alias_name(resource, field)
    if field.required:
        return f"{field.name}: {alias}"
    if field.default is not None:
        return f"{field.name}: {alias} = {field.default}"
    return f"{field.name}: {alias} | None = None"


# --- the list's filter -------------------------------------------------------------


def _filter_fields(resource: Resource) -> list[str]:
    lines: list[str] = []
    searched = [field.words for field in resource.of_kind(*_SEARCHED)]
    if searched:
        places = _enumeration(searched)
        places = places if len(places) <= _LONGEST_PLACES else "all that is text"
        text = f"Text to look for in {places}."
        lines.append(f"q: str | None = Field(None, max_length=200, description={json.dumps(text)})")
    for field in resource.fields:
        alias = _alias_name(resource, field)
        if _by_value(field):
            lines.append(f"{field.name}: {alias} | None = None")
        elif field.kind is Kind.TAGS:
            lines.append(f"{field.name}: str | None = Field(None, max_length=100)")
        lines += [f"{name}: {alias} | None = None" for name, _ in _range(resource, field)]
    keys = ["id", *(f.name for f in resource.fields if f.kind in _SORTED), "created_at"]
    options = ", ".join(f'"{key}", "-{key}"' for key in [*keys, "updated_at"])
    return [*lines, f'sort: Literal[{options}] = "id"']


def _enumeration(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _range(resource: Resource, field: FieldSpec) -> tuple[tuple[str, str], ...]:
    """Parameters of the filter that bound a field, each with its operator."""
    if field.kind not in _RANGED:
        return ()
    low, high = ("min", "max") if field.kind in {Kind.INTEGER, Kind.NUMBER} else ("from", "to")
    bounds = ((f"{field.name}_{low}", ">="), (f"{field.name}_{high}", "<="))
    taken = {other.name for other in resource.fields}
    return tuple(bound for bound in bounds if bound[0] not in taken)


def _conditions(resource: Resource) -> list[str]:
    """Entries of a dict: a parameter of the filter, and its SQL."""
    lines: list[str] = [_SEARCH] if resource.of_kind(*_SEARCHED) else []
    for field in resource.fields:
        column = field.column
        if _by_value(field):
            lines.append(_EQUAL.format(name=field.name, column=column))
        elif field.kind is Kind.TAGS:
            lines.append(_HAS_TAG.format(name=field.name, column=column))
        for key, sign in _range(resource, field):
            lines.append(_COMPARED.format(key=key, column=column, sign=sign))
    return lines


def _in_brackets(entry: str) -> str:
    """An entry of a dict; a text too long for its line gets brackets, as a formatter does it."""
    if len(entry) + 4 <= LINE_LENGTH:
        return entry
    key, value = entry.rstrip(",").split(": ", 1)
    return f"{key}: (\n        {value}\n    ),"


def _by_value(field: FieldSpec) -> bool:
    """Whether lists take an exact value of it; of tags they take one."""
    few = field.kind in {Kind.BOOLEAN, Kind.CHOICE}
    return few or (field.filtered and field.kind is not Kind.TAGS)


def _column(field: FieldSpec) -> str:
    if field.kind in {Kind.BOOLEAN, Kind.TAGS}:
        return _COLUMNS[field.kind]
    kind = _COLUMNS.get(field.kind, "TEXT")
    if field.preset is not None and not field.required:
        return f"{kind} NOT NULL DEFAULT {stored.sql_literal(field.preset)}"
    if field.default is not None:
        return f"{kind} NOT NULL DEFAULT '{field.choices[0]}'"
    return f"{kind} NOT NULL" if field.required else kind
