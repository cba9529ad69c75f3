"""Calls of an Api over time, from the rollups."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from apibuilder.store.base import DeployMark, Slice, Split
from apibuilder.store.postgres.database import Database
from apibuilder.store.postgres.queries import query

_BREAKDOWN = query("metrics.breakdown")
_KEYS = query("metrics.keys")
_DEPLOYS = query("metrics.deploys")


class PostgresMetricsStore:
    """store.base.MetricsStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

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
        found = await self._database.fetch(_BREAKDOWN, api_id, since, until, step, split)
        return [Slice(**row) for row in found]

    async def key_names(self, api_id: UUID) -> dict[UUID, str]:
        """What Keys are called: by their name, else by their visible start."""
        found = await self._database.fetch(_KEYS, api_id)
        return {row["id"]: row["name"] or row["key_start"] for row in found}

    async def deploys(self, api_id: UUID, since: datetime, until: datetime) -> list[DeployMark]:
        """Newest first, at most 100."""
        return [
            DeployMark(**row) for row in await self._database.fetch(_DEPLOYS, api_id, since, until)
        ]
