"""How verbs answer: one JSON object, or something pleasant to read; and how they fail."""

from __future__ import annotations

import json
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from rich.console import Console
from rich.markup import escape

from apibuilder.client import Refused, Unreachable
from apibuilder.errors import ApiBuilderError

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

_STATUS_COLOURS = {"active": "green", "deploying": "yellow", "paused": "yellow", "failed": "red"}


def answer(data: dict[str, Any]) -> None:
    """The one JSON object of a `--json` call."""
    sys.stdout.write(json.dumps(data) + "\n")
    sys.stdout.flush()


def status(value: str) -> str:
    """A status in its colour."""
    return f"[{_STATUS_COLOURS.get(value, 'white')}]{value}[/]"


@contextmanager
def failures(*, as_json: bool, deploying: Path | None = None) -> Generator[None]:
    """Turn what goes wrong into an answer and exit code 1.

    `deploying` is the file whose deployment may be refused: its line is shown.
    """
    try:
        yield
    except Refused as error:
        _fail(error.problem, as_json=as_json, source=deploying)
    except Unreachable as error:
        _fail({"code": "unreachable", "detail": str(error)}, as_json=as_json)
    except ApiBuilderError as error:
        _fail({"code": error.code, "detail": error.detail}, as_json=as_json)


def _fail(problem: dict[str, Any], *, as_json: bool, source: Path | None = None) -> NoReturn:
    error = {"code": problem.get("code"), "detail": problem.get("detail")}
    error |= {name: problem.get(name) for name in ("file", "line")}
    error |= {
        name: problem[name]
        for name in ("limit", "allowed", "seen", "errors", "changes", "subscribers")
        if name in problem
    }
    if as_json:
        data: dict[str, Any] = {"status": "failed", "error": error}
        if "api_id" in problem:
            data["api_id"] = problem["api_id"]
        answer(data)
    else:
        err.print(f"[red]✗[/] {escape(str(error['detail']))} [dim]({error['code']})[/]")
        if error["line"] is not None:
            _show_line(error, source)
    raise SystemExit(1)


def _show_line(error: dict[str, Any], source: Path | None) -> None:
    number = int(error["line"])
    err.print(f"  [dim]{escape(str(error['file'] or 'main.py'))}, line {number}[/]")
    if source is None or error["file"] not in {None, "main.py"}:
        return
    lines = source.read_text(errors="replace").splitlines()
    if 0 < number <= len(lines):
        err.print(f"  [bold]{number:>4} │[/] {escape(lines[number - 1])}")
