"""What goes out about calls over time."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from apibuilder.store.base import DeployMark, Slice


class Range(StrEnum):
    """How far back: an hour in minutes, a day or a week in hours."""

    HOUR = "1h"
    DAY = "24h"
    WEEK = "7d"


class SplitBy(StrEnum):
    """Apart by what."""

    NONE = "none"
    KEY = "key"
    ROUTE = "route"
    REVISION = "revision"


class Figures(BaseModel):
    """Calls and how they ended. Percentiles are null where nothing ended."""

    calls: int = 0
    errors: int = Field(default=0, description="Answered with 500 or above.")
    client_errors: int = Field(default=0, description="Answered with 400 to 499.")
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None

    @classmethod
    def of(cls, one: Slice) -> Self:
        """From the store."""
        return cls(
            calls=one.calls,
            errors=one.errors,
            client_errors=one.client_errors,
            p50_ms=one.p50_ms,
            p95_ms=one.p95_ms,
            p99_ms=one.p99_ms,
        )


class Point(Figures):
    """One step of time."""

    at: datetime = Field(description="When it begins.")


class Group(BaseModel):
    """Calls of one key, route or revision."""

    name: str = Field(description="A key's id, `GET /items/{id}`, or a revision's number.")
    label: str = Field(description="A key's name; else as `name`; `other` for calls of no route.")
    total: Figures
    series: list[Point]


class DeployOut(BaseModel):
    """A deployment, as a mark on the chart."""

    deployment_id: UUID
    at: datetime
    revision: int
    status: str
    canary: str | None = Field(description="What became of it, if it was a canary.")
    error: dict[str, Any] | None

    @classmethod
    def of(cls, mark: DeployMark) -> Self:
        """From the store."""
        return cls(
            deployment_id=mark.deployment_id,
            at=mark.at,
            revision=mark.revision,
            status=mark.status,
            canary=mark.canary,
            error=mark.error,
        )


class MetricsOut(BaseModel):
    """An Api's calls over time, a few seconds behind them. Every step is there, also empty ones."""

    api_id: UUID
    range: Range
    by: SplitBy
    step_seconds: int
    since: datetime
    until: datetime
    total: Figures
    series: list[Point]
    groups: list[Group] = Field(description="With `by`: the busiest first, at most 20.")
    groups_left_out: int
    deploys: list[DeployOut] = Field(description="Newest first, at most 100.")
