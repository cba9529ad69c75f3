"""Calls that an Api wants at set times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from apibuilder.domain import Schedule
from apibuilder.store.keys import NewKey


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSchedule:
    """Which route is called, and when; its name is where it is put."""

    cron: str
    method: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What becomes of a schedule that is due."""

    next_at: datetime
    missed: int  # occurrences that were due and are not run
    running_until: datetime | None  # it is run now, and given up then; None: it is not


class ScheduleStore(Protocol):
    """Schedules of Apis."""

    async def put(
        self, user_id: UUID, ref: str, name: str, schedule: NewSchedule, next_at: datetime
    ) -> Schedule:
        """Make it, or replace the one of that name. Raises TooManySchedules."""
        ...

    async def of_api(self, user_id: UUID, ref: str) -> list[Schedule]:
        """By name."""
        ...

    async def delete(self, user_id: UUID, ref: str, name: str) -> None:
        """It is gone."""
        ...

    async def take_due(
        self, now: datetime, turn: Callable[[Schedule, bool], Turn]
    ) -> list[Schedule]:
        """Move all that are due on by what `turn` says of each and of whether its Api serves;
        answers those that are to run now. Of several that ask at once, one gets a schedule."""
        ...

    async def finish(
        self, schedule_id: UUID, at: datetime, status: int | None, error: str | None
    ) -> None:
        """Note how a run ended; `error` is None for one that went well."""
        ...

    async def add_key(self, api_id: UUID, key: NewKey, expires_at: datetime) -> None:
        """A Key for the platform's own calls."""
        ...
