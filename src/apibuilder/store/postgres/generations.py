"""Runs of a generator."""

from __future__ import annotations

from uuid import UUID

from apibuilder.errors import TooManyGenerations
from apibuilder.store.base import GenerationEnd
from apibuilder.store.postgres import publishing
from apibuilder.store.postgres.database import Connection, Database
from apibuilder.store.postgres.queries import query

_COUNT_TODAY = query("generations.count_today")
_START = query("generations.start")
_FINISH = query("generations.finish")
_ABANDON = query("generations.abandon")


class PostgresGenerationStore:
    """store.base.GenerationStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def start(self, user_id: UUID, prompt: str, ref: str | None) -> UUID:
        """Note a run, for a new Api or for `ref`. Raises TooManyGenerations."""
        async with self._database.transaction() as tx:
            account = await publishing.lock_account(tx, user_id)
            await _refuse_too_many(tx, user_id, account["generations_per_day"])
            api_id = None if ref is None else (await publishing.lock_api(tx, user_id, ref)).id
            return await tx.fetchval(_START, user_id, api_id, prompt)

    async def finish(self, generation_id: UUID, end: GenerationEnd) -> None:
        """Note its end, and what was made of it."""
        await self._database.execute(
            _FINISH,
            generation_id,
            end.status,
            end.deployment_id,
            end.model,
            end.plan,
            None if end.error is None else end.error.as_dict(),
        )

    async def abandon_dead(self) -> None:
        """Close runs whose process died."""
        await self._database.execute(_ABANDON)


async def _refuse_too_many(tx: Connection, user_id: UUID, allowed: int) -> None:
    count: int = await tx.fetchval(_COUNT_TODAY, user_id)
    if count >= allowed:
        raise TooManyGenerations(
            f"Your plan allows {allowed} generations a day; the next day begins at 00:00 UTC.",
            limit="generations_per_day",
            allowed=allowed,
            seen=count + 1,
        )
