"""What must be done every hour, whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog

from apibuilder.errors import Unavailable
from apibuilder.store.base import UsageStore

_log = structlog.get_logger()

_EVERY_SECONDS, _RETRY_SECONDS = 3600.0, 60.0
_DAYS_AHEAD = 7


async def keep_house(usage: UsageStore, chores: tuple[Callable[[], Awaitable[None]], ...]) -> None:
    """For ever: partitions of the ledger made a week ahead, then each chore."""
    while True:
        try:
            today = datetime.now(UTC).date()
            await usage.ensure_partitions(today, today + timedelta(days=_DAYS_AHEAD))
            for chore in chores:
                await chore()
        except Unavailable as error:
            _log.warning("housekeeping waits for the database", detail=error.detail)
            await asyncio.sleep(_RETRY_SECONDS)
        else:
            await asyncio.sleep(_EVERY_SECONDS)
