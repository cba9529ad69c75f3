"""Several Instances, one of them slow, stopped, dying or out of reach: calls are answered."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from dataclasses import replace
from pathlib import Path

import aiohttp

from apibuilder.backends.fork.health import Tally
from tests.integration.gateway.harness import LIMITS, Published, Worker, World, start_worker

SOURCE = """
import asyncio, os
from fastapi import FastAPI
app = FastAPI()

@app.get("/pid")
async def pid():
    await asyncio.sleep({pause})
    return os.getpid()
"""


class Three:
    """An Api with three Instances, of which the gateway knows."""

    def __init__(self, world: World, client: aiohttp.ClientSession, api: Published) -> None:
        self.world, self.client, self.api = world, client, api

    @property
    def workers(self) -> list[Worker]:
        assert self.api.route.deployment_id is not None
        return self.world.workers.running[self.api.route.deployment_id]

    @property
    def tally(self) -> Tally:
        return self.world.gateway._keeper.tally

    async def call(self) -> tuple[int, int | None]:
        async with self.client.get(
            f"{self.world.url}/demo/pid", headers=self.api.headers
        ) as answer:
            return answer.status, await answer.json() if answer.status == 200 else None

    async def calls(self, count: int) -> Counter[tuple[int, int | None]]:
        return Counter([await self.call() for _ in range(count)])


async def three(
    world: World, client: aiohttp.ClientSession, slow: float = 0.0, timeout: float = 10.0
) -> Three:
    limits = replace(LIMITS, max_instances=3, timeout_seconds=timeout)
    api = world.publish(SOURCE.format(pause=0), limits=limits)
    deployment = api.route.deployment_id
    assert deployment is not None
    first = await start_worker(world.folder, SOURCE.format(pause=slow))
    world.workers.running[deployment] = [first]
    world.workers.max_instances = 3
    await world.workers.acquire(deployment, 3)
    await world.start()
    return Three(world, client, api)


async def test_a_slow_one_is_left_to_the_calls_that_try_it(
    world: World, client: aiohttp.ClientSession
) -> None:
    it = await three(world, client, slow=0.5)
    found = await it.calls(200)
    assert {status for status, _ in found} == {200}
    # Two that are drawn at random, without looking at their latency, give it a third.
    assert found[200, it.workers[0].process.pid] < 20


async def test_a_stopped_one_is_left_alone_and_comes_back(
    world: World, client: aiohttp.ClientSession
) -> None:
    it = await three(world, client, timeout=0.3)
    await it.calls(30)
    stopped = it.workers[0].process
    os.kill(stopped.pid, signal.SIGSTOP)
    try:
        async with asyncio.timeout(30):
            while not it.tally.ejections:
                await asyncio.gather(*(it.call() for _ in range(6)))
        assert {status for status, _ in await it.calls(50)} == {200}
    finally:
        os.kill(stopped.pid, signal.SIGCONT)
    async with asyncio.timeout(30):
        while not it.tally.returns:
            await it.call()
    assert stopped.pid in {pid for _, pid in await it.calls(100)}


async def test_a_death_costs_only_what_was_in_flight(
    world: World, client: aiohttp.ClientSession
) -> None:
    it = await three(world, client)
    await it.calls(30)
    dead = it.workers[0].process
    dead.kill()
    dead.wait()
    found = await it.calls(60)
    assert {status for status, _ in found} == {200}
    assert (200, dead.pid) not in found


async def test_one_that_cannot_be_reached_is_out_until_it_can(
    world: World, client: aiohttp.ClientSession
) -> None:
    it = await three(world, client)
    hidden = Path(it.workers[0].path)
    away = hidden.with_suffix(".away")
    hidden.rename(away)
    found = await it.calls(60)
    assert {status for status, _ in found} == {200}
    assert (200, it.workers[0].process.pid) not in found
    assert it.tally.failed_dials >= 1
    away.rename(hidden)
    async with asyncio.timeout(30):
        while it.workers[0].process.pid not in {pid for _, pid in await it.calls(20)}:
            await asyncio.sleep(0.05)
