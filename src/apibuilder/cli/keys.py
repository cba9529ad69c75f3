"""keys create, list, rotate, revoke."""

from __future__ import annotations

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
    as_json: Json = False,
) -> None:
    """A new key. It is shown once."""
    body: dict[str, Any] = {"name": name}
    body |= {"requests_per_second": rate, "burst": burst, "expires_at": expires}
    wanted = {key: value for key, value in body.items() if value is not None}
    with output.failures(as_json=as_json):
        _show_new(session.call("POST", f"/apis/{api}/keys", wanted), as_json=as_json)


@keys.command()
def rotate(key_id: KeyRef, as_json: Json = False) -> None:
    """A new key in the place of this one, which stops working at once."""
    with output.failures(as_json=as_json):
        _show_new(session.call("POST", f"/keys/{key_id}/rotate"), as_json=as_json)


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
    table = Table("id", "starts with", "name", "last used", "state", box=None, pad_edge=False)
    for key in found["keys"]:
        state = "[red]revoked[/]" if key["revoked_at"] else "[green]live[/]"
        used = str(key["last_used_at"] or "never")[:19].replace("T", " ")
        table.add_row(key["key_id"], f"{key['key_start']}…", escape(key["name"]), used, state)
    output.out.print(table)


def _show_new(made: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        output.answer(made)
        return
    output.out.print(f"  id   {made['key_id']}")
    output.out.print(f"  key  [yellow]{made['api_key']}[/] [dim](shown only now)[/]")
