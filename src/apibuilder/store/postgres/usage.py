"""The ledger, read and rolled up; its partitions, made ahead and dropped when they are old."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

import asyncpg

from apibuilder.errors import Unavailable
from apibuilder.store.postgres.database import Database
from apibuilder.store.postgres.queries import query

_OFFSETS = query("usage.offsets")
_CALLS = query("usage.calls_by_status")
_ENSURE = query("usage.ensure_partition")
_TRY_LOCK = query("rollups.try_lock")
_PLAN = query("rollups.plan")
_ROLL_UP = query("rollups.roll_up")
_DROP_USAGE = query("rollups.drop_usage_before")
_DROP_LOGS = query("rollups.drop_logs_before")
_REFRESH_LISTINGS = query("rollups.refresh_listings")


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

    async def roll_up(self, marks: int) -> int:
        """Count up to so many marked minutes anew; answers how many marks were taken."""
        async with self._database.transaction() as tx:
            # A statement of its own: what is counted must be read after the lock was taken.
            if not await tx.fetchval(_TRY_LOCK):
                return 0
            await tx.execute(_PLAN)
            return await tx.fetchval(_ROLL_UP, marks)

    async def retain(self, first: date) -> int:
        """Drop the ledger and the minutes before this day (UTC); answers how many partitions."""
        async with self._database.transaction() as tx:
            if not await tx.fetchval(_TRY_LOCK):
                return 0
            try:
                return await tx.fetchval(_DROP_USAGE, first)
            except asyncpg.LockNotAvailableError:
                raise Unavailable("The ledger is being read; old days go another time.") from None

    async def drop_logs(self, before: datetime) -> None:
        """Drop log lines that are older."""
        await self._database.execute(_DROP_LOGS, before)

    async def refresh_listings(self) -> None:
        """Write the measured figures of the last 30 days into published listings."""
        await self._database.execute(_REFRESH_LISTINGS)
