"""What a gateway reads, and the ledger it writes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from apibuilder.domain import KeyGrant, Route, Usage
from apibuilder.errors import Conflict
from apibuilder.store.base import Change, MonthCalls
from apibuilder.store.postgres import rows
from apibuilder.store.postgres.database import Connection, Database
from apibuilder.store.postgres.listen import notices
from apibuilder.store.postgres.queries import query

_ROUTES = query("gateway.routes")
_GRANTS = query("gateway.grants")
_MONTH_CALLS = query("gateway.month_calls")
_SUBSCRIBERS = query("gateway.subscribers")
_SHIPPED = query("gateway.shipped")
_ADVANCE = query("gateway.advance")
_BATCH = query("gateway.batch")
_MERGE = query("gateway.merge")
_TOUCH_KEYS = query("gateway.touch_keys")
_ENSURE_PARTITION = query("usage.ensure_partition")

# A wrong clock must not make a partition a day for years: what is further off lands in the net.
_PARTITION_REACH = timedelta(days=40)


class PostgresGatewayStore:
    """store.base.GatewayStore."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._partitions: set[date] = set()

    async def routes(self) -> list[Route]:
        """Of all Apis."""
        return [rows.route(row) for row in await self._database.fetch(_ROUTES, None)]

    async def route(self, api_id: UUID) -> Route | None:
        """None once the Api is deleted."""
        row = await self._database.fetchrow(_ROUTES, api_id)
        return None if row is None else rows.route(row)

    async def grants(self) -> list[KeyGrant]:
        """Of all Keys that are neither revoked nor expired."""
        return [rows.grant(row) for row in await self._database.fetch(_GRANTS, None)]

    async def grants_of(self, api_id: UUID) -> list[KeyGrant]:
        """Of one Api's Keys that are neither revoked nor expired."""
        return [rows.grant(row) for row in await self._database.fetch(_GRANTS, api_id)]

    async def month_calls(self, month: date, segments: list[str]) -> MonthCalls:
        """Calls from the first of a month (UTC) on, and how far these segments are in them."""
        found: dict[str, dict[str, int]] = {"calls": {}, "shipped": {}}
        for row in await self._database.fetch(_MONTH_CALLS, month, segments):
            found[row["what"]][row["name"]] = row["count"]
        return MonthCalls(**found)

    async def subscribers(self, keys: Collection[UUID]) -> dict[UUID, str]:
        """Whose these keys are, as `Allowance.name`; the makers' own are left out."""
        found = await self._database.fetch(_SUBSCRIBERS, list(keys))
        return {row["key_id"]: row["name"] for row in found}

    async def changes(self) -> AsyncIterator[Change]:
        """For ever: reconnects by itself, and says `resync` after each (re)connection."""
        channels = ("apibuilder_route", "apibuilder_keys")
        async for notice in notices(self._database.dsn, channels):
            if notice is None:
                yield Change("resync")
            elif notice.channel == "apibuilder_route":
                yield Change("route", UUID(notice.payload))
            else:
                yield Change("keys", UUID(notice.payload))

    async def shipped(self, segment: str) -> int:
        """Offset up to which the segment is in the ledger; 0 for an unknown one."""
        return await self._database.fetchval(_SHIPPED, segment) or 0

    async def ship(self, segment: str, start: int, stop: int, usages: list[Usage]) -> None:
        """Add rows and move the segment's offset in one transaction. Raises Conflict."""
        await self._ensure_partitions({usage.at.astimezone(UTC).date() for usage in usages})
        async with self._database.transaction() as tx:
            if await tx.fetchval(_ADVANCE, segment, start, stop) is None:
                raise Conflict(f"Segment {segment} is not at offset {start}: somebody shipped it.")
            await _add(tx, usages)

    async def touch_keys(self, last_used: dict[UUID, datetime]) -> None:
        """Note when Keys were last used; never moves one back."""
        await self._database.execute(_TOUCH_KEYS, list(last_used), list(last_used.values()))

    async def _ensure_partitions(self, days: set[date]) -> None:
        today = datetime.now(UTC).date()
        for day in days - self._partitions:
            if abs(day - today) <= _PARTITION_REACH:
                # In a transaction of its own: making one locks the ledger for a moment.
                await self._database.execute(_ENSURE_PARTITION, day)
                self._partitions.add(day)


async def _add(tx: Connection, usages: list[Usage]) -> None:
    # The start and the end of a stream may come together; the later record tells the whole.
    last = {usage.id: usage for usage in usages}
    await tx.execute(_BATCH)
    await tx.copy_records_to_table("usage_batch", records=list(last.values()))
    await tx.execute(_MERGE)
