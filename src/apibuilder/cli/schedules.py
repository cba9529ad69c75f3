"""schedules set, list, delete."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from apibuilder.cli import output, session
from apibuilder.cli.options import ApiRef, Json

Name = Annotated[str, typer.Argument(help="Its name, unique in the API: nightly-report.")]

schedules = typer.Typer(no_args_is_help=True, help="Calls that the platform makes of an API.")


@schedules.command("set")
def set_schedule(
    api: ApiRef,
    name: Name,
    cron: Annotated[str, typer.Argument(help='"minute hour day month weekday", in UTC.')],
    path: Annotated[str, typer.Argument(help="The route, below the API: /jobs/clean?days=3.")],
    *,
    method: Annotated[str, typer.Option(help="GET, POST, PUT, PATCH or DELETE.")] = "POST",
    as_json: Json = False,
) -> None:
    """Call a route of an API again and again."""
    body = {"cron": cron, "path": path, "method": method.upper()}
    with output.failures(as_json=as_json):
        made = session.call("PUT", f"/apis/{api}/schedules/{name}", body)
    if as_json:
        output.answer(made)
    else:
        output.out.print(f"[green]✓[/] next at {made['next_at'][:16].replace('T', ' ')} UTC")


@schedules.command("list")
def list_schedules(api: ApiRef, as_json: Json = False) -> None:
    """The schedules of an API, and how their runs went."""
    with output.failures(as_json=as_json):
        found = session.call("GET", f"/apis/{api}/schedules")
    if as_json:
        output.answer(found)
        return
    table = Table("name", "cron", "calls", "next (UTC)", "runs", "failed", "missed", "last",
                  box=None, pad_edge=False)  # fmt: skip
    for one in found["schedules"]:
        table.add_row(
            one["name"],
            one["cron"],
            escape(f"{one['method']} {one['path']}"),
            one["next_at"][:16].replace("T", " "),
            *(str(one[column]) for column in ("runs", "failures", "missed")),
            str(one["last_status"] or escape(one["last_error"] or "never")),
        )
    output.out.print(table)


@schedules.command()
def delete(api: ApiRef, name: Name, as_json: Json = False) -> None:
    """Call it no more."""
    with output.failures(as_json=as_json):
        gone = session.call("DELETE", f"/apis/{api}/schedules/{name}")
    if as_json:
        output.answer(gone)
    else:
        output.out.print("[green]✓[/] deleted")
