"""What goes out about canaries."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from apibuilder.domain import Canary, CanaryStatus


class ArmOut(BaseModel):
    """What one Revision did while the canary ran, a few seconds behind the calls."""

    revision: int
    calls: int
    errors: int = Field(description="Calls answered with 500 or above.")
    error_rate: float = Field(description="Errors a call, 0 to 1.")
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


class CanaryOut(BaseModel):
    """A new Revision that gets a share of the calls beside the one that serves."""

    canary_id: UUID
    api_id: UUID
    deployment_id: UUID
    revision: int
    share: int = Field(description="Percent of the calls.")
    status: CanaryStatus
    reason: str | None = Field(description="Why it ended.")
    bake_seconds: int = Field(description="It is promoted after that long at the earliest,")
    min_calls: int = Field(description="and after as many calls.")
    looks: int = Field(description="How many times it was judged.")
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    stable: ArmOut
    canary: ArmOut
    verdict: dict[str, Any] | None = Field(description="What it was last judged by.")

    @classmethod
    def of(cls, canary: Canary, stable: dict[str, Any], new: dict[str, Any]) -> Self:
        """From the domain, with the figures of both Revisions."""
        return cls(
            canary_id=canary.id,
            api_id=canary.api_id,
            deployment_id=canary.deployment_id,
            revision=canary.revision,
            share=canary.wish.share,
            status=canary.status,
            reason=canary.reason,
            bake_seconds=canary.wish.bake_seconds,
            min_calls=canary.wish.min_calls,
            looks=canary.looks,
            created_at=canary.created_at,
            started_at=canary.started_at,
            ended_at=canary.ended_at,
            stable=ArmOut.model_validate(stable),
            canary=ArmOut.model_validate(new),
            verdict=canary.verdict,
        )
