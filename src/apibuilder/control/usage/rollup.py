"""Keeps the rollups of usage close behind the ledger, and the ledger as short as it should be."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import structlog

from apibuilder.errors import Unavailable
from apibuilder.store.base import UsageStore

_log = structlog.get_logger()

PERIOD_SECONDS = 5.0
_MARKS = 2000  # a transaction; a gateway that ships leaves one an Api and minute each second


class Rollup:
    """`run` never returns; `retain` is a chore of the house."""

    def __init__(self, usage: UsageStore, *, usage_days: int, log_days: int) -> None:
        self._usage = usage
        self._usage_days = usage_days
        self._log_days = log_days

    async def run(self) -> None:
        """Roll up for ever."""
        marks = _MARKS
        while True:
            try:
                await self.catch_up(marks)
                marks = _MARKS
            except Unavailable as error:
                # Away, or slower than a statement may be: ask for less next time.
                marks = max(1, marks // 4)
                _log.warning("usage is not rolled up for now", detail=error.detail)
            await asyncio.sleep(PERIOD_SECONDS)

    async def catch_up(self, marks: int = _MARKS) -> None:
        """Roll up all that there is. Raises Unavailable."""
        while await self._usage.roll_up(marks):
            pass

    async def retain(self) -> None:
        """Drop what is older than the settings say. Raises Unavailable."""
        await self.catch_up()  # what is not counted is not dropped
        now = datetime.now(UTC)
        dropped = await self._usage.retain((now - timedelta(days=self._usage_days)).date())
        if dropped:
            _log.info("old usage was dropped; its days are kept", partitions=dropped)
        await self._usage.drop_logs(now - timedelta(days=self._log_days))
