"""Callers who are slow, or silent: closed in time, with nobody else delayed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from apibuilder.gateway.patience import Patience
from tests.integration.gateway.harness import Published, World
from tests.integration.gateway.raw.client import Raw
from tests.integration.gateway.raw.peer import Peer

PATIENCE = Patience(head=1.0, idle=2.0, body=1.0, send=1.0)


@pytest.fixture
async def api() -> AsyncIterator[tuple[World, Published]]:
    async with World() as world:
        peer = Peer(world.folder, {})
        await peer.start()
        world.backend, world.patience = peer, PATIENCE
        made = world.publish("")
        await world.start()
        yield world, made
        await world.stop()
        await peer.stop()


def a_head(api: Published, *more: bytes, method: bytes = b"GET") -> bytes:
    lines = [
        method + b" /demo/echo HTTP/1.1",
        b"Host: a.example",
        b"X-API-Key: " + api.key.encode(),
    ]
    return b"\r\n".join([*lines, *more, b"", b""])


async def drip(raw: Raw, data: bytes, pause: float) -> None:
    """A byte at a time, until the other side has had enough."""
    for at in range(len(data)):
        raw.write(data[at : at + 1])
        await asyncio.sleep(pause)


async def closes(raw: Raw) -> None:
    """Waits until it is closed without an answer."""
    async with asyncio.timeout(30):
        assert await raw.closed()


async def test_who_says_nothing_is_closed(api: tuple[World, Published]) -> None:
    opened = time.monotonic()
    async with Raw(api[0].port) as raw:
        await closes(raw)
    assert time.monotonic() - opened > PATIENCE.head * 0.9  # not merely turned away


async def test_who_drips_a_head_is_closed_however_steadily(api: tuple[World, Published]) -> None:
    world, made = api
    async with Raw(world.port) as raw:
        dripping = asyncio.create_task(drip(raw, a_head(made) * 50, 0.05))
        try:
            await closes(raw)
        finally:
            dripping.cancel()


async def test_who_drips_a_second_head_is_closed_too(api: tuple[World, Published]) -> None:
    world, made = api
    async with Raw(world.port) as raw:
        raw.write(a_head(made))
        answer = await raw.answer()
        assert answer is not None and answer.status == 200
        dripping = asyncio.create_task(drip(raw, a_head(made) * 50, 0.05))
        try:
            await closes(raw)
        finally:
            dripping.cancel()


async def test_who_keeps_a_connection_without_a_word_is_closed(
    api: tuple[World, Published],
) -> None:
    world, made = api
    async with Raw(world.port) as raw:
        asked = time.monotonic()
        raw.write(a_head(made))
        answer = await raw.answer()
        assert answer is not None and answer.status == 200
        await closes(raw)
    assert time.monotonic() - asked > PATIENCE.idle * 0.9


@pytest.mark.parametrize("begins", [b"", b"ab"])
async def test_who_stalls_in_a_body_hears_408(api: tuple[World, Published], begins: bytes) -> None:
    world, made = api
    async with Raw(world.port) as raw:
        raw.write(a_head(made, b"Content-Length: 5", method=b"POST") + begins)
        answer = await raw.answer()
        assert answer is not None and answer.status == 408
        assert b"request_timeout" in answer.text
        assert await raw.closed()


async def test_who_drips_a_body_is_served(api: tuple[World, Published]) -> None:
    world, made = api
    async with Raw(world.port) as raw:
        raw.write(a_head(made, b"Content-Length: 40", method=b"POST"))
        await drip(raw, b"a" * 40, 0.05)
        answer = await raw.answer()
        assert answer is not None and answer.status == 200


async def test_neighbours_wait_for_none_of_them(api: tuple[World, Published]) -> None:
    """Half a thousand slow callers are open; one who is not is answered before any is given up."""
    world, made = api
    slow = [Raw(world.port) for _ in range(500)]
    for raw in slow:
        await raw.__aenter__()
        raw.write(a_head(made)[:-1])
    async with Raw(world.port) as raw:
        raw.write(a_head(made))
        answer = await raw.answer()
        assert answer is not None and answer.status == 200
    for raw in slow:
        await closes(raw)
        await raw.__aexit__()
