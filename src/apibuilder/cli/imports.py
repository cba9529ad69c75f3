"""import: an API from what is there already."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from apibuilder.cli import output, stages
from apibuilder.cli.options import Json
from apibuilder.cli.publish import show_made
from apibuilder.client import Refused
from apibuilder.generator.imports.base import Kind


def import_file(
    file: Annotated[Path, typer.Argument(help="OpenAPI, CSV, FastAPI, SQL or cURL examples.")],
    name: Annotated[str | None, typer.Option(help="Name of the API.")] = None,
    kind: Annotated[str, typer.Option(help=f"auto, {', '.join(Kind)}: what the file is.")] = "auto",
    *,
    as_json: Json = False,
) -> None:
    """Make an API of an OpenAPI document, a CSV file, a FastAPI file, SQL or cURL commands."""
    with output.failures(as_json=as_json):
        body = {"content": _text(file), "filename": file.name, "kind": kind}
        if name or kind in {"csv", "sql", "curl"} or file.suffix in {".csv", ".tsv", ".sql"}:
            body["name"] = name or file.stem[:100]
        made = stages.follow("/api/v1/imports", body)
        show_made(made, as_json=as_json)
    if not as_json:
        for note in made["notes"]:
            output.out.print(f"[yellow]·[/] {escape(note)}")


def _text(file: Path) -> str:
    """UTF-8, UTF-16 with its mark, or else Windows' western letters, as spreadsheets write them."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise Refused(
            {"code": "file_unreadable", "detail": f"{file}: {error.strerror}", "file": str(file)}
        ) from None
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
