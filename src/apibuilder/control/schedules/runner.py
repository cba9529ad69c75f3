"""Makes the calls that are due, through the gateway like anybody's: limited, metered and logged.

Each Api's calls are made with a Key of the platform's own, whose clear text is only in this
process; it lives for a day and is replaced before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

import aiohttp
import structlog

from apibuilder.control.schedules.cron import RUN, turn
from apibuilder.domain import Schedule
from apibuilder.errors import ApiBuilderError, Unavailable
from apibuilder.store.base import ScheduleStore
from apibuilder.store.keys import new_key

_log = structlog.get_logger()

_LOOK_SECONDS = 1.0
_KEY_LIFE = timedelta(days=1)
_KEY_RENEWAL = timedelta(hours=1)  # before its end
_UNKNOWN_KEY, _TRIES, _PAUSE_SECONDS = 401, 20, 0.1  # until gateways have heard of a new Key
_GOOD = range(200, 400)


class ScheduleRunner:
    """`gateway_url` is where Apis are called."""

    def __init__(
        self,
        schedules: ScheduleStore,
        gateway_url: str,
        note: Callable[[UUID, str], Awaitable[None]],
    ) -> None:
        """`note` writes a line of the platform's to an Api's log."""
        self._note = note
        self._schedules = schedules
        self._gateway_url = gateway_url
        self._keys: dict[UUID, tuple[str, datetime]] = {}
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """For ever."""
        timeout = aiohttp.ClientTimeout(total=RUN.total_seconds() - 10)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            try:
                while True:
                    await self._look(session)
                    await asyncio.sleep(_LOOK_SECONDS)
            finally:
                for task in self._running:
                    task.cancel()
                await asyncio.gather(*self._running, return_exceptions=True)

    async def _look(self, session: aiohttp.ClientSession) -> None:
        now = datetime.now(UTC)
        try:
            due = await self._schedules.take_due(
                now, lambda schedule, serving: turn(schedule, now, serving=serving)
            )
        except Unavailable as error:
            _log.warning("schedules wait for the database", detail=error.detail)
            return
        for schedule in due:
            task = asyncio.create_task(self._run_one(session, schedule))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _run_one(self, session: aiohttp.ClientSession, schedule: Schedule) -> None:
        status, error = None, None
        try:
            status, error = await self._call(session, schedule)
        except (aiohttp.ClientError, TimeoutError, ApiBuilderError) as failure:
            error = f"{type(failure).__name__}: {failure}"[:500]
        facts = {"api_id": str(schedule.api_id), "schedule": schedule.name, "status": status}
        _log.info("a schedule ran", **facts, error=error)
        await self._tell(schedule, status, error)
        try:
            await self._schedules.finish(schedule.id, datetime.now(UTC), status, error)
        except Unavailable as failure:
            _log.warning("the end of a run was not noted", **facts, detail=failure.detail)

    async def _tell(self, schedule: Schedule, status: int | None, error: str | None) -> None:
        how = f"answered {status}" if error is None else f"failed: {error}"
        line = f"schedule {schedule.name!r}: {schedule.method} {schedule.path} {how}"
        with suppress(ApiBuilderError):  # the runtime is away; the schedule itself keeps it too
            await self._note(schedule.api_id, line)

    async def _call(
        self, session: aiohttp.ClientSession, schedule: Schedule
    ) -> tuple[int, str | None]:
        url = f"{self._gateway_url}/{schedule.api_id}{schedule.path}"
        headers = {
            "Authorization": f"Bearer {await self._key(schedule.api_id)}",
            "User-Agent": f"apibuilder-schedule/{schedule.name}",
        }
        status, told = 0, ""
        for _ in range(_TRIES):
            async with session.request(
                schedule.method, url, headers=headers, allow_redirects=False
            ) as answer:
                status, told = answer.status, _text(await answer.content.read(300))
            if status != _UNKNOWN_KEY:
                break
            await asyncio.sleep(_PAUSE_SECONDS)
        if status == _UNKNOWN_KEY:  # its maker has revoked the Key: the next run has another one
            self._keys.pop(schedule.api_id, None)
        return status, None if status in _GOOD else f"it answered {status}: {told}"

    async def _key(self, api_id: UUID) -> str:
        now = datetime.now(UTC)
        known = self._keys.get(api_id)
        if known is not None and known[1] - now > _KEY_RENEWAL:
            return known[0]
        key, expires = new_key(), now + _KEY_LIFE
        await self._schedules.add_key(api_id, key, expires)
        self._keys[api_id] = key.clear, expires
        return key.clear


def _text(data: bytes) -> str:
    """What a database takes."""
    return data.decode("utf-8", "replace").replace("\0", "")
