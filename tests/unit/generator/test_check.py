"""The policy check: what it refuses, with file and line, and all that it lets through."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apibuilder.errors import (
    AppMissing,
    DeployRefused,
    ImportRefused,
    PackageMissing,
    SourceSyntaxError,
    SourceTooLarge,
)
from apibuilder.generator.check import MAX_SOURCE_BYTES, check_source

APP = "app = 1\n"
MODULES = Path(__file__).parents[3] / "src/apibuilder/generator/recipes/library"


def refusal(source: str) -> DeployRefused:
    with pytest.raises(DeployRefused) as refused:
        check_source(source)
    assert refused.value.file == "main.py"
    return refused.value


def code(text: str) -> str:
    return textwrap.dedent(text).lstrip("\n")


# --- refused -------------------------------------------------------------------

SYNTAX = {
    "unclosed": ("x = 1\ndef (\n", 2),
    "indentation": ("def f():\npass\n", 2),
    "tabs and spaces": ("if 1:\n\tx = 1\n        y = 2\n", 3),
    "python 2": ("x = 1\ny = 2\nprint 'x'\n", 3),
    "an unknown escape": ('x = 1\ny = "\\N{no such letter}"\n', 2),
    "a huge literal": (f"x = {'9' * 5000}\n", 1),
    "BOM": (f"\ufeff{APP}", 1),
    "a line separator": ("x = 1\u2028y = 2\n", 1),
    "indented too deeply": ("".join(f"{' ' * i}if 1:\n" for i in range(200)), 101),
    "parentheses": (f"x = {'(' * 500}{')' * 500}\n", 1),
    "prose": ("Here is your API:\n\napp = FastAPI()\n", 1),
}


@pytest.mark.parametrize(("source", "line"), SYNTAX.values(), ids=SYNTAX)
def test_wrong_syntax_is_refused_with_its_line(source: str, line: int) -> None:
    refused = refusal(source)
    assert isinstance(refused, SourceSyntaxError)
    assert refused.line == line
    assert refused.detail.endswith(".")


@pytest.mark.parametrize(
    ("source", "detail"),
    [
        ("app = 1\0", "null bytes"),
        ('app = "\ud800"', "not valid Unicode"),
        (f"app = {'-' * 50_000}1", "nested too deeply"),
        (f"app = a{'.b' * 50_000}", "nested too deeply"),
        (f"app = {'lambda: ' * 5_000}1", "nested too deeply"),
        (f"app = {'1 + ' * 50_000}1", "nested too deeply"),
    ],
)
def test_text_that_no_parser_reads_is_refused(source: str, detail: str) -> None:
    refused = refusal(source)
    assert isinstance(refused, SourceSyntaxError)
    assert detail in refused.detail


def test_512_kib_is_the_limit_of_bytes_not_of_characters() -> None:
    filler = MAX_SOURCE_BYTES - len(APP) - 1
    check_source(f"{APP}#{'x' * filler}")
    refused = refusal(f"{APP}#{'x' * filler}x")
    assert isinstance(refused, SourceTooLarge)
    assert "524,289 bytes; 524,288 are allowed" in refused.detail
    check_source(f"{APP}#{'é' * (filler // 2)}")
    assert isinstance(refusal(f"{APP}#{'é' * (filler // 2 + 1)}"), SourceTooLarge)


@pytest.mark.parametrize(
    "name",
    ["subprocess", "multiprocessing", "pty", "ctypes", "tkinter", "turtle", "curses"],
)
@pytest.mark.parametrize(
    "statement", ["import {}", "import os, {}", "import {}.x as y", "from {} import x"]
)
def test_what_cannot_work_is_refused_with_what_to_do_instead(name: str, statement: str) -> None:
    refused = refusal(f"{APP}\n{statement.format(name)}\n")
    assert isinstance(refused, ImportRefused)
    assert refused.line == 3
    assert refused.detail.startswith(f"`{name}` cannot work here: ")


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("import flask\n", 1),
        ("import os\nimport pandas.io as io\n", 2),
        ("from requests import get\n", 1),
        ("import fastapi, uvloop_x\n", 1),
        ("try:\n    import flask\nfinally:\n    pass\n", 2),
        ("try:\n    import flask\nexcept ValueError:\n    pass\n", 2),
        ("class A:\n    import flask\n", 2),
    ],
)
def test_a_package_that_is_not_there_is_refused(source: str, line: int) -> None:
    refused = refusal(f"{source}{APP}")
    assert isinstance(refused, PackageMissing)
    assert refused.line == line
    assert "is not in the runtime" in refused.detail
    assert "fastapi, httpx, " in refused.detail


@pytest.mark.parametrize(
    ("name", "imported"),
    [("pillow", "PIL"), ("python_dateutil", "dateutil"), ("beautifulsoup4", "bs4")],
)
def test_a_package_under_its_other_name_is_told(name: str, imported: str) -> None:
    refused = refusal(f"import {name}\n{APP}")
    assert isinstance(refused, PackageMissing)
    assert refused.detail == f"The package {name} is there, but is imported as `{imported}`."


@pytest.mark.parametrize(
    "statement", ["from . import x", "from .models import Book", "from .. import x"]
)
def test_a_relative_import_is_refused(statement: str) -> None:
    refused = refusal(f"{APP}{statement}\n")
    assert isinstance(refused, PackageMissing)
    assert refused.line == 2
    assert "one module" in refused.detail


NO_APP = {
    "empty": "",
    "a docstring": '"""An API."""\n',
    "in a function": "def make():\n    app = 1\n    return app\n",
    "in a class": "class A:\n    app = 1\n",
    "only annotated": "app: object\n",
    "an attribute": "import os\nos.app = 1\n",
    "an item": "x = {}\nx['app'] = 1\n",
    "only read": "print(app)\n",
    "in a lambda": "f = lambda: (app := 1)\n",
    "a submodule": "import os.path as other\n",
    "a parameter": "def f(app): pass\n",
    "a keyword": "dict(app=1)\n",
}


@pytest.mark.parametrize("source", NO_APP.values(), ids=NO_APP)
def test_a_module_without_app_is_refused(source: str) -> None:
    refused = refusal(source)
    assert isinstance(refused, AppMissing)
    assert "needs `app = FastAPI()`" in refused.detail


@pytest.mark.parametrize("call", ["FastAPI()", "fastapi.FastAPI(title='x')"])
def test_an_application_of_another_name_is_told(call: str) -> None:
    refused = refusal(f"import fastapi\nfrom fastapi import FastAPI\nif 1:\n    api = {call}\n")
    assert isinstance(refused, AppMissing)
    assert refused.detail == "The FastAPI application is named `api`; name it `app`."


# --- let through -----------------------------------------------------------------

LET_THROUGH = {
    "plain": "from fastapi import FastAPI\napp = FastAPI()\n",
    "import caught": "try:\n    import ujson\nexcept ImportError:\n    import json as ujson\n",
    "one of many": "try:\n    import a1\nexcept (ValueError, ModuleNotFoundError):\n    pass\n",
    "caught bare": "try:\n    import a1\nexcept:\n    pass\n",
    "caught broadly": "try:\n    import a1\nexcept Exception:\n    pass\n",
    "caught as a group": "try:\n    import a1\nexcept* ImportError:\n    pass\n",
    "suppressed": "from contextlib import suppress\nwith suppress(ImportError):\n    import a1\n",
    "type checking": "import typing\nif typing.TYPE_CHECKING:\n    import a1\n",
    "conditional": "import sys\nif sys.platform == 'win32':\n    import a1\n",
    "lazy": "def f():\n    import a1, subprocess\n",
    "in a loop": "for _ in []:\n    import a1\n",
    "the future": "from __future__ import annotations\n",
    "submodules": "import os.path, concurrent.futures, xml.etree.ElementTree as E\n",
    "packages": "import numpy, PIL.Image, httpx, yaml\nfrom bs4 import BeautifulSoup\n",
    "dependencies of these": "import starlette.responses, anyio\n",
    "form feeds": "\x0cx = 1\n\x0c\n",
    "CRLF": "x = 1\r\ny = 2\r\n",
    "old Mac": "x = 1\ry = 2\r",
    "a coding line": "# -*- coding: latin-1 -*-\n",
    "another alphabet": "größe = 'naïve 😀'\n",
    "doubtful escapes": "import re\nx = re.compile('\\d')\n",
    "doubtful comparisons": "x = 1\ny = x is 1\n",
    "many elifs": "x = 1\nif x == 0: pass\n"
    + "".join(f"elif x == {i}: pass\n" for i in range(2000)),
}


@pytest.mark.parametrize("source", LET_THROUGH.values(), ids=LET_THROUGH)
def test_a_module_that_may_work_is_let_through(source: str) -> None:
    check_source(f"{source}{APP}")


APPS = {
    "annotated": "app: object = 1",
    "tuple": "app, other = 1, 2",
    "starred": "first, *app = 1, 2",
    "chained": "api = app = 1",
    "walrus": "print(app := 1)",
    "augmented": "app = 1; app += 1",
    "for": "for app in [1]: pass",
    "with": "with open('x') as app: pass",
    "if": "if 1:\n    app = 1\nelse:\n    app = 2",
    "else of try": "try:\n    pass\nexcept OSError:\n    pass\nelse:\n    app = 1",
    "finally": "try:\n    pass\nfinally:\n    app = 1",
    "handler": "try:\n    pass\nexcept OSError:\n    app = 1",
    "with block": "with open('x'):\n    app = 1",
    "while": "while 1:\n    app = 1\n    break",
    "match": "match 1:\n    case 1:\n        app = 1",
    "match capture": "match 1:\n    case app:\n        pass",
    "match star": "match [1]:\n    case [*app]:\n        pass",
    "function": "async def app(scope, receive, send): pass",
    "class": "class app: pass",
    "import": "import json as app",
    "from": "from json import loads as app",
    "star": "from json import *",
    "global": "def make():\n    global app\n    app = 1\nmake()",
}


@pytest.mark.parametrize("source", APPS.values(), ids=APPS)
def test_app_may_come_about_in_many_ways(source: str) -> None:
    check_source(source)


@pytest.mark.parametrize("path", sorted(MODULES.glob("*.py")), ids=lambda path: path.stem)
def test_no_module_of_the_library_is_refused(path: Path) -> None:
    if path.name != "__init__.py":
        check_source(path.read_text())


# --- anything at all ---------------------------------------------------------------

PIECES = st.sampled_from(
    ["app", "=", "1", "\n", " ", "    ", "import ", "from ", ".", "x", "try:", "except", "def f():",
     "(", ")", "[", "{", '"', "'", "\\", "#", "\t", "\x0c", "\0", "\ufeff", "\ud800", "if 1:", ":",
     "match x:", "case _:", "lambda:", "class A:", "global app", "with x as app:", ",", "*", "@"]
)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(st.one_of(st.text(), st.text(st.characters()), st.lists(PIECES).map("".join)))
def test_any_text_is_either_let_through_or_refused(source: str) -> None:
    try:
        check_source(source)
    except DeployRefused as refused:
        assert refused.file == "main.py"
        assert refused.line is None or refused.line >= 0
