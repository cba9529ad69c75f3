"""Four gateway processes on one socket: a limit of N lets exactly N calls through all of them."""

from __future__ import annotations

import asyncio
from collections import Counter

import aiohttp
import pytest

from tests.integration.gateway.processes import Gateways
from tests.redis import redis_server

GATEWAYS = 4
SOURCE = """
from fastapi import FastAPI
app = FastAPI()

@app.get("/")
async def root():
    return 1
"""


async def storm(gateways: Gateways, calls: int) -> Counter[int]:
    """All at once, each on a connection of its own, so that all processes get some."""
    connector = aiohttp.TCPConnector(limit=100, force_close=True)
    async with aiohttp.ClientSession(connector=connector) as client:

        async def one() -> int:
            async with client.get(f"{gateways.url}/", headers=gateways.headers) as answer:
                return answer.status

        return Counter(await asyncio.gather(*(one() for _ in range(calls))))


@pytest.mark.parametrize("by", ["redis", "shared"])
async def test_a_quota_of_n_lets_exactly_n_calls_through(by: str) -> None:
    with redis_server() as redis, Gateways(SOURCE, monthly_quota=300) as gateways:
        facts = {"redis_url": redis.url} if by == "redis" else {}
        for _ in range(GATEWAYS):
            gateways.start(processes=GATEWAYS, **facts)
        assert await storm(gateways, 250) + await storm(gateways, 250) == {200: 300, 429: 200}
        gateways.processes[0].kill()
        gateways.start(processes=GATEWAYS, **facts)
        assert await storm(gateways, 50) == {429: 50}
