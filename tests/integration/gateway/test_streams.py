"""Bodies that stream: constant memory, cancelled when their caller leaves, nobody else delayed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import aiohttp
import pytest

from tests.integration.gateway.harness import LIMITS, World, rss_mb
from tests.integration.gateway.processes import Gateways
from tests.integration.gateway.raw.client import Raw

MB = 1 << 20
TOTAL = 100 * MB
ALLOWED_GROWTH_MB = 24  # of a hundred

SOURCE = """
import asyncio
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
app = FastAPI()
seen = {"received": 0}

@app.get("/down")
async def down(total: int):
    async def pieces():
        sent = 0
        while sent < total:
            yield bytes(65536)
            sent += 65536
    return StreamingResponse(pieces())

@app.post("/up")
async def up(request: Request):
    seen["received"] = 0
    async for piece in request.stream():
        seen["received"] += len(piece)
    return seen

async def both(scope, receive, send):  # not Starlette's: its response reads the request too
    await send({"type": "http.response.start", "status": 200, "headers": []})
    more = True
    while more:
        message = await receive()
        more = message.get("more_body", False)
        body = message.get("body", b"")
        await send({"type": "http.response.body", "body": body, "more_body": more})

app.mount("/both", both)

@app.get("/wait")
async def wait():
    await asyncio.sleep(60)

@app.get("/seen")
async def tell():
    return seen
"""


@pytest.fixture
def gateways() -> Iterator[Gateways]:
    wide = {"request_body_bytes": 2 * TOTAL, "response_body_bytes": 2 * TOTAL}
    with Gateways(SOURCE, **wide) as made:
        yield made


@pytest.fixture
async def demo(world: World) -> tuple[World, dict[str, str]]:
    api = world.publish(SOURCE)
    await world.start()
    return world, api.headers


async def pieces_of(total: int) -> AsyncIterator[bytes]:
    for _ in range(total // MB):
        yield bytes(MB)


async def test_a_hundred_megabytes_each_way_take_constant_memory(
    gateways: Gateways, client: aiohttp.ClientSession
) -> None:
    process = gateways.start()
    processes = (process.pid, gateways.worker.process.pid)
    url, headers = gateways.url, gateways.headers

    async def down(total: int) -> int:
        received = 0
        async with client.get(f"{url}/down?total={total}", headers=headers) as answer:
            async for piece in answer.content.iter_any():
                received += len(piece)
        return received

    async def up(total: int) -> int:
        async with client.post(f"{url}/up", data=pieces_of(total), headers=headers) as answer:
            return (await answer.json())["received"]

    async def both(total: int) -> int:
        received = 0
        async with client.post(f"{url}/both/", data=pieces_of(total), headers=headers) as answer:
            async for piece in answer.content.iter_any():
                received += len(piece)
        return received

    for way in (down, up, both):
        assert await way(4 * MB) == 4 * MB
        before = [rss_mb(pid) for pid in processes]
        assert await way(TOTAL) == TOTAL
        grown = [rss_mb(pid) - was for pid, was in zip(processes, before, strict=True)]
        assert max(grown) < ALLOWED_GROWTH_MB, (way.__name__, grown)


@pytest.mark.parametrize("what", ["down", "wait", "up"])
async def test_a_caller_who_leaves_gives_its_place_free(
    world: World, client: aiohttp.ClientSession, what: str
) -> None:
    api = world.publish(SOURCE, limits=replace(LIMITS, max_concurrency=1))
    await world.start()
    url = f"{world.url}/demo/seen"
    lines = {
        "down": b"GET /demo/down?total=60000000 HTTP/1.1\r\n",
        "wait": b"GET /demo/wait HTTP/1.1\r\n",
        "up": b"POST /demo/up HTTP/1.1\r\nContent-Length: 9000000\r\n",
    }

    async def seen(status: int) -> dict[str, int]:
        async with asyncio.timeout(30):
            while True:
                async with client.get(url, headers=api.headers) as answer:
                    if answer.status == status:
                        return await answer.json(content_type=None)
                await asyncio.sleep(0.02)

    async with Raw(world.port) as raw:
        raw.write(lines[what] + b"Host: a.example\r\nX-API-Key: " + api.key.encode() + b"\r\n\r\n")
        raw.write(b"hello" if what == "up" else b"")
        assert (await seen(429))["code"] == "concurrency_exceeded"
    await seen(200)


async def test_a_caller_who_takes_nothing_delays_nobody(
    demo: tuple[World, dict[str, str]], client: aiohttp.ClientSession
) -> None:
    """Twenty that never read and twenty that never send on, all on the same worker's link."""
    world, headers = demo
    key = headers["authorization"].encode()
    tail = b"Host: a.example\r\nAuthorization: " + key + b"\r\n"
    slow = [Raw(world.port) for _ in range(40)]
    for number, raw in enumerate(slow):
        await raw.__aenter__()
        if number % 2:
            raw.write(b"GET /demo/down?total=60000000 HTTP/1.1\r\n" + tail + b"\r\n")
        else:
            raw.write(b"POST /demo/up HTTP/1.1\r\n" + tail + b"Content-Length: 9000000\r\n\r\nhi")
    for _ in range(100):
        async with client.get(f"{world.url}/demo/seen", headers=headers) as answer:
            assert answer.status == 200
    for raw in slow:
        await raw.__aexit__()
