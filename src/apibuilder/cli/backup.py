"""backup and restore: the whole state in one file."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from apibuilder import settings
from apibuilder.cli import output
from apibuilder.cli.options import Json

File = Annotated[Path, typer.Argument(metavar="FILE", help="A .tar.gz; it holds all secrets.")]


def backup(file: File, as_json: Json = False) -> None:
    """Write database, keys and the data of all APIs to a file; with the platform up or down."""
    from apibuilder.backup.write import write  # noqa: PLC0415 - only this verb needs it

    with output.failures(as_json=as_json):
        done = asyncio.run(write(settings.load(), file))
    if as_json:
        output.answer(asdict(done) | {"file": str(done.file)})
    else:
        output.out.print(
            f"[green]✓[/] {done.file}: {done.bytes / 1e6:.1f} MB, data of {done.apis} APIs. "
            "It holds the keys of the platform: keep it as secret as those."
        )


def restore(
    file: File,
    replace: Annotated[
        bool, typer.Option("--replace", help="Move what is there aside first.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Bring a backup back into the data folder; the platform must be stopped."""
    from apibuilder.backup.restore import restore as run  # noqa: PLC0415 - as above

    with output.failures(as_json=as_json):
        done = asyncio.run(run(settings.load(), file, replace=replace))
    aside = str(done.replaced) if done.replaced else None
    if as_json:
        output.answer({"apis": done.apis, "replaced": aside, "seconds": done.seconds})
    else:
        moved = f" What was there is in {aside}." if aside else ""
        output.out.print(f"[green]✓[/] restored, data of {done.apis} APIs.{moved} Now: make up")
