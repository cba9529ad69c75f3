"""Log lines of Apis, stored where the dashboard reads them."""

from __future__ import annotations

from collections.abc import Sequence

from apibuilder.errors import Conflict
from apibuilder.store.base import LogPosition, StoredLine
from apibuilder.store.postgres.database import Database
from apibuilder.store.postgres.queries import query

_POSITION = query("logs.position")
_ADVANCE = query("logs.advance")
_INSERT = query("logs.insert")
_TRIM = query("logs.trim")
_KEPT = 10_000  # lines an Api


class PostgresLogStore:
    """store.base.LogStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def position(self, source: str) -> LogPosition:
        """Of a runtime; an empty epoch if it is new."""
        row = await self._database.fetchrow(_POSITION, source)
        return LogPosition("", 0) if row is None else LogPosition(row["epoch"], row["last"])

    async def add(
        self, source: str, before: LogPosition, after: LogPosition, lines: Sequence[StoredLine]
    ) -> None:
        """Store lines and move the position, in one transaction. Raises Conflict."""
        async with self._database.transaction() as tx:
            moved = await tx.fetchval(
                _ADVANCE, source, after.epoch, after.last, before.epoch, before.last
            )
            if moved is None:
                raise Conflict(f"The log lines of {source} are stored by another process.")
            await tx.execute(
                _INSERT,
                [line.api_id for line in lines],
                [line.at for line in lines],
                [line.level for line in lines],
                [line.stream for line in lines],
                [line.message for line in lines],
                [line.request_id for line in lines],
                [line.revision for line in lines],
            )

    async def trim(self) -> None:
        """Keep the newest 10,000 lines of each Api."""
        await self._database.execute(_TRIM, _KEPT)
