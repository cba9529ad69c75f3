"""The text of a CSV file as typed columns and rows, however it was written."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import zip_longest

from apibuilder.errors import ImportUnclear
from apibuilder.generator.imports.base import identifier, text_of

MAX_ROWS = 200_000
MAX_COLUMNS = 60
MAX_CELL = 20_000
_DELIMITERS = ",;\t|"
_RESERVED = frozenset({"id", "q", "sort", "limit", "offset", "items", "total", "row_id"}) | {
    *("copy", "json", "dict", "schema", "construct", "validate", "int", "str", "float", "bool"),
    *("list", "model", "dt", "os", "app", "store", "register"),
}
_INTEGER = re.compile(r"^-?(?:0|[1-9]\d{0,14})$")
_NUMBER = re.compile(r"^-?(?:\d{1,15}(?:\.\d{1,15})?|\.\d{1,15})(?:[eE][+-]?\d{1,2})?$")
_ZEROS = re.compile(r"^-?0\d")
_FLAGS = {"true": True, "false": False, "yes": True, "no": False}
Cell = str | int | float | bool | None


class Kind(StrEnum):
    """What a column holds."""

    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Column:
    """`name` is safe; `header` is what the file calls it."""

    name: str
    header: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Table:
    """A file, read."""

    columns: list[Column]
    rows: list[list[Cell]]
    notes: list[str]


def read(text: str) -> Table:
    """Raises ImportUnclear for what is no table, or too large a one."""
    text = text.removeprefix("\ufeff").replace("\x00", "")
    if not text.strip():
        raise ImportUnclear("The file is empty.", file="import")
    delimiter = _delimiter(text)
    previous = csv.field_size_limit(MAX_CELL)
    try:
        lines = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(row)]
    except csv.Error as error:
        raise ImportUnclear(
            f"The file cannot be read as a table: {error}. A cell has at most {MAX_CELL:,} "
            "characters.",
            file="import",
        ) from error
    finally:
        csv.field_size_limit(previous)
    return _table(lines)


def _delimiter(text: str) -> str:
    """What most first lines have equally often."""
    head = text.splitlines()[:20]

    def rank(delimiter: str) -> tuple[int, int]:
        counts = [len(row) for row in csv.reader(head, delimiter=delimiter)]
        most = max(set(counts), key=counts.count)
        return (counts.count(most) if most > 1 else 0, most)

    return max(_DELIMITERS, key=rank)


def _table(lines: list[list[str]]) -> Table:
    headers, body = lines[0], lines[1:]
    width = len(headers)
    if width > MAX_COLUMNS:
        raise ImportUnclear(f"{width} columns are more than {MAX_COLUMNS}.", file="import")
    if len(body) > MAX_ROWS:
        raise ImportUnclear(f"{len(body):,} rows are more than {MAX_ROWS:,}.", file="import")
    if not body:
        raise ImportUnclear(
            "The file has one line only; the first is taken for the columns' names.", file="import"
        )
    notes = _ragged(body, width)
    padded = [list(row[:width]) + [""] * (width - len(row)) for row in body]
    names: list[str] = []
    columns: list[Column] = []
    cells: list[list[Cell]] = []
    for header, values in zip(headers, zip_longest(*padded, fillvalue=""), strict=True):
        stripped = [value.strip() for value in values]
        kind, convert = _kind(stripped)
        name = identifier(header, {*names, *_RESERVED}, fallback="column")
        names.append(name)
        columns.append(Column(name, text_of(header, 100), kind))
        cells.append([convert(value) if value else None for value in stripped])
    changed = [f"{c.header!r} is `{c.name}`" for c in columns if c.header != c.name]
    if changed:
        notes.append(f"Column names that an address cannot hold: {', '.join(changed[:10])}.")
    return Table(columns, [list(row) for row in zip(*cells, strict=True)], notes)


def _ragged(body: list[list[str]], width: int) -> list[str]:
    longer = sum(len(row) > width for row in body)
    shorter = sum(len(row) < width for row in body)
    notes: list[str] = []
    if longer:
        notes.append(f"{longer:,} rows have more cells than there are columns; those are left out.")
    if shorter:
        notes.append(f"{shorter:,} rows have fewer cells than there are columns; those are null.")
    return notes


def _kind(values: Iterable[str]) -> tuple[Kind, Callable[[str], Cell]]:
    """The narrowest that all values are; what is written with leading zeros is no number."""
    filled = [value for value in values if value]
    if not filled or any(_ZEROS.match(value) for value in filled if "." not in value):
        return Kind.TEXT, str
    if all(_INTEGER.match(value) for value in filled):
        return Kind.INTEGER, int
    if all(_NUMBER.match(value) for value in filled):
        return Kind.NUMBER, float
    if all(value.lower() in _FLAGS for value in filled):
        return Kind.BOOLEAN, lambda value: _FLAGS[value.lower()]
    for kind, parse in ((Kind.DATE, date.fromisoformat), (Kind.DATETIME, datetime.fromisoformat)):
        if all(_parses(parse, value) for value in filled):
            return kind, lambda value, parse=parse: parse(value).isoformat()
    return Kind.TEXT, str


def _parses(parse: Callable[[str], object], value: str) -> bool:
    try:
        parse(value)
    except ValueError:
        return False
    return len(value) >= len("2030-01-31")
