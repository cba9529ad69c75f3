"""What is imported becomes code that is only what we write: whatever the document says."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apibuilder.errors import DeployRefused, ImportUnclear, PackageMissing
from apibuilder.generator.check import check_source
from apibuilder.generator.imports.base import Imported, Kind
from apibuilder.generator.imports.curl.commands import read as read_curl
from apibuilder.generator.imports.detect import detect, make
from apibuilder.generator.imports.openapi.document import load
from apibuilder.generator.imports.sql.read import read as read_sql
from apibuilder.generator.imports.table.read import MAX_COLUMNS, read
from apibuilder.generator.review import review
from tests.unit.generator.imports import samples

DOCUMENTS: dict[Kind, Callable[[str], str]] = {
    Kind.OPENAPI: samples.openapi,
    Kind.CSV: samples.table,
    Kind.SQL: samples.sql,
    Kind.CURL: samples.curl,
}


def imported(kind: Kind, text: str) -> Imported:
    return make(DOCUMENTS[kind](text), kind, "", text[:100] or None)


def shape(source: str) -> list[str]:
    """The kinds of all statements and calls: what code does, whatever its texts say."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found.append(ast.unparse(node))
        elif isinstance(node, ast.Call):
            found.append(f"{ast.unparse(node.func)}()")
    return sorted(found)


@pytest.mark.parametrize("kind", DOCUMENTS)
@pytest.mark.parametrize("text", samples.INJECTIONS)
def test_what_a_document_says_stays_text(kind: Kind, text: str) -> None:
    plain, hostile = imported(kind, "harmless words"), imported(kind, text)
    check_source(hostile.source)
    assert review(hostile.source) == []
    assert set(shape(hostile.source)) == set(shape(plain.source))


@settings(deadline=None, max_examples=25)
@given(st.sampled_from(list(DOCUMENTS)), st.text(min_size=1, max_size=80))
def test_any_text_becomes_sound_code_or_a_refusal(kind: Kind, text: str) -> None:
    try:
        made = imported(kind, text)
    except DeployRefused:
        return
    check_source(made.source)
    assert review(made.source) == []


def test_no_value_of_a_header_is_kept() -> None:
    made = imported(Kind.CURL, "lamp")
    assert "sk-hidden" not in made.source + json.dumps(made.notes) + repr(made.plan) + repr(
        made.tests
    )
    assert any("`Authorization`" in note for note in made.notes)


@pytest.mark.parametrize(
    ("text", "filename", "kind"),
    [
        (samples.openapi(), "", Kind.OPENAPI),
        ("openapi: 3.1.0\ninfo: {title: x}\npaths: {}\n", "x.yaml", Kind.OPENAPI),
        (samples.table(), "", Kind.CSV),
        ("one\n1\n2\n", "x.csv", Kind.CSV),
        (samples.sql(), "", Kind.SQL),
        (samples.curl(), "", Kind.CURL),
        ("from fastapi import FastAPI\napp = FastAPI()\n", "", Kind.FASTAPI),
    ],
)
def test_what_it_is_shows(text: str, filename: str, kind: Kind) -> None:
    assert detect(text, filename) == kind


@pytest.mark.parametrize("text", ["", "hello", "{}", "a poem\nof two lines", "<html></html>"])
def test_what_it_is_not_is_said(text: str) -> None:
    with pytest.raises(ImportUnclear):
        make(text, None, "", None)


def test_a_file_of_code_is_unchanged_and_missing_packages_are_named() -> None:
    source = "from fastapi import FastAPI\napp = FastAPI()\n"
    assert make(source, Kind.FASTAPI, "main.py", None).source == source
    with pytest.raises(PackageMissing) as refused:
        make(f"import torch\n{source}", Kind.FASTAPI, "main.py", None)
    assert refused.value.line == 1


def test_tables_are_read_however_they_are_written() -> None:
    found = read(samples.table())
    kinds = {column.name: str(column.kind) for column in found.columns}
    assert kinds == {
        "name": "text",
        "groe_cm": "number",
        "class_value": "text",
        "note": "text",
        "id_2": "integer",
        "born": "date",
        "zip": "text",
    }
    assert found.rows[2] == ["Cy", 1.0, None, None, None, None, None]
    assert any("more cells" in note for note in found.notes)
    assert [c.name for c in read("a\ta\t\n1\t2\t3\n").columns] == ["a", "a_2", "column"]
    with pytest.raises(ImportUnclear):
        read(",".join("a" for _ in range(MAX_COLUMNS + 1)) + "\n1\n")
    with pytest.raises(ImportUnclear, match="one line"):
        read("a,b\n")


def test_rules_of_a_schema_that_read_more_than_a_row_are_left_out_and_named() -> None:
    found = read_sql(samples.sql())
    users, orders, tags = found.tables
    assert users.checks[0] == '"age" >= 0 AND "age" < 150'
    assert orders.checks == []
    assert any("is not checked" in note for note in found.notes)
    assert (tags.key, tags.uniques) == ("row_number", [("order_id", "tag")])
    assert orders.column("user_id").references == ("users", "id")
    for text in ("", "SELECT 1", "CREATE TABLE", "CREATE TABLE x AS SELECT 1"):
        with pytest.raises(ImportUnclear):
            read_sql(text)


def test_yaml_that_multiplies_is_refused() -> None:
    with pytest.raises(ImportUnclear, match="aliases"):
        load("a: &a [x, x]\nb: [*a, *a]\n")
    assert load("day: 2030-01-31\n") == {"day": "2030-01-31"}


def test_commands_are_read_and_not_run() -> None:
    examples, notes = read_curl(samples.curl())
    asked = [(one.method, one.path, one.status) for one in examples]
    assert asked == [
        ("POST", "/v1/orders", 201),
        ("GET", "/v1/orders", None),
        ("GET", "/v1/orders/17", None),
        ("DELETE", "/v1/orders/17", None),
    ]
    assert examples[0].answer["id"] == 17
    assert examples[1].query == {"status": "open", "limit": "3"}
    assert notes
