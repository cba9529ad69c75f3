"""What a text is: by its own marks, then by its name; never a guess between two."""

from __future__ import annotations

import ast
import csv
import io
import re
from collections.abc import Callable
from itertools import islice

from apibuilder.errors import ImportUnclear
from apibuilder.generator.imports.base import MAX_CHARACTERS, Imported, Kind
from apibuilder.generator.imports.curl.source import from_curl
from apibuilder.generator.imports.fastapi_file import from_fastapi
from apibuilder.generator.imports.openapi.source import from_openapi
from apibuilder.generator.imports.sql.source import from_sql
from apibuilder.generator.imports.table.source import from_csv

_MAKERS: dict[Kind, Callable[[str, str | None], Imported]] = {
    Kind.OPENAPI: from_openapi,
    Kind.CSV: from_csv,
    Kind.FASTAPI: from_fastapi,
    Kind.SQL: from_sql,
    Kind.CURL: from_curl,
}
_BY_NAME = {"csv": Kind.CSV, "tsv": Kind.CSV, "py": Kind.FASTAPI, "sql": Kind.SQL}
_FILE = "import"


def make(text: str, kind: Kind | None, filename: str, name: str | None) -> Imported:
    """The API of a text; without a kind it is detected. Raises ImportUnclear, DeployRefused."""
    if len(text) > MAX_CHARACTERS:
        raise ImportUnclear(
            f"The file has {len(text):,} characters; {MAX_CHARACTERS:,} are allowed.", file=_FILE
        )
    text = text.replace("\x00", "")
    kind = kind or detect(text, filename)
    return _MAKERS[kind](text, name)


def detect(text: str, filename: str = "") -> Kind:
    """Raises ImportUnclear if it is none of them."""
    head = text.removeprefix("\ufeff").lstrip()[:20_000]
    if re.search(r"(?m)^\s*[\"']?(?:openapi|swagger)[\"']?\s*:", head) or re.match(
        r'\{\s*"(?:openapi|swagger)"', head
    ):
        return Kind.OPENAPI
    if re.search(r"(?m)^\s*(?:[$>#] ?)*curl\s", head):
        return Kind.CURL
    if re.search(r"(?i)^\s*create\s+table\b", head, re.MULTILINE):
        return Kind.SQL
    by_name = _BY_NAME.get(filename.rpartition(".")[2].lower())
    if by_name is not None:
        return by_name
    if re.search(r"(?m)^(?:from|import) \w", head) and _is_python(text):
        return Kind.FASTAPI
    if _is_table(head):
        return Kind.CSV
    raise ImportUnclear(
        "This is none of: an OpenAPI document, a CSV file, a FastAPI file, CREATE TABLE statements,"
        " cURL commands. If it is one, say so with `--kind`.",
        file=_FILE,
    )


def _is_python(text: str) -> bool:
    try:
        ast.parse(text.removeprefix("\ufeff"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _is_table(head: str) -> bool:
    """Several rows, a third of them at least with as many cells as the first, which has some."""
    for delimiter in ",;\t|":
        rows = islice(csv.reader(io.StringIO(head), delimiter=delimiter), 10)
        try:
            counts = [len(row) for row in rows if row]
        except csv.Error:
            continue
        if len(counts) > 1 and counts[0] > 1 and 3 * counts[1:].count(counts[0]) >= len(counts) - 1:
            return True
    return False
