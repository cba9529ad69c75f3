"""A canary's share of the calls: drawn, metered apart, none lost as it begins, dies or ends."""

from __future__ import annotations

import asyncio
from collections import Counter
from uuid import UUID, uuid4

import aiohttp

from apibuilder.domain import CanaryRoute, Route
from tests.integration.gateway.harness import Published, World

SOURCE = """
from fastapi import FastAPI
app = FastAPI()

@app.get("/version")
async def version():
    return {number}

@app.get("/items/{{item}}")
async def item(item: str):
    return {number}
"""
OPERATIONS = ("GET /items/{item}", "GET /version")


def with_canary(world: World, api: Published, share: int) -> tuple[UUID, Route]:
    canary = uuid4()
    world.workers.sources[canary] = SOURCE.format(number=2)
    wish = CanaryRoute(deployment_id=canary, revision=2, share=share, operations=OPERATIONS)
    return canary, world.change(api.route, canary=wish, operations=OPERATIONS)


async def call(
    world: World, client: aiohttp.ClientSession, api: Published, path: str = "/version"
) -> int:
    async with client.get(f"{world.url}/demo{path}", headers=api.headers) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()


async def until(world: World, client: aiohttp.ClientSession, api: Published, version: int) -> None:
    async with asyncio.timeout(10):
        while await call(world, client, api) != version:
            pass


async def test_a_share_of_the_calls_goes_to_it_and_is_metered_apart(
    world: World, client: aiohttp.ClientSession
) -> None:
    api = world.publish(SOURCE.format(number=1))
    await world.start()
    await call(world, client, api)
    _, route = with_canary(world, api, 30)
    await until(world, client, api, 2)
    answers = Counter([await call(world, client, api) for _ in range(400)])
    assert 80 < answers[2] < 160  # 120 at 30 %; a thousandth of a thousandth is outside
    for _ in range(5):
        await call(world, client, api, "/items/a%20b")
    world.change(route, canary=None)
    await until(world, client, api, 1)
    assert {await call(world, client, api) for _ in range(40)} == {1}
    await world.stop()
    metered = Counter(usage.revision for usage in world.store.usages.values())
    assert metered[2] >= answers[2]
    routes = Counter(usage.route for usage in world.store.usages.values())
    assert routes[1] == 5
    assert routes[2] >= 400


async def test_what_the_canary_cannot_take_the_old_one_answers(
    world: World, client: aiohttp.ClientSession
) -> None:
    api = world.publish(SOURCE.format(number=1))
    await world.start()
    await call(world, client, api)
    canary, _ = with_canary(world, api, 50)
    await until(world, client, api, 2)
    del world.workers.sources[canary]  # it was retired, and the news has not come yet
    for worker in world.workers.running[canary]:
        worker.stop()
    assert {await call(world, client, api) for _ in range(60)} == {1}


async def test_promotion_keeps_its_instances(world: World, client: aiohttp.ClientSession) -> None:
    api = world.publish(SOURCE.format(number=1))
    await world.start()
    await call(world, client, api)
    canary, route = with_canary(world, api, 1)
    await until(world, client, api, 2)
    started = world.workers.acquired
    world.change(route, canary=None, deployment_id=canary, revision=2)
    async with asyncio.timeout(10):
        while [await call(world, client, api) for _ in range(20)] != [2] * 20:
            pass
    assert world.workers.acquired == started
