"""The review: what it says of code that hides what it does, and that it says nothing of ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apibuilder.errors import CodeRefused
from apibuilder.generator.recipes.resource.grammar import understand
from apibuilder.generator.recipes.resource.source import source_of
from apibuilder.generator.review import refuse_concerns, review, review_checks

LIBRARY = Path(__file__).parents[3] / "src/apibuilder/generator/recipes/library"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("import subprocess", "no program can be started"),
        ("from multiprocessing import Pool", "an API is one process"),
        ("import ctypes.util", "native code"),
        ("__import__('subprocess')", "no program can be started"),
        ("import importlib; importlib.import_module('ctypes')", "native code"),
        ("__import__('sub' + 'process')", "only shows when it runs"),
        ("import importlib as il; il.import_module(x)", "only shows when it runs"),
        ("eval(x)", "runs a text as code"),
        ("exec(x)", "runs a text as code"),
        ("import builtins; builtins.eval(x)", "runs a text as code"),
        ("import os; os.system('ls')", "starts a program"),
        ("from os import popen", "starts a program"),
        ("import os as o; o.execv('a', [])", "starts a program"),
        ("import os; getattr(os, 'system')", "starts a program"),
        ("import os; getattr(os, 'sys' + 'tem')", "only shows when it runs"),
        ("().__class__.__subclasses__()", "Python's insides"),
        ("getattr(f, '__globals__')", "Python's insides"),
        ("__builtins__['open']", "Python's insides"),
        ("vars(x)['__builtins__']", "Python's insides"),
    ],
)
def test_what_hides_in_a_function_is_named_with_its_line(line: str, reason: str) -> None:
    source = f"def later(x, f):\n    {line}\n"
    assert any(one.line == 2 and reason in one.detail for one in review(source)), review(source)
    with pytest.raises(CodeRefused) as refused:
        refuse_concerns(source)
    assert (refused.value.file, refused.value.line) == ("main.py", 2)
    refuse_concerns(source, beside=source)  # its maker's own doing
    assert all(
        check.passed and check.detail.startswith("line 2") for check in review_checks(source)
    )


@pytest.mark.parametrize(
    "source",
    [
        "import os, json, re\nos.environ.get('X')\nre.compile('x')\ngetattr(app, name, None)",
        "class Model:\n    def eval(self): ...\nModel().eval()\nre.exec = 1",
        "df.eval('a + b')\nquery.compile(x)\ncursor.exec(x)",
        "import importlib\nimportlib.import_module('json')",
        "this is no Python",
    ],
)
def test_what_an_api_may_need_is_of_no_concern(source: str) -> None:
    assert review(source) == []


def test_what_we_write_is_of_no_concern() -> None:
    for file in LIBRARY.glob("*.py"):
        assert review(file.read_text()) == [], file.name
    assert review(source_of(understand("books with title, email, tags and status (a, b)"))) == []


@given(st.text())
def test_any_text_is_reviewed(source: str) -> None:
    review(source)
