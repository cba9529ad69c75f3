"""secrets set, list, delete. A value comes from stdin or a prompt, never from the command line."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.table import Table

from apibuilder.cli import output, session
from apibuilder.cli.options import ApiRef, Json

Name = Annotated[str, typer.Argument(metavar="NAME", help="Environment variable: API_TOKEN.")]

secrets = typer.Typer(no_args_is_help=True, help="Secrets of an API: its environment variables.")


@secrets.command("set")
def set_secret(api: ApiRef, name: Name, as_json: Json = False) -> None:
    """Set one and restart the API with it. The value is read from stdin, or asked for."""
    value = _value(name)
    with output.failures(as_json=as_json):
        found = session.call("PUT", f"/apis/{api}/secrets/{name}", {"value": value})
    if as_json:
        output.answer(found)
    else:
        output.out.print(f"[green]✓[/] {name} is set; the API starts afresh with it")


@secrets.command("list")
def list_secrets(api: ApiRef, as_json: Json = False) -> None:
    """Names only: a value is never shown again."""
    with output.failures(as_json=as_json):
        found = session.call("GET", f"/apis/{api}/secrets")
    if as_json:
        output.answer(found)
        return
    table = Table("name", "set", box=None, pad_edge=False)
    for secret in found["secrets"]:
        table.add_row(secret["name"], str(secret["updated_at"])[:19].replace("T", " "))
    output.out.print(table)


@secrets.command("delete")
def delete_secret(api: ApiRef, name: Name, as_json: Json = False) -> None:
    """Remove one and restart the API without it."""
    with output.failures(as_json=as_json):
        found = session.call("DELETE", f"/apis/{api}/secrets/{name}")
    if as_json:
        output.answer(found)
    else:
        output.out.print(f"[green]✓[/] {name} is gone; the API starts afresh without it")


def _value(name: str) -> str:
    if sys.stdin.isatty():
        return typer.prompt(f"Value of {name}", hide_input=True)
    # One newline at the end is the shell's, not the secret's.
    return sys.stdin.read().removesuffix("\n")
