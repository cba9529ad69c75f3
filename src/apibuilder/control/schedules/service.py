"""What a maker does with schedules."""

from __future__ import annotations

from datetime import UTC, datetime

from apibuilder.control.authentication import Principal
from apibuilder.control.schedules.cron import next_after
from apibuilder.domain import Schedule
from apibuilder.store.base import NewSchedule, ScheduleStore


class ScheduleService:
    """Makes, lists and deletes them; `runner` runs them."""

    def __init__(self, schedules: ScheduleStore) -> None:
        self._schedules = schedules

    async def put(
        self, principal: Principal, ref: str, name: str, schedule: NewSchedule
    ) -> Schedule:
        """Raises NotFound, TooManySchedules, and Invalid for what is no cron expression."""
        next_at = next_after(schedule.cron, datetime.now(UTC))
        return await self._schedules.put(principal.user_id, ref, name, schedule, next_at)

    async def of_api(self, principal: Principal, ref: str) -> list[Schedule]:
        """By name. Raises NotFound."""
        return await self._schedules.of_api(principal.user_id, ref)

    async def delete(self, principal: Principal, ref: str, name: str) -> None:
        """Raises NotFound."""
        await self._schedules.delete(principal.user_id, ref, name)
