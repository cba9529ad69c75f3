"""Schedules: calls that the platform makes of an Api's own routes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from uuid import UUID

from apibuilder.domain import Schedule
from apibuilder.errors import NotFound, TooManySchedules
from apibuilder.store.base import NewSchedule, Turn
from apibuilder.store.keys import NewKey
from apibuilder.store.postgres import publishing
from apibuilder.store.postgres.database import Database, Row
from apibuilder.store.postgres.keys import insert_key
from apibuilder.store.postgres.queries import query

_PUT = query("schedules.put")
_COUNT_OTHERS = query("schedules.count_others")
_LIST = query("schedules.list")
_DELETE = query("schedules.delete")
_DUE = query("schedules.due")
_ADVANCE = query("schedules.advance")
_FINISH = query("schedules.finish")

MAX_SCHEDULES = 20  # an Api
KEY_NAME = "schedules"


class PostgresScheduleStore:
    """store.base.ScheduleStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(
        self, user_id: UUID, ref: str, name: str, schedule: NewSchedule, next_at: datetime
    ) -> Schedule:
        """Make it, or replace the one of that name. Raises TooManySchedules."""
        async with self._database.transaction() as tx:
            api = await publishing.lock_api(tx, user_id, ref)
            others: int = await tx.fetchval(_COUNT_OTHERS, api.id, name)
            if others >= MAX_SCHEDULES:
                raise TooManySchedules(
                    f"An API can have {MAX_SCHEDULES} schedules; delete one first.",
                    limit="schedules",
                    allowed=MAX_SCHEDULES,
                    seen=others + 1,
                )
            values = (schedule.cron, schedule.method, schedule.path, next_at)
            row = await tx.fetchrow(_PUT, api.id, name, *values)
            assert row is not None  # an insert that does not raise returns its row
            await publishing.audit(
                tx, user_id, "schedule.put", api_id=api.id, subject_id=row["id"],
                details={"name": name, "cron": schedule.cron},
            )  # fmt: skip
            return _schedule(row)

    async def of_api(self, user_id: UUID, ref: str) -> list[Schedule]:
        """By name."""
        async with self._database.transaction() as tx:
            api = await publishing.lock_api(tx, user_id, ref)
            return [_schedule(row) for row in await tx.fetch(_LIST, api.id)]

    async def delete(self, user_id: UUID, ref: str, name: str) -> None:
        """It is gone."""
        async with self._database.transaction() as tx:
            api = await publishing.lock_api(tx, user_id, ref)
            deleted: UUID | None = await tx.fetchval(_DELETE, api.id, name)
            if deleted is None:
                raise NotFound(f"This API has no schedule {name!r}.")
            await publishing.audit(
                tx, user_id, "schedule.delete", api_id=api.id, subject_id=deleted,
                details={"name": name},
            )  # fmt: skip

    async def take_due(
        self, now: datetime, turn: Callable[[Schedule, bool], Turn]
    ) -> list[Schedule]:
        """Move all that are due on by what `turn` says; answers those that are to run now."""
        async with self._database.transaction() as tx:
            running: list[Schedule] = []
            for row in await tx.fetch(_DUE, now):
                schedule = _schedule(row)
                step = turn(schedule, row["serving"])
                await tx.execute(
                    _ADVANCE, schedule.id, step.next_at, step.missed, step.running_until
                )
                if step.running_until is not None:
                    running.append(schedule)
            return running

    async def finish(
        self, schedule_id: UUID, at: datetime, status: int | None, error: str | None
    ) -> None:
        """Note how a run ended; `error` is None for one that went well."""
        await self._database.execute(_FINISH, schedule_id, at, status, error)

    async def add_key(self, api_id: UUID, key: NewKey, expires_at: datetime) -> None:
        """A Key for the platform's own calls."""
        async with self._database.transaction() as tx:
            await insert_key(tx, api_id, key, name=KEY_NAME, expires_at=expires_at)


def _schedule(row: Row) -> Schedule:
    return Schedule(**{field.name: row[field.name] for field in fields(Schedule)})
