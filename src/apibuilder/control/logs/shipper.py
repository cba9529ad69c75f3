"""Carries log lines from the runtime into the database, where the dashboard reads them.

Each line once: the position in the runtime's feed moves in the transaction that stores the lines.
An Api that prints more than its share has the rest dropped here, and a line that says how many; its
file on the runtime's machine has them all the same.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime
from time import monotonic
from uuid import UUID

import structlog

from apibuilder.backends.base import Backend, FeedLine, LogFeed
from apibuilder.errors import ApiBuilderError, Conflict
from apibuilder.store.base import LogPosition, LogStore, StoredLine

_log = structlog.get_logger()

PERIOD_SECONDS = 1.0
RATE, BURST = 20.0, 500.0  # lines a second of an Api, and at once
_SOURCE = "runtime"


class LogShipper:
    """`run` never returns; `ship` carries what there is."""

    def __init__(self, backend: Backend, logs: LogStore) -> None:
        self._backend = backend
        self._logs = logs
        self._position: LogPosition | None = None
        self._buckets: dict[UUID, tuple[float, float]] = {}  # lines left, and when that was

    async def run(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(PERIOD_SECONDS)
            try:
                await self.ship()
            except Conflict:
                self._position = None  # another process stored them: look where it is
            except ApiBuilderError as error:
                self._position = None  # it may or may not have arrived
                _log.debug("log lines wait in the runtime", detail=error.detail)

    async def ship(self) -> None:
        """Store all that there is. Raises Unavailable, Conflict."""
        while True:
            before = self._position or await self._logs.position(_SOURCE)
            feed = await self._backend.log_feed(before.epoch, before.last)
            after = LogPosition(feed.epoch, feed.last)
            if after != before:
                await self._logs.add(_SOURCE, before, after, self._lines(feed))
                if feed.lost:
                    _log.warning("log lines were lost before they were stored", lines=feed.lost)
            self._position = after
            if not feed.lines:
                return

    def _lines(self, feed: LogFeed) -> list[StoredLine]:
        kept: list[StoredLine] = []
        dropped: Counter[UUID] = Counter()
        now = monotonic()
        for one in feed.lines:
            if self._take(one.api_id, now):
                kept.append(_stored(one))
            else:
                dropped[one.api_id] += 1
        return kept + [_told(api_id, count) for api_id, count in dropped.items()]

    def _take(self, api_id: UUID, now: float) -> bool:
        left, since = self._buckets.get(api_id, (BURST, now))
        left = min(BURST, left + (now - since) * RATE)
        self._buckets[api_id] = (max(0.0, left - 1), now)
        return left >= 1


def _stored(one: FeedLine) -> StoredLine:
    line = one.line
    return StoredLine(
        api_id=one.api_id,
        at=datetime.fromisoformat(line.at),
        level=line.level,
        stream=line.stream,
        message=line.message,
        request_id=line.request_id,
        revision=line.revision,
    )


def _told(api_id: UUID, count: int) -> StoredLine:
    return StoredLine(
        api_id=api_id,
        at=datetime.now(UTC),
        level="warning",
        stream="platform",
        message=f"{count} lines are not kept here: more than {RATE:g} a second. `logs` has them.",
        request_id=None,
        revision=None,
    )
