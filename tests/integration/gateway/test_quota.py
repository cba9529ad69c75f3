"""Monthly quotas: exact under parallel callers, kept over a restart, shared by a subscriber."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from dataclasses import replace

import aiohttp
import pytest

from apibuilder.domain import Allowance
from tests.integration.gateway.harness import LIMITS, Published, World

SOURCE = """
from fastapi import FastAPI
app = FastAPI()

@app.get("/")
async def root():
    return 1
"""


async def storm(world: World, api: Published, calls: int) -> Counter[int]:
    async with aiohttp.ClientSession() as client:

        async def one() -> int:
            async with client.get(f"{world.url}/demo/", headers=api.headers) as answer:
                return answer.status

        return Counter(await asyncio.gather(*(one() for _ in range(calls))))


@pytest.mark.parametrize("away", [False, True], ids=["shipped", "not shipped"])
async def test_it_lets_exactly_so_many_through_before_and_after_a_restart(
    world: World, away: bool
) -> None:
    api = world.publish(SOURCE, limits=replace(LIMITS, monthly_quota=30))
    assert api.route.deployment_id is not None
    await world.workers.acquire(api.route.deployment_id)  # a slow machine may need long for it
    await world.start()
    world.store.ships = not away
    assert await storm(world, api, 20) == {200: 20}
    await world.stop()
    assert len(world.store.usages) == (0 if away else 20)
    await world.start()
    assert await storm(world, api, 50) == {200: 10, 429: 40}


async def test_several_keys_of_one_subscriber_share_the_allowance(
    world: World, client: aiohttp.ClientSession
) -> None:
    api = world.publish(SOURCE)
    bought = Allowance(name="subscriber:a:b", requests_per_second=0.001, burst=20, monthly_quota=10)
    one, two = (world.add_key(api.route, allowance=bought) for _ in range(2))
    await world.start()
    url = f"{world.url}/demo/"
    assert await storm(world, one, 6) + await storm(world, two, 20) == {200: 10, 429: 16}
    assert await storm(world, api, 5) == {200: 5}  # the maker's own key is held to the plan only
    async with client.get(url, headers=two.headers) as answer:
        problem = await answer.json(content_type=None)
        policy, state = answer.headers["RateLimit-Policy"], answer.headers["RateLimit"]
        retry = int(answer.headers["Retry-After"])
    assert (problem["code"], problem["allowed"]) == ("quota_exceeded", 10)
    assert policy == (
        '"rate";q=100000;w=1, "subscriber-rate";q=20;w=20000, '
        '"quota";q=100000000, "subscriber-quota";q=10'
    )
    found = re.fullmatch(r'"subscriber-rate";r=9;t=\d+, "subscriber-quota";r=0;t=(\d+)', state)
    assert found is not None, state
    assert abs(int(found[1]) - retry) <= 1
    await world.stop()
    await world.start()
    assert await storm(world, one, 3) == {429: 3}


async def test_the_tightest_rate_names_itself(world: World, client: aiohttp.ClientSession) -> None:
    api = world.publish(SOURCE)
    slow = world.add_key(api.route, rate=0.01, burst=1)
    await world.start()
    answers = []
    for _ in range(2):
        async with client.get(f"{world.url}/demo/", headers=slow.headers) as answer:
            answers.append((answer.status, answer.headers))
    assert [status for status, _ in answers] == [200, 429]
    headers = answers[1][1]
    found = re.match(r'"key-rate";r=0;t=(\d+), "quota";r=99999999;t=', headers["RateLimit"])
    assert found is not None, headers["RateLimit"]
    assert headers["RateLimit-Policy"] == (
        '"rate";q=100000;w=1, "key-rate";q=1;w=100, "quota";q=100000000'
    )
    assert headers["Retry-After"] == found[1]  # when it is full again, and so empty no more
