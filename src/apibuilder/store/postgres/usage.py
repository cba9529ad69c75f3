"""The ledger, read, and its partitions, made ahead."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from apibuilder.store.postgres.database import Database
from apibuilder.store.postgres.queries import query

_OFFSETS = query("usage.offsets")
_CALLS = query("usage.calls_by_status")
_ENSURE = query("usage.ensure_partition")


class PostgresUsageStore:
    """store.base.UsageStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def offsets(self) -> dict[str, int]:
        """Up to where each segment file is in the ledger; one that is missing is at 0."""
        rows = await self._database.fetch(_OFFSETS)
        return {row["name"]: row["shipped"] for row in rows}

    async def calls_by_status(self, api_id: UUID, *, besides: list[UUID]) -> dict[int, int]:
        """Count an Api's rows in the ledger, leaving out those with the ids `besides`."""
        rows = await self._database.fetch(_CALLS, api_id, besides)
        return {row["status"]: row["calls"] for row in rows}

    async def ensure_partitions(self, first: date, last: date) -> None:
        """Make the ledger's partitions of these days (UTC), both included."""
        for day in range((last - first).days + 1):
            await self._database.execute(_ENSURE, first + timedelta(days=day))
