"""Options that several verbs share."""

from __future__ import annotations

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]
ApiRef = Annotated[str, typer.Argument(metavar="ID", help="Id or slug of the API.")]
