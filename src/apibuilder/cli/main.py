"""All verbs, under the names of the contract."""

from __future__ import annotations

import typer

from apibuilder.cli import account, apis, differences, processes, publish
from apibuilder.cli.backup import backup, restore
from apibuilder.cli.canary import canary
from apibuilder.cli.doctor import doctor
from apibuilder.cli.imports import import_file
from apibuilder.cli.keys import keys
from apibuilder.cli.market import market
from apibuilder.cli.schedules import schedules
from apibuilder.cli.secrets import secrets

app = typer.Typer(
    name="apibuilder",
    help="Describe an API in a sentence, call it a second later.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

for verb in (publish.create, publish.deploy, publish.edit):
    app.command()(verb)
app.command("import")(import_file)
app.command("list")(apis.list_apis)
for verb in (apis.show, apis.logs, apis.pause, apis.resume, publish.reload, apis.revisions):
    app.command()(verb)
for verb in (differences.diff, publish.rollback, canary, apis.delete):
    app.command()(verb)
app.add_typer(keys, name="keys")
app.add_typer(market, name="market")
app.add_typer(schedules, name="schedules")
app.add_typer(secrets, name="secrets")
for verb in (account.login, account.logout):
    app.command()(verb)
for verb in (apis.usage, doctor, processes.serve, processes.gateway, processes.runtime):
    app.command()(verb)
for verb in (processes.control, backup, restore):
    app.command()(verb)


def main() -> None:
    """Entry point of `apibuilder`."""
    app()
