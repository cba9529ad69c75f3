"""source_of: whatever is understood gives a module that compiles and reads well."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings

from apibuilder.generator.check import check_source
from apibuilder.generator.recipes.resource import tests as written
from apibuilder.generator.recipes.resource.grammar import understand
from apibuilder.generator.recipes.resource.layout import LINE_LENGTH
from apibuilder.generator.recipes.resource.model import Resource
from apibuilder.generator.recipes.resource.source import source_of
from tests.unit.generator.recipes.resource.prompts import UNDERSTOOD, resources

ROOT = Path(__file__).parents[5]
EVERY_KIND = (
    "books with title, description, email, link, pages, price, done, due date, start time,"
    " recorded at, tags, priority and status (new, old)"
)
# Longer names may lead to longer lines: a line of code that has no bracket cannot be cut.
LONGEST_NOUN, LONGEST_FIELD = 24, 24


def has_usual_names(resource: Resource) -> bool:
    return len(resource.class_name) <= LONGEST_NOUN and all(
        len(field.name) <= LONGEST_FIELD for field in resource.fields
    )


@settings(deadline=None, max_examples=80)
@given(resources())
def test_anything_understood_gives_good_code(resource: Resource) -> None:
    source = source_of(resource)
    module = ast.parse(source)
    compile(source, "main.py", "exec")
    check_source(source)
    assert source_of(resource) == source
    assert written.tests_of(resource) == written.tests_of(resource)
    assert source.endswith("\n")
    assert not source.endswith("\n\n")
    if has_usual_names(resource):
        assert max(map(len, source.splitlines())) <= LINE_LENGTH
    defined = [node.name for node in module.body if isinstance(node, ast.ClassDef)]
    defined += [node.name for node in module.body if isinstance(node, ast.FunctionDef)]
    defined += [
        name.id
        for node in module.body
        if isinstance(node, ast.Assign)
        for name in node.targets
        if isinstance(name, ast.Name)
    ]
    assert len(set(defined)) == len(defined), "a name is defined twice"
    assert not set(defined) & imported(module), "a name hides an import"
    used = {node.id for node in ast.walk(module) if isinstance(node, ast.Name)}
    assert imported(module) <= used


def imported(module: ast.Module) -> set[str]:
    return {
        alias.asname or alias.name
        for node in module.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }


def test_the_code_is_as_a_formatter_and_a_linter_want_it(tmp_path: Path) -> None:
    for number, (prompt, _) in enumerate([*UNDERSTOOD, (EVERY_KIND, "")]):
        (tmp_path / f"m{number:03}.py").write_text(source_of(understand(prompt)))
    ruff = Path(sys.executable).with_name("ruff")
    config = ["--config", str(ROOT / "pyproject.toml"), str(tmp_path)]
    for command in (["format", "--diff"], ["check", "--ignore", "S608,TRY003,INP001"]):
        done = subprocess.run(
            [ruff, *command, *config], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[:3000] + done.stderr[:500]


def test_the_same_prompt_gives_the_same_code_in_another_process() -> None:
    code = (
        "import sys\n"
        "from apibuilder.generator.recipes.resource.grammar import understand\n"
        "from apibuilder.generator.recipes.resource.source import source_of\n"
        f"sys.stdout.write(source_of(understand({EVERY_KIND!r})))\n"
    )
    expected = source_of(understand(EVERY_KIND))
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed},
        )
        assert done.stdout == expected


@pytest.mark.parametrize(
    ("fields", "has", "lacks"),
    [
        ("count", [], ["import json", "import re\n", "EmailStr", "LISTS", "SEARCHED", "q: str"]),
        ("tags", ["import json", "import re\n", "LISTS = (", "json_each"], ["EmailStr"]),
        ("email", ["EmailStr", "SEARCHED = ("], ["import json", "INDEXED"]),
        ("done", ["INDEXED = (", "INTEGER NOT NULL DEFAULT 0"], ["LISTS"]),
        ("title, status (a, b)", ['Literal["a", "b"]', "NOT NULL DEFAULT 'a'"], []),
        ("size (a, b)", ['Literal["a", "b"]'], ["DEFAULT 'a'"]),
        ("rating 1-5", ["ge=1, le=5", "rating_min", "rating_max"], []),
        ("due date", ["due_date_from", "due_date_to"], []),
        ("price, price min", ["price_max"], ['"price_min": \'"price" >=']),
    ],
)
def test_a_module_has_what_its_fields_need(fields: str, has: list[str], lacks: list[str]) -> None:
    source = source_of(understand(f"a list of spaceships with {fields}"))
    for part in has:
        assert part in source
    for part in lacks:
        assert part not in source


@pytest.mark.parametrize(
    ("noun", "path", "article"),
    [
        ("people", "/people", "Add a person"),
        ("apples", "/apples", "Add an apple"),
        ("todo items", "/todo_items", "Add a todo item"),
        ("classes", "/classes", "Add a class"),
        ("sheep", "/sheep", "Add a sheep"),
    ],
)
def test_things_are_called_what_people_call_them(noun: str, path: str, article: str) -> None:
    source = source_of(understand(f"a list of {noun} with color"))
    assert f'@app.get("{path}"' in source
    assert article in source
