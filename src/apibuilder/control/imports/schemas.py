"""What goes in and out of imports."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from apibuilder.control.deployments.schemas import DeployResult
from apibuilder.generator.imports.base import MAX_CHARACTERS, Kind


class CreateImport(BaseModel):
    """A new Api from what is there already."""

    model_config = ConfigDict(extra="forbid")

    content: Annotated[str, StringConstraints(min_length=1, max_length=MAX_CHARACTERS)] = Field(
        description="The text of the file."
    )
    filename: str = Field(default="", max_length=255, description="Helps to tell what it is.")
    kind: Literal["auto"] | Kind = "auto"
    name: str | None = Field(default=None, min_length=1, max_length=100)


class ImportResult(DeployResult):
    """The new Api, and what could not be carried over."""

    kind: Kind
    notes: list[str]
