"""Carries records from the segments into the store, exactly once, and removes what is carried.

It ships this gateway's own segments as they grow, and those of gateways that are gone.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from uuid import UUID

import structlog

from apibuilder.domain import Usage
from apibuilder.errors import ApiBuilderError, Conflict
from apibuilder.gateway.meter import Meter
from apibuilder.store.base import GatewayStore
from apibuilder.store.ledger import Adoption, SegmentReader, segments

_log = structlog.get_logger()

PERIOD_SECONDS = 1.0
_LONGEST_PAUSE = 15.0
_BATCH = 5_000  # records a transaction
_SLICE = 200  # records that are decoded before other work gets its turn


class Shipper:
    """`run` never returns; `ship` does one round."""

    def __init__(self, store: GatewayStore, folder: Path, meter: Meter) -> None:
        self._store = store
        self._folder = folder
        self._meter = meter
        self._offsets: dict[str, int] = {}  # how far each segment is shipped

    async def run(self) -> None:
        """Ship for ever, more patiently while the store is away."""
        pause = PERIOD_SECONDS
        while True:
            await asyncio.sleep(pause)
            try:
                await self.ship()
                pause = PERIOD_SECONDS
            except ApiBuilderError as error:
                pause = min(2 * pause, _LONGEST_PAUSE)
                _log.warning("usage is kept in its segments for now", detail=error.detail)

    async def ship(self) -> None:
        """Ship all that is committed. Raises Unavailable."""
        own = set(self._meter.names())
        for path in segments(self._folder):
            if path.stem in own:
                with SegmentReader(path) as reader:
                    await self._ship(reader)
            else:
                await self._adopt(path)

    async def _adopt(self, path: Path) -> None:
        adoption = Adoption.take(path)
        if adoption is None:
            return
        try:
            with SegmentReader(path) as reader:
                await self._ship(reader)
            adoption.delete()
            self._offsets.pop(reader.name, None)
        except ValueError:
            _log.exception("a usage segment cannot be read and is left as it is", segment=path.stem)
        finally:
            adoption.release()

    async def _ship(self, reader: SegmentReader) -> None:
        name = reader.name
        if name not in self._offsets:
            self._offsets[name] = await self._store.shipped(name)
        start = self._offsets[name]
        end = reader.end(start)
        while start < end:
            stop = min(end, start + _BATCH)
            usages = await _decode(reader, start, stop)
            try:
                await self._store.ship(name, start, stop, usages)
            except Conflict:
                del self._offsets[name]  # an earlier try did arrive: look where it is
                return
            except ApiBuilderError:
                del self._offsets[name]  # it may or may not have arrived
                raise
            self._offsets[name] = start = stop
            await self._store.touch_keys(_last_used(usages))


async def _decode(reader: SegmentReader, start: int, stop: int) -> list[Usage]:
    usages: list[Usage] = []
    for at in range(start, stop, _SLICE):
        usages += [entry.usage for entry in reader.read(at, min(stop, at + _SLICE))]
        await asyncio.sleep(0)
    return usages


def _last_used(usages: list[Usage]) -> dict[UUID, datetime]:
    last: dict[UUID, datetime] = {}
    for usage in usages:
        if usage.key_id not in last or last[usage.key_id] < usage.at:
            last[usage.key_id] = usage.at
    return last
