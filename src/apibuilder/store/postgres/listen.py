"""LISTEN on a connection of its own, for as long as the process lives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, cast

import asyncpg

from apibuilder.store.postgres.database import AWAY

_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.05, 2.0
_CONNECT_SECONDS = 5.0
_IDLE_SECONDS = 30.0  # after this long without a notice the connection is proved alive


@dataclass(frozen=True, slots=True)
class Notice:
    """One NOTIFY."""

    channel: str
    payload: str


async def notices(dsn: str, channels: tuple[str, ...]) -> AsyncIterator[Notice | None]:
    """Every notice, for ever; None after each (re)connection.

    Notices that were sent while there was no connection are lost: on None, read everything again.
    """
    pause = _FIRST_PAUSE_SECONDS
    while True:
        try:
            connection: Any = await cast("Any", asyncpg).connect(dsn, timeout=_CONNECT_SECONDS)
        except AWAY:
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            continue
        pause = _FIRST_PAUSE_SECONDS
        try:
            async for notice in _listen(connection, channels):
                yield notice
        except (*AWAY, asyncpg.InterfaceError):
            pass  # the connection died while it was used; the next one says so with None
        finally:
            connection.terminate()


async def _listen(connection: Any, channels: tuple[str, ...]) -> AsyncIterator[Notice | None]:
    """Until the connection ends."""
    queue: asyncio.Queue[Notice | None] = asyncio.Queue()

    def on_notice(_connection: Any, _pid: int, channel: str, payload: str) -> None:
        queue.put_nowait(Notice(channel, payload))

    def on_end(_connection: Any) -> None:
        queue.put_nowait(None)

    connection.add_termination_listener(on_end)
    for channel in channels:
        await connection.add_listener(channel, on_notice)
    yield None
    while True:
        try:
            async with asyncio.timeout(_IDLE_SECONDS):
                notice = await queue.get()
        except TimeoutError:
            await connection.execute("select 1", timeout=_CONNECT_SECONDS)
            continue
        if notice is None:
            return
        yield notice
