"""diff: how two revisions differ, in source and for callers."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.markup import escape

from apibuilder.cli import output, session
from apibuilder.cli.options import ApiRef, Json

_MARKS = {
    "breaking": "[red]breaks[/]",
    "compatible": "[yellow]differs[/]",
    "added": "[green]new[/]",
}
_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def diff(
    api: ApiRef,
    before: Annotated[int | None, typer.Argument(help="A revision; else the one before.")] = None,
    after: Annotated[int | None, typer.Argument(help="Another; else the one that serves.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """How two revisions differ, in source and for those who call it."""
    numbers = {"before": before, "after": after}
    params = {name: str(number) for name, number in numbers.items() if number is not None}
    with output.failures(as_json=as_json):
        found = session.call("GET", f"/apis/{api}/diff", None, params)
    if as_json:
        output.answer(found)
        return
    show(found)
    if not found["diff"]:
        output.out.print("The source is the same.")


def show(found: dict[str, Any]) -> None:
    """The source line by line, then what callers notice, then what else is to be said."""
    for line in found["diff"].splitlines():
        output.out.print(escape(line), style=_COLOURS.get(line[:1], "dim"), soft_wrap=True)
    changes: list[dict[str, Any]] = found["changes"] or []
    for change in changes:
        places = f" [dim]{escape(', '.join(change['operations']))}[/]"
        output.out.print(f"{_MARKS[change['impact']]} {escape(change['detail'])}{places}")
    for note in found.get("notes", []):
        output.out.print(f"[dim]{escape(note)}[/]")
