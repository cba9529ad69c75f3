"""Tables as a module and its tests: the templates with columns, keys and rules filled in."""

from __future__ import annotations

from functools import cache
from importlib import resources
from string import Template
from typing import Any

from pydantic import JsonValue

from apibuilder.generator.cases import Step, TestCase
from apibuilder.generator.imports.base import MEMO, Imported, Kind, class_name, comment, python
from apibuilder.generator.imports.sql.read import Column, Schema, Table, read
from apibuilder.generator.plan import Plan, PlanEndpoint, PlanField, PlanModel
from apibuilder.generator.recipes.resource.layout import wrap
from apibuilder.generator.recipes.steps import call, case, get, post, step

_COLUMNS = {"int": "INTEGER", "float": "REAL", "bool": "INTEGER"}
_FRESH = {
    "dt.datetime": "(strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))",
    "dt.date": "(date('now'))",
}
_EXAMPLES: dict[str, JsonValue] = {
    "int": 1,
    "float": 1.5,
    "bool": True,
    "dt.date": "2030-01-31",
    "dt.time": "09:30:00",
    "dt.datetime": "2030-01-31T09:30:00Z",
    "Any": {"a": 1},
}
_LARGEST = 2**63 - 1


def from_sql(text: str, name: str | None) -> Imported:
    """Raises ImportUnclear."""
    schema = read(text)
    named = f"Tables: {', '.join(one.name for one in schema.tables[:4])}"
    title = comment(name or "")[:100] or named[:100]
    return Imported(
        kind=Kind.SQL,
        plan=_plan(schema, title),
        source=_source(schema, title),
        tests=[_life(schema, table) for table in schema.tables if _is_sure(schema, table)],
        notes=tuple(schema.notes),
    )


@cache
def _template(name: str) -> Template:
    place = resources.files("apibuilder.generator.imports.sql")
    return Template(place.joinpath(name).read_text())


def _source(schema: Schema, title: str) -> str:
    names: dict[str, str] = {}
    for table in schema.tables:
        names[table.name] = class_name(table.name, {*names.values(), "Any", "Tables", "Store"})
    columns = [column for table in schema.tables for column in table.columns]
    routes = [
        _template("routes.py.txt").substitute(
            table=table.name, Class=names[table.name], key=table.key
        )
        for table in schema.tables
    ]
    return wrap(
        _template("template.py.txt").substitute(
            title=title,
            title_literal=python(title),
            models="\n\n".join(_models(table, names[table.name]) for table in schema.tables),
            schema=_texts("\n".join(_ddl(table) for table in schema.tables)),
            flags=python(_named(columns, "bool")),
            documents=python(_named(columns, "Any")),
            routes="\n\n" + "\n\n".join(routes),
        )
    )


def _named(columns: list[Column], kind: str) -> list[JsonValue]:
    """Columns of a kind that no column of the same name and another kind stands beside."""
    others = {one.name for one in columns if one.kind != kind}
    return [*sorted({one.name for one in columns if one.kind == kind} - others)]


# --- the schema -------------------------------------------------------------------------


def _ddl(table: Table) -> str:
    lines = [_column(table, column) for column in table.columns]
    for unique in table.uniques:
        lines.append(f"UNIQUE ({', '.join(map(_quoted, unique))})")
    lines += [f"CHECK ({rule})" for rule in table.checks]
    for column in table.columns:
        if column.references is not None:
            target, key = map(_quoted, column.references)
            lines.append(f"FOREIGN KEY ({_quoted(column.name)}) REFERENCES {target} ({key})")
    body = ",\n".join(f"    {line}" for line in lines)
    return f"CREATE TABLE IF NOT EXISTS {_quoted(table.name)} (\n{body}\n);"


def _column(table: Table, column: Column) -> str:
    parts = [_quoted(column.name), _COLUMNS.get(column.kind, "TEXT")]
    if column.name == table.key:
        parts.append("PRIMARY KEY")
        if column.kind == "int" and column.fresh:
            return " ".join(parts)  # SQLite numbers it
    if column.required:
        parts.append("NOT NULL")
    if column.default is not None:
        parts.append(f"DEFAULT {_literal(column.default)}")
    elif column.fresh and column.kind in _FRESH:
        parts.append(f"DEFAULT {_FRESH[column.kind]}")
    return " ".join(parts)


def _texts(ddl: str) -> str:
    """Python of it, a text a line: whatever a rule or a default says stays inside its quotes."""
    return "\n".join(f"    {python(line + chr(10))}" for line in ddl.split("\n"))


def _quoted(name: str) -> str:
    return f'"{name}"'  # names are safe: see base.identifier


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(int(value)) if isinstance(value, bool) else repr(value)


# --- the models -------------------------------------------------------------------------


def _models(table: Table, name: str) -> str:
    read_fields = [
        f"{c.name}: {c.kind}{'' if c.required and c.kind != 'Any' else ' | None'}"
        + ("" if c.required else " = None")
        for c in table.columns
    ]
    create = [_sent(c, needed=_is_needed(c)) for c in table.columns]
    update = [_sent(c, needed=False) for c in table.columns if c.name != table.key]
    filters = [
        f"{c.name}: {_limited(c)} | None = None"
        for c in table.columns
        if c.kind in {"int", "bool", "str", "float"}
    ]
    order = ", ".join(f'"{c.name}", "-{c.name}"' for c in table.columns)
    filters += [
        f'sort: Literal[{order}] = "{table.key}"',
        "limit: int = Field(50, ge=1, le=500)",
        "offset: int = Field(0, ge=0, le=1_000_000_000)",
    ]
    page = [f"items: list[{name}]", "total: int", "limit: int", "offset: int"]
    parts = [
        (f"{name}Create", f"What a new row of {table.name} is made of.", create),
        (
            f"{name}Update",
            "What to change; whatever is left out stays as it is.",
            update or ["..."],
        ),
        (name, f"One row of {table.name}.", read_fields),
        (f"{name}Page", "Part of the rows, and how many there are.", page),
        (f"{name}Filter", "Which rows to list, and in what order.", filters),
    ]
    key = f"{name}Key = {_limited(table.column(table.key), longest=200)}\n"
    classes = [
        f'class {one}(BaseModel):\n    """{doc}"""\n\n' + "\n".join(f"    {line}" for line in lines)
        for one, doc, lines in parts
    ]
    return "\n\n\n".join([*classes, key])


def _is_needed(column: Column) -> bool:
    return column.required and not column.fresh and column.default is None


def _sent(column: Column, *, needed: bool) -> str:
    kind = _limited(column)
    return f"{column.name}: {kind}" if needed else f"{column.name}: {kind} | None = None"


def _limited(column: Column, longest: int | None = None) -> str:
    if column.choices:
        return f"Literal[{', '.join(map(python, column.choices))}]"
    match column.kind:
        case "int":
            return f"Annotated[int, Field(ge=-{_LARGEST}, le={_LARGEST})]"
        case "float":
            return "Annotated[float, Field(allow_inf_nan=False)]"
        case "str":
            most = column.longest or longest or 100_000
            return f"Annotated[str, Field(max_length={most})]"
        case kind:
            return kind


# --- the plan and the tests ---------------------------------------------------------------


def _plan(schema: Schema, title: str) -> Plan:
    endpoints: list[PlanEndpoint] = []
    for table in schema.tables:
        many, one = f"/{table.name}", f"/{table.name}/{{key}}"
        endpoints += [
            PlanEndpoint(method="POST", path=many, summary="Add a row"),
            PlanEndpoint(method="GET", path=many, summary="List rows"),
            PlanEndpoint(method="GET", path=one, summary="Get a row"),
            PlanEndpoint(method="PATCH", path=one, summary="Change a row"),
            PlanEndpoint(method="DELETE", path=one, summary="Delete a row"),
        ]
    models = [
        PlanModel(
            name=table.name,
            fields=[
                PlanField(name=c.name, type=c.kind, required=c.required) for c in table.columns
            ],
        )
        for table in schema.tables
    ]
    return Plan(
        title=title,
        description=f"Keeps {len(schema.tables)} tables of a SQL schema.",
        endpoints=endpoints,
        models=models,
        packages=["fastapi"],
        storage=True,
        memo={MEMO: str(Kind.SQL)},
    )


def _is_sure(schema: Schema, table: Table) -> bool:
    """Whether plain values meet its rules: a CHECK of what must be sent may want others."""
    targets = [c.references[0] for c in table.columns if c.references and c.required]
    others = [one for one in schema.tables if one.name in targets and one is not table]
    return (
        not any(
            f'"{column.name}"' in rule
            for rule in table.checks
            for column in table.columns
            if _is_needed(column)
        )
        and table.name not in targets
        and all(_is_sure(schema, one) for one in others)
    )


def _row(table: Table) -> dict[str, JsonValue]:
    """What the least row is made of."""
    return {
        c.name: f"{{{c.references[0]}}}" if c.references else _example(c)
        for c in table.columns
        if _is_needed(c)
    }


def _example(column: Column) -> JsonValue:
    if column.choices:
        return column.choices[0]
    value = _EXAMPLES.get(column.kind, f"some {column.name}")
    return value[: column.longest] if isinstance(value, str) and column.longest else value


def _life(schema: Schema, table: Table) -> TestCase:
    row = _row(table)
    steps = [
        *(_made(other) for other in _needed(schema, table, set())),
        step(post(f"/{table.name}", row), 201, capture={table.name: table.key}),
        step(get(f"/{table.name}"), has={"total": 1}),
        step(get(f"/{table.name}/{{{table.name}}}")),
        *_taken(table, row),
        *_unknown(table, row),
        step(call("DELETE", f"/{table.name}/{{{table.name}}}"), 204),
        step(get(f"/{table.name}/{{{table.name}}}"), 404),
    ]
    return case(f"rows of {table.name}", *steps)


def _needed(schema: Schema, table: Table, seen: set[str]) -> list[Table]:
    """The tables of which a row must be there first, in order."""
    found: list[Table] = []
    for column in table.columns:
        if column.references and _is_needed(column) and column.references[0] not in seen:
            seen.add(column.references[0])
            other = next(one for one in schema.tables if one.name == column.references[0])
            found += [*_needed(schema, other, seen), other]
    return found


def _made(table: Table) -> Step:
    return step(post(f"/{table.name}", _row(table)), 201, capture={table.name: table.key})


def _taken(table: Table, row: dict[str, JsonValue]) -> list[Step]:
    """What is unique cannot be there twice."""
    rules = [*table.uniques, *([(table.key,)] if table.key in row else [])]
    return [step(post(f"/{table.name}", row), 409) for rule in rules[:1] if set(rule) <= row.keys()]


def _unknown(table: Table, row: dict[str, JsonValue]) -> list[Step]:
    """A reference to what is not there."""
    for column in table.columns:
        if (
            column.references
            and column.kind == "int"
            and not table.uniques
            and table.key not in row
        ):
            return [step(post(f"/{table.name}", {**row, column.name: 987654321}), 409)]
    return []
