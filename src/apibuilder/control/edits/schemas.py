"""What goes in and out of edits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from apibuilder.control.deployments.schemas import DeployResult
from apibuilder.generator.contract.change import ContractChange, Impact


class ContractChangeOut(BaseModel):
    """One difference for callers."""

    impact: Impact
    detail: str = Field(examples=["`priority` is new and must be sent"])
    operations: list[str] = Field(examples=[["POST /todos"]])

    @classmethod
    def of(cls, change: ContractChange) -> Self:
        """From the generator's."""
        return cls(impact=change.impact, detail=change.detail, operations=list(change.operations))


def changes_out(changes: Iterable[ContractChange]) -> list[ContractChangeOut]:
    """All of them."""
    return [ContractChangeOut.of(change) for change in changes]


class CreateEdit(BaseModel):
    """What should be different."""

    model_config = ConfigDict(extra="forbid")

    change: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)
    ] = Field(examples=["add a priority field, integer 1 to 5"])
    confirm_breaking: bool = Field(
        default=False, description="Publish it although it breaks calls of live subscribers."
    )


class EditResult(DeployResult):
    """The new Revision, and how it differs."""

    changes: list[ContractChangeOut] = Field(description="What callers notice, worst first.")
    diff: str = Field(description="Of the source, unified.")
    notes: list[str]


class RevisionDiff(BaseModel):
    """What differs between two Revisions."""

    before: int
    after: int
    diff: str = Field(description="Of the source, unified; empty if it is the same.")
    changes: list[ContractChangeOut] | None = Field(
        description="What callers notice, worst first; null if one of them never started."
    )
