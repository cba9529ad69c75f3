"""list, show, revisions, pause, resume, delete, usage, logs: an API's life."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from apibuilder.cli import output, session
from apibuilder.cli.options import ApiRef, Json

_MOST = 10_000  # log lines that can be looked through


def list_apis(as_json: Json = False) -> None:
    """Your APIs."""
    with output.failures(as_json=as_json):
        found = session.call("GET", "/apis")
    if as_json:
        output.answer(found)
        return
    if not found["apis"]:
        output.out.print('None yet. Make one: apibuilder create "a todo list with title and done"')
        return
    table = Table("name", "status", "revision", "url", box=None, pad_edge=False)
    for api in found["apis"]:
        url = f"{api['endpoint_url'].rsplit('/', 1)[0]}/{api['slug']}"
        revision = str(api["revision"] or "-")
        table.add_row(escape(api["name"]), output.status(api["status"]), revision, url)
    output.out.print(table)


def show(api: ApiRef, as_json: Json = False) -> None:
    """One API: address, status, limits, and why its last deployment failed, if it did."""
    with output.failures(as_json=as_json):
        found = session.call("GET", f"/apis/{api}")
    if as_json:
        output.answer(found)
        return
    _print_api(found)
    limits = found["limits"]
    output.out.print(
        f"  limits    {limits['requests_per_second']:g} requests/s, burst {limits['burst']}, "
        f"{limits['monthly_quota']:,} a month, {limits['memory_mb']} MB, "
        f"{limits['timeout_seconds']:g} s a request"
    )
    if found["error"]:
        error = found["error"]
        where = f" ({error['file']}, line {error['line']})" if error["line"] else ""
        output.out.print(f"  [red]last deployment failed:[/] {escape(error['detail'])}{where}")


def _print_api(found: dict[str, Any]) -> None:
    output.out.print(
        f"[bold]{escape(found['name'])}[/] is {output.status(found['status'])}, "
        f"revision {found['revision'] or '-'}"
    )
    output.out.print(f"  id        {found['api_id']}")
    output.out.print(f"  url       [cyan]{found['endpoint_url']}[/]")


def revisions(api: ApiRef, as_json: Json = False) -> None:
    """Its revisions, newest first."""
    with output.failures(as_json=as_json):
        found = session.call("GET", f"/apis/{api}/revisions")
    if as_json:
        output.answer(found)
        return
    table = Table("", "revision", "made", "by", "from", box=None, pad_edge=False)
    for one in found["revisions"]:
        made = str(one["created_at"])[:19].replace("T", " ")
        table.add_row(
            "[green]●[/]" if one["current"] else "",
            str(one["revision"]),
            made,
            escape(one["model"] or "you"),
            escape((one["prompt"] or "a file")[:60]),
        )
    output.out.print(table)


def pause(api: ApiRef, as_json: Json = False) -> None:
    """Refuse its calls until it is resumed."""
    _change("POST", api, "/pause", as_json=as_json)


def resume(api: ApiRef, as_json: Json = False) -> None:
    """Take calls again."""
    _change("POST", api, "/resume", as_json=as_json)


def _change(method: str, api: str, path: str, *, as_json: bool) -> None:
    with output.failures(as_json=as_json):
        found = session.call(method, f"/apis/{api}{path}")
    if as_json:
        output.answer(found)
    else:
        _print_api(found)


def delete(api: ApiRef, as_json: Json = False) -> None:
    """Remove it with its keys, code and data. This cannot be undone."""
    with output.failures(as_json=as_json):
        found = session.call("DELETE", f"/apis/{api}")
    if as_json:
        output.answer(found)
    else:
        output.out.print(f"[green]✓[/] {escape(api)} is gone")


def usage(api: ApiRef, as_json: Json = False) -> None:
    """Its calls so far, counted from the ledger."""
    with output.failures(as_json=as_json):
        found = session.call("GET", f"/apis/{api}/usage")
    if as_json:
        output.answer(found)
        return
    output.out.print(
        f"[bold]{found['calls']:,}[/] calls, [red]{found['errors']:,}[/] errors (5xx), "
        f"{found['client_errors']:,} client errors (4xx)"
    )
    for code, count in sorted(found["by_status"].items()):
        output.out.print(f"  {code}  {count:,}")
    sent, received = found["egress_sent_bytes"], found["egress_received_bytes"]
    if sent or received:
        output.out.print(f"  egress: {sent:,} bytes sent, {received:,} received")


def logs(
    api: ApiRef,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as lines come.")] = False,
    tail: Annotated[
        int | None,
        typer.Option(help="How many past lines; 100, or all if some are picked.", min=0, max=_MOST),
    ] = None,
    *,
    request: Annotated[str | None, typer.Option(help="Only of the call with this id.")] = None,
    level: Annotated[str | None, typer.Option(help="The least severe: info, error ...")] = None,
    since: Annotated[str | None, typer.Option(help="Only from this time on (ISO 8601).")] = None,
    as_json: Json = False,
) -> None:
    """What it printed and logged. With --json -f: one object a line."""
    picked = {"request_id": request, "level": level, "since": since}
    params = {name: value for name, value in picked.items() if value is not None}
    params["tail"] = str(tail if tail is not None else _MOST if params else 100)
    params["follow"] = "true" if follow else "false"
    lines: list[dict[str, Any]] = []
    with output.failures(as_json=as_json), suppress(KeyboardInterrupt):
        for line in session.control().lines(f"/api/v1/apis/{api}/logs", params):
            if not as_json:
                _print_line(line)
            elif follow:
                output.answer(line)
            else:
                lines.append(line)
    if as_json and not follow:
        output.answer({"lines": lines})


def _print_line(line: dict[str, Any]) -> None:
    colour = {"error": "red", "warning": "yellow", "critical": "red"}.get(line["level"], "white")
    source = "[magenta]platform[/] " if line["stream"] == "platform" else ""
    output.out.print(
        f"[dim]{line['at'][11:23]}[/] {source}[{colour}]{escape(line['message'])}[/]",
        soft_wrap=True,
    )
