"""What goes in and out of generations. Their result is a DeployResult, as of any other publish."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from apibuilder.generator.base import Stage


class CreateGeneration(BaseModel):
    """A new Api from a sentence, or a change of one."""

    model_config = ConfigDict(extra="forbid")

    prompt: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)
    ] = Field(description="What the API should do; with `api`, what should be different.")
    name: str | None = Field(
        default=None, min_length=1, max_length=100, description="Default: taken from the prompt."
    )
    api: str | None = Field(
        default=None, min_length=1, max_length=100, description="Id or slug of the Api to change."
    )
    confirm_breaking: bool = Field(
        default=False,
        description="With `api`: publish it although it breaks calls of live subscribers.",
    )


class StageOut(BaseModel):
    """Event `stage`: one of them begins or ends."""

    stage: Stage
    status: Literal["started", "done", "failed"]
    detail: str


class ProgressOut(BaseModel):
    """Event `progress`: a stage goes on. Only where a model is asked; `usd` is 0 of a model without
    a known price."""

    stage: Stage
    detail: str
    input_tokens: int
    output_tokens: int
    usd: float
