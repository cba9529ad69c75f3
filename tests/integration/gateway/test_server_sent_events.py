"""Server-sent events: each arrives when it is sent, and the app hears that its reader has left."""

from __future__ import annotations

import asyncio

import aiohttp

from tests.integration.gateway.harness import World

SOURCE = """
import asyncio
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
app = FastAPI()
gate = asyncio.Event()
ended = asyncio.Event()

@app.get("/events")
async def events():
    async def stream():
        number = 0
        try:
            while True:
                yield f"data: {number}\\n\\n"
                number += 1
                gate.clear()
                await gate.wait()
        finally:
            ended.set()
    return StreamingResponse(stream(), media_type="text/event-stream")

@app.post("/next")
async def go_on():
    gate.set()

@app.get("/ended")
async def wait_for_end():
    async with asyncio.timeout(20):
        await ended.wait()
    return "ended"
"""


async def test_each_event_arrives_when_it_is_sent(
    world: World, client: aiohttp.ClientSession
) -> None:
    api = world.publish(SOURCE)
    await world.start()
    base = f"{world.url}/demo"
    async with asyncio.timeout(30), client.get(f"{base}/events", headers=api.headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for number in range(20):
            # The next event is not made before this one has been read here: nothing holds it back.
            assert await answer.content.readuntil(b"\n\n") == f"data: {number}\n\n".encode()
            async with client.post(f"{base}/next", headers=api.headers) as went:
                assert went.status == 200


async def test_a_reader_who_leaves_ends_the_apps_stream(
    world: World, client: aiohttp.ClientSession
) -> None:
    api = world.publish(SOURCE)
    await world.start()
    base = f"{world.url}/demo"
    async with client.get(f"{base}/events", headers=api.headers) as answer:
        await answer.content.readuntil(b"\n\n")
        answer.close()
    async with client.get(f"{base}/ended", headers=api.headers) as answer:
        assert (answer.status, await answer.json()) == (200, "ended")
    await world.stop()
    statuses = sorted(usage.status for usage in world.store.usages.values())
    assert statuses == [200, 200]
    (stream,) = [usage for usage in world.store.usages.values() if usage.response_bytes == 9]
    assert stream.duration_us > 0
