"""canary: a new revision's trial with a share of the calls."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from apibuilder.cli import output, session
from apibuilder.cli.options import ApiRef, Json


class Action(StrEnum):
    """What becomes of the one that runs."""

    PROMOTE = "promote"
    ABORT = "abort"


def canary(
    api: ApiRef,
    action: Annotated[Action | None, typer.Argument(help="Else it is only shown.")] = None,
    as_json: Json = False,
) -> None:
    """A canary: how it does beside the revision before it; give it all calls, or none."""
    path = f"/apis/{api}/canary"
    with output.failures(as_json=as_json):
        found = session.call("POST", f"{path}/{action}") if action else session.call("GET", path)
    if as_json:
        output.answer(found)
    else:
        _print(found)


def _print(found: dict[str, Any]) -> None:
    state = found["status"].replace("_", " ")
    output.out.print(f"revision {found['revision']} with {found['share']} % of the calls: {state}")
    if found["reason"]:
        output.out.print(f"  {escape(found['reason'])}")
    table = Table("", "revision", "calls", "errors", "p50", "p95", "p99", box=None, pad_edge=False)
    for name in ("stable", "canary"):
        arm = found[name]
        times = [f"{arm[p]:.1f} ms" if arm[p] is not None else "-" for p in _PERCENTILES]
        errors = f"{arm['error_rate']:.2%}"
        table.add_row(name, str(arm["revision"]), f"{arm['calls']:,}", errors, *times)
    output.out.print(table)


_PERCENTILES = ("p50_ms", "p95_ms", "p99_ms")
