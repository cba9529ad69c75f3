"""Calls of an Api over time, as its dashboard draws them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

Split = Literal["none", "key", "route", "revision"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Calls of one name (a Key's id, a route, a Revision's number; or all) in one step of time."""

    name: str
    at: datetime | None  # None: the whole time
    calls: int
    errors: int  # 500 and above
    client_errors: int  # 400 to 499
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployMark:
    """A Deployment, as a mark on a chart."""

    deployment_id: UUID
    at: datetime
    revision: int
    status: str
    canary: str | None  # what became of it, if it was one
    error: dict[str, Any] | None


class MetricsStore(Protocol):
    """Calls of an Api over time."""

    async def slices(
        self,
        api_id: UUID,
        since: datetime,
        until: datetime,
        *,
        step: Literal["minute", "hour"],
        split: Split,
    ) -> list[Slice]:
        """By name and time, each name's whole first; steps without calls are left out."""
        ...

    async def key_names(self, api_id: UUID) -> dict[UUID, str]:
        """What Keys are called: by their name, else by their visible start."""
        ...

    async def deploys(self, api_id: UUID, since: datetime, until: datetime) -> list[DeployMark]:
        """Newest first, at most 100."""
        ...
