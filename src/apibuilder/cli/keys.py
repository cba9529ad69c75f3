"""keys create, list, rotate, revoke."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from apibuilder.cli import output, session
from apibuilder.cli.options import ApiRef, Json

KeyRef = Annotated[str, typer.Argument(metavar="KEY_ID", help="Id of the key.")]

keys = typer.Typer(no_args_is_help=True, help="Keys of an API.")


@keys.command()
def create(
    api: ApiRef,
    *,
    name: Annotated[str, typer.Option(help="What it is for.")] = "",
    rate: Annotated[
        float | None, typer.Option(help="Requests a second, if fewer than the plan's.")
    ] = None,
    burst: Annotated[
        int | None, typer.Option(help="Requests at once, if fewer than the plan's.")
    ] = None,
    expires: Annotated[str | None, typer.Option(help="When it ends: 2030-01-31T00:00:00Z.")] = None,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="It may send GET and HEAD only.")
    ] = False,
    as_json: Json = False,
) -> None:
    """A new key. It is shown once."""
    body: dict[str, Any] = {"name": name}
    body |= {"requests_per_second": rate, "burst": burst, "expires_at": expires}
    body["scopes"] = ["read"] if read_only else None
    wanted = {key: value for key, value in body.items() if value is not None}
    with output.failures(as_json=as_json):
        _show_new(session.call("POST", f"/apis/{api}/keys", wanted), as_json=as_json)


@keys.command()
def rotate(
    key_id: KeyRef,
    grace: Annotated[
        float, typer.Option(help="Seconds that the old one goes on working.", min=0)
    ] = 0,
    as_json: Json = False,
) -> None:
    """A new key in the place of this one, which stops working at once, or after --grace."""
    body = {"grace_seconds": grace}
    with output.failures(as_json=as_json):
        _show_new(session.call("POST", f"/keys/{key_id}/rotate", body), as_json=as_json)


@keys.command()
def revoke(key_id: KeyRef, as_json: Json = False) -> None:
    """End a key, within a second."""
    with output.failures(as_json=as_json):
        found = session.call("DELETE", f"/keys/{key_id}")
    if as_json:
        output.answer(found)
    else:
        output.out.print("[green]✓[/] revoked")


@keys.command("list")
def list_keys(api: ApiRef, as_json: Json = False) -> None:
    """Keys of an API; their clear text is stored nowhere."""
    with output.failures(as_json=as_json):
        found = session.call("GET", f"/apis/{api}/keys")
    if as_json:
        output.answer(found)
        return
    heads = ("id", "starts with", "name", "may", "last used", "state")
    table = Table(*heads, box=None, pad_edge=False)
    for key in found["keys"]:
        used = str(key["last_used_at"] or "never")[:19].replace("T", " ")
        name, may = escape(key["name"]), ", ".join(key["scopes"])
        table.add_row(key["key_id"], f"{key['key_start']}…", name, may, used, _state(key))
    output.out.print(table)


def _state(key: dict[str, Any]) -> str:
    if key["revoked_at"]:
        return "[red]revoked[/]"
    if key["expires_at"] is None:
        return "[green]live[/]"
    ends = datetime.fromisoformat(key["expires_at"])
    if ends <= datetime.now(UTC):
        return "[red]expired[/]"
    until = f"{ends:%Y-%m-%d %H:%M:%S}Z"
    return f"[yellow]replaced, until {until}[/]" if key["replaced_by"] else f"until {until}"


def _show_new(made: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        output.answer(made)
        return
    output.out.print(f"  id   {made['key_id']}")
    output.out.print(f"  key  [yellow]{made['api_key']}[/] [dim](shown only now)[/]")
