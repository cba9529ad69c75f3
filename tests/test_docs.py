"""The docs hold: commands run, links resolve, and lists of settings, errors and verbs are whole."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from apibuilder import errors
from apibuilder.cli.main import app
from apibuilder.generator.recipes.page import PAGE, page
from apibuilder.settings import Settings
from tests.acceptance.stack import Stack, new_data_dir, remove

ROOT = Path(__file__).parents[1]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```[a-z]*\n(.*?)^```", re.DOTALL | re.MULTILINE)


def text(name: str) -> str:
    return (ROOT / name).read_text()


def slug(heading: str) -> str:
    """As GitHub makes an anchor of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_resolve(page: Path) -> None:
    for target in _LINK.findall(_FENCE.sub("", page.read_text())):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        assert there.exists(), f"{target} leads nowhere"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", there.read_text(), re.MULTILINE)
            assert anchor in {slug(one) for one in headings}, f"{target} names no heading"


def test_every_setting_is_documented_with_its_default() -> None:
    rows = dict(
        re.findall(r"^\| `([A-Z_]+)` \| (.*?) \|", text("docs/operations.md"), re.MULTILINE)
    )
    wanted = {
        str(field.validation_alias or f"APIBUILDER_{name.upper()}"): "none"
        if field.default in {None, ""}
        else f"`{field.default}`"
        for name, field in Settings.model_fields.items()
    }
    assert rows == wanted


def test_the_example_environment_names_every_setting() -> None:
    named = re.findall(r"^#([A-Z_]+)=", text(".env.example"), re.MULTILINE)
    variables = {
        str(field.validation_alias or f"APIBUILDER_{name.upper()}")
        for name, field in Settings.model_fields.items()
    }
    assert sorted(named) == sorted(variables)


def test_every_error_code_is_documented_as_it_is() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| (\d{3}) \| (.*) \|$", text("docs/api.md"), re.MULTILINE)
    wanted = {
        (code, str(kind.status), kind.title().replace("|", "\\|"))
        for code, kind in errors.catalogue().items()
    }
    assert set(rows) == wanted


def verbs(command: Any, before: str = "") -> Iterator[str]:
    if commands := getattr(command, "commands", None):
        for name, one in commands.items():
            yield from verbs(one, f"{before}{name} ")
    else:
        yield before.strip()


def test_every_verb_is_documented() -> None:
    documented = {
        " ".join(re.match(r"(?:[a-z]+ ?)+", cell)[0].split())
        for cell in re.findall(r"^\| `([^`]+)` \|", text("docs/cli.md"), re.MULTILINE)
    }
    assert documented == set(verbs(typer.main.get_command(app)))


def test_the_page_of_recipes_is_fresh() -> None:
    assert PAGE.read_text() == page(), "run `make docs`"


def test_the_make_commands_of_the_docs_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))
    for page_of_docs in PAGES:
        for fence in _FENCE.findall(page_of_docs.read_text()):
            named = set(re.findall(r"^make ([a-z-]+)", fence, re.MULTILINE))
            assert named <= targets, page_of_docs


@pytest.fixture
def stack() -> Iterator[Stack]:
    it = Stack(new_data_dir())
    it.start()
    yield it
    it.stop()
    remove(it.data_dir)


def test_the_commands_of_the_readme_work(stack: Stack) -> None:
    """Every `apibuilder` line of the README, in its order, and its call."""
    lines = [
        line
        for fence in _FENCE.findall(text("README.md"))
        for line in fence.replace("\\\n", " ").splitlines()
    ]
    made: dict[str, object] = {}
    (stack.data_dir / "app.py").write_text("from fastapi import FastAPI\napp = FastAPI()\n")
    for line in lines:
        words = shlex.split(line)
        if words[:1] == [".venv/bin/apibuilder"]:
            filled = [word.replace("<slug>", str(made.get("slug"))) for word in words[1:]]
            if "-f" not in filled:  # it has no end
                answer = stack.cli(*[_file(word, stack) for word in filled])
                made = made or answer
    curl = next(shlex.split(line) for line in lines if line.startswith("curl"))
    url = curl[curl.index("POST") + 1].replace("http://127.0.0.1:8080/<slug>", "")
    body = curl[curl.index("-d") + 1]
    # The last of the README's changes was undone, so the first revision serves.
    answer = stack.call(made, "POST", url, json.loads(body))
    assert answer.status == 201, answer.body


def _file(word: str, stack: Stack) -> str:
    return str(stack.data_dir / word) if word.endswith(".py") else word
