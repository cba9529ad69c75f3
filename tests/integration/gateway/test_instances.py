"""A crowd is spread over more Instances, found without a call that waits for them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import aiohttp

from tests.integration.gateway.harness import LIMITS, World

SOURCE = """
import asyncio, os
from fastapi import FastAPI
app = FastAPI()

@app.get("/slow")
async def slow():
    await asyncio.sleep(0.05)
    return os.getpid()
"""


async def test_a_crowd_is_spread(world: World, client: aiohttp.ClientSession) -> None:
    api = world.publish(SOURCE, limits=replace(LIMITS, max_instances=3))
    world.workers.max_instances = 3
    await world.start()
    pids: list[int] = []

    async def caller() -> None:
        async with asyncio.timeout(30):
            while len(set(pids)) < 3:
                async with client.get(f"{world.url}/demo/slow", headers=api.headers) as answer:
                    assert answer.status == 200
                    pids.append(await answer.json())

    await asyncio.gather(*(caller() for _ in range(30)))
    assert len(set(pids)) == 3


async def test_a_few_callers_need_no_other_instance(
    world: World, client: aiohttp.ClientSession
) -> None:
    api = world.publish(SOURCE, limits=replace(LIMITS, max_instances=3))
    world.workers.max_instances = 3
    await world.start()

    async def caller() -> set[int]:
        found: set[int] = set()
        for _ in range(15):
            async with client.get(f"{world.url}/demo/slow", headers=api.headers) as answer:
                found.add(await answer.json())
        return found

    found = await asyncio.gather(*(caller() for _ in range(4)))
    assert len(set().union(*found)) == 1
    assert world.workers.acquired == 1
