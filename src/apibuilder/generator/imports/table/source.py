"""A table as a module and its tests: `template.py.txt` with its columns and rows filled in."""

from __future__ import annotations

import base64
import json
import re
import textwrap
import zlib
from functools import cache
from importlib import resources
from string import Template

from pydantic import JsonValue

from apibuilder.errors import ImportUnclear
from apibuilder.generator.cases import Step, TestCase
from apibuilder.generator.check import MAX_SOURCE_BYTES
from apibuilder.generator.imports.base import MEMO, Imported, comment, python
from apibuilder.generator.imports.base import Kind as ImportKind
from apibuilder.generator.imports.table.read import Column, Kind, Table, read
from apibuilder.generator.plan import Plan, PlanEndpoint, PlanField, PlanModel
from apibuilder.generator.recipes.steps import call, case, get, step

_TYPES = {
    Kind.INTEGER: "int",
    Kind.NUMBER: "float",
    Kind.BOOLEAN: "bool",
    Kind.DATE: "dt.date",
    Kind.DATETIME: "dt.datetime",
    Kind.TEXT: "str",
}
_COLUMNS = {Kind.INTEGER: "INTEGER", Kind.NUMBER: "REAL", Kind.BOOLEAN: "INTEGER"}
_BOUNDS = {
    Kind.INTEGER: ("min", "max"),
    Kind.NUMBER: ("min", "max"),
    Kind.DATE: ("from", "to"),
    Kind.DATETIME: ("from", "to"),
}
_LARGEST = "ge=-(2**63), le=2**63 - 1"


def from_csv(text: str, name: str | None) -> Imported:
    """Raises ImportUnclear."""
    table = read(text)
    title = comment(name or "")[:100] or "Table"
    source = _source(table, title)
    if len(source.encode()) > MAX_SOURCE_BYTES:
        raise ImportUnclear(
            f"The rows take {len(source) // 1024:,} KB even when they are compressed; "
            f"{MAX_SOURCE_BYTES // 1024} KB are allowed. Import a part of the file, or deploy a "
            "FastAPI file that is sent the rows.",
            file="import",
        )
    return Imported(
        kind=ImportKind.CSV,
        plan=_plan(table, title),
        source=source,
        tests=_tests(table),
        notes=tuple(table.notes),
    )


@cache
def _template() -> str:
    place = resources.files("apibuilder.generator.imports.table")
    return place.joinpath("template.py.txt").read_text()


def _source(table: Table, title: str) -> str:
    packed = zlib.compress(json.dumps(table.rows, separators=(",", ":")).encode(), 9)
    rows = "\n".join(textwrap.wrap(base64.b85encode(packed).decode(), 96, break_on_hyphens=False))
    columns = table.columns
    options = [f'"{name}", "-{name}",' for name in ("id", *(c.name for c in columns))]
    return Template(_template()).substitute(
        title=title,
        title_literal=python(title),
        count=f"{len(table.rows):,}",
        row_fields=_lines(_row_field(table, at) for at in range(len(columns))),
        filter_fields=_lines(line for column in columns for line in _filters(column, columns)),
        sort_options=_lines(options, 8),
        columns=_lines(f'"{c.name}": "{_COLUMNS.get(c.kind, "TEXT")}",' for c in columns),
        flags=python([c.name for c in columns if c.kind is Kind.BOOLEAN]),
        conditions=_lines(
            f'"{key}": \'"{c.name}" {sign} :{key}\','
            for c in columns
            for key, sign in _keys(c, columns)
        ),
        rows=rows,
    )


def _lines(lines: object, indent: int = 4) -> str:
    return "\n".join(f"{' ' * indent}{line}" for line in lines)  # type: ignore[attr-defined]


def _row_field(table: Table, at: int) -> str:
    column = table.columns[at]
    example = next((row[at] for row in table.rows if row[at] is not None), None)
    facts = [f"description={python(column.header)}", f"examples=[{python(_short(example))}]"]
    return f"{column.name}: {_TYPES[column.kind]} | None = Field({', '.join(facts)})"


def _short(value: JsonValue) -> JsonValue:
    return value[:80] if isinstance(value, str) else value


def _keys(column: Column, columns: list[Column]) -> list[tuple[str, str]]:
    """Parameters of the filter for a column, each with its operator."""
    taken = {one.name for one in columns}
    low, high = _BOUNDS.get(column.kind, ("", ""))
    bounds = [(f"{column.name}_{low}", ">="), (f"{column.name}_{high}", "<=")] if low else []
    return [(column.name, "="), *(one for one in bounds if one[0] not in taken)]


def _filters(column: Column, columns: list[Column]) -> list[str]:
    limit = {Kind.TEXT: ", max_length=1000", Kind.INTEGER: f", {_LARGEST}"}.get(column.kind, "")
    if column.kind is Kind.NUMBER:
        limit = ", allow_inf_nan=False"
    kind = _TYPES[column.kind]
    return [f"{key}: {kind} | None = Field(None{limit})" for key, _ in _keys(column, columns)]


def _plan(table: Table, title: str) -> Plan:
    fields = [
        PlanField(name=c.name, type=str(c.kind), required=False, description=c.header)
        for c in table.columns
    ]
    return Plan(
        title=title,
        description=f"Searches {len(table.rows):,} rows of a CSV file.",
        endpoints=[
            PlanEndpoint(method="GET", path="/rows", summary="List rows", response="RowPage"),
            PlanEndpoint(method="GET", path="/rows/{row_id}", summary="Get a row", response="Row"),
        ],
        models=[PlanModel(name="Row", fields=fields)],
        packages=["fastapi"],
        storage=True,
        memo={MEMO: str(ImportKind.CSV)},
    )


# --- what must hold of it, from the rows themselves ------------------------------------


def _tests(table: Table) -> list[TestCase]:
    count, names = len(table.rows), [column.name for column in table.columns]
    last = {"id": count, **_comparable(table, count - 1)}
    return [
        case(
            "the rows are there",
            step(get("/rows", limit=1), has={"total": count, "limit": 1, "offset": 0}),
            step(get(f"/rows/{count}"), has=last),
            step(get("/rows", sort="-id", limit=1), has={"items": [last]}),
            step(get(f"/rows/{count + 1}"), 404),
            step(get("/rows/none"), 422),
            step(get("/rows", sort="nothing"), 422),
        ),
        case("filter and search", *_filtered(table, names), *_searched(table)),
    ]


def _comparable(table: Table, at: int) -> dict[str, JsonValue]:
    """Of a row what JSON shows the same way; of a time the zone is written in several."""
    return {
        column.name: value
        for column, value in zip(table.columns, table.rows[at], strict=True)
        if column.kind is not Kind.DATETIME
    }


def _filtered(table: Table, names: list[str]) -> list[Step]:
    steps: list[Step] = []
    for at, column in enumerate(table.columns):
        value = next((row[at] for row in table.rows if row[at] is not None), None)
        if value is None or column.kind is Kind.DATETIME or len(str(value)) > 200:
            continue
        total = sum(row[at] == value and row[at] is not None for row in table.rows)
        steps.append(
            step(call("GET", "/rows", query={names[at]: value, "limit": 1}), has={"total": total})
        )
    return steps


def _searched(table: Table) -> list[Step]:
    """A word of the first row finds it; FTS5 folds more than we would count here."""
    for value in table.rows[0]:
        found = re.search(r"[A-Za-z]{3,}", value) if isinstance(value, str) else None
        if found and isinstance(value, str) and re.fullmatch(r"[\x20-\x7e]+", value):
            word = re.split(r"\W", value[found.start() :])[0]
            query: dict[str, JsonValue] = {"q": word, "limit": 500, "sort": "id"}
            return [step(call("GET", "/rows", query=query), contains=['"id":1,'])]
    return [step(get("/rows", q="no such words as these"), has={"total": 0})]
