"""A revision that cannot serve is refused with its reason, and the old one goes on."""

from __future__ import annotations

import pytest

from tests.acceptance.stack import Stack
from tests.contracts.backends import ROOT

GOOD = """
from fastapi import FastAPI
app = FastAPI()

@app.get("/hello")
def hello():
    return "one"
"""

BAD = {
    "syntax_error": ("from fastapi import FastAPI\napp = FastAPI(\n", 2),
    "app_missing": ("from fastapi import FastAPI\nthing = FastAPI()\n", None),
    "package_missing": ("import torch\nfrom fastapi import FastAPI\napp = FastAPI()\n", 1),
    "import_failed": ("from fastapi import FastAPI\napp = FastAPI()\n\n1 / 0\n", 4),
    "start_timeout": ("from fastapi import FastAPI\napp = FastAPI()\nwhile 1:\n    pass\n", None),
}


@pytest.fixture(scope="module")
def api(stack: Stack) -> dict[str, object]:
    source = stack.data_dir / "good.py"
    source.write_text(GOOD)
    return stack.cli("deploy", str(source), "--name", "Steady")


@pytest.mark.parametrize("code", BAD)
def test_refused_with_its_reason(stack: Stack, api, code: str) -> None:
    text, line = BAD[code]
    source = stack.data_dir / f"{code}.py"
    source.write_text(text)
    refused = stack.cli("deploy", str(source), "--api", api["api_id"], code=1)
    assert refused["status"] == "failed"
    error = refused["error"]
    assert error["code"] == code, error
    assert error["detail"]
    assert str(ROOT) not in error["detail"]
    assert str(stack.data_dir) not in error["detail"]
    if line is not None:
        assert error["line"] == line
        assert error["file"] == "main.py"
    assert stack.call(api, "GET", "/hello").json() == "one"
    assert stack.cli("show", api["api_id"])["status"] == "active"


def test_a_first_deployment_that_fails_says_so(stack: Stack) -> None:
    source = stack.data_dir / "first.py"
    source.write_text("from fastapi import FastAPI\napp = FastAPI()\nraise RuntimeError('no')\n")
    refused = stack.cli("deploy", str(source), "--name", "Stillborn", code=1)
    assert refused["error"]["code"] == "import_failed"
    assert "RuntimeError: no" in refused["error"]["detail"]
    assert refused["error"]["line"] == 3
