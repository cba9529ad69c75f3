"""What an edit has to know."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from apibuilder.store.postgres.database import Database
from apibuilder.store.postgres.queries import query

_PLAN_BEHIND = query("edits.plan_behind")
_SUBSCRIBERS = query("edits.subscribers")


class PostgresEditStore:
    """store.base.EditStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def plan_behind(self, api_id: UUID, revision: int) -> dict[str, Any] | None:
        """The plan of the last generated Revision at or before this one, if there is one."""
        return await self._database.fetchval(_PLAN_BEHIND, api_id, revision)

    async def subscribers(self, api_id: UUID) -> int:
        """How many others may call it by a subscription today."""
        return await self._database.fetchval(_SUBSCRIBERS, api_id)
