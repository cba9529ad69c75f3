"""This month's calls, counted from the ledger, for a Limiter that does not know them (any more)."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from pathlib import Path
from uuid import UUID

import structlog

from apibuilder.errors import ApiBuilderError
from apibuilder.limits import month
from apibuilder.limits.base import Limiter
from apibuilder.store.base import GatewayStore
from apibuilder.store.ledger import SegmentReader, open_segments

_log = structlog.get_logger()

# So that gateways on several machines without Redis agree on quotas, and one that lost count mends.
PERIOD_SECONDS = 60.0
_RETRY_SECONDS = 0.5


class Quotas:
    """Tells a Limiter what the ledger holds, which is never more than what was let in."""

    def __init__(self, store: GatewayStore, folder: Path, limiter: Limiter) -> None:
        self._store = store
        self._folder = folder
        self._limiter = limiter

    async def restore(self) -> None:
        """Once, however long the store is away."""
        while True:
            try:
                await self._restore()
            except ApiBuilderError as error:
                _log.warning("this month's calls could not be counted yet", detail=error.detail)
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                return

    async def run(self) -> None:
        """For ever, again and again."""
        while True:
            await asyncio.sleep(PERIOD_SECONDS)
            await self.restore()

    async def _restore(self) -> None:
        number = month.number(time.time())
        await self._limiter.restore(await count(self._store, self._folder, number), number)


async def count(store: GatewayStore, folder: Path, number: int) -> dict[str, int]:
    """A month's calls by quota's name: the ledger's and those that are not shipped yet.

    Each is counted once: the segments are opened first, and then one snapshot tells the ledger's
    counts together with how far each segment is in them. Raises Unavailable.
    """
    readers = open_segments(folder)
    try:
        found = await store.month_calls(
            month.start_of(number).date(), [one.name for one in readers]
        )
        unshipped = await asyncio.to_thread(_unshipped, readers, found.shipped, number)
    finally:
        for reader in readers:
            reader.close()
    calls = Counter(found.calls)
    subscribers = await store.subscribers({key for _, key in unshipped}) if unshipped else {}
    for (api, key), number_of in unshipped.items():
        calls[f"api:{api}"] += number_of
        if key in subscribers:
            calls[subscribers[key]] += number_of
    return dict(calls)


def _unshipped(
    readers: list[SegmentReader], shipped: dict[str, int], number: int
) -> Counter[tuple[UUID, UUID]]:
    begun, over = month.start_of(number), month.start_of(number + 1)
    return Counter(
        (usage.api_id, usage.key_id)
        for reader in readers
        for usage in reader.calls(shipped.get(reader.name, 0))
        if begun <= usage.at < over
    )
