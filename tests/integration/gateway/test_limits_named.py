"""A limit that ends a call is named to the caller, in the metrics and in the Api's log."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import aiohttp

from tests.integration.gateway.harness import LIMITS, World

_SOURCE = """
import asyncio
from fastapi import FastAPI, Response
app = FastAPI()

@app.get("/slow")
async def slow():
    await asyncio.sleep(60)

@app.get("/large")
def large():
    return Response(bytes(5000))
"""


async def test_it_is_named_everywhere(world: World, client: aiohttp.ClientSession) -> None:
    limits = replace(LIMITS, timeout_seconds=0.2, response_body_bytes=1000)
    api = world.publish(_SOURCE, limits=limits)
    await world.start()
    problems = []
    for path in ("slow", "large", "large"):
        async with client.get(f"{world.url}/demo/{path}", headers=api.headers) as answer:
            problems.append(await answer.json(content_type=None))
    assert [(p["code"], p["limit"], p["allowed"]) for p in problems] == [
        ("deadline_exceeded", "timeout_seconds", 0.2),
        ("response_too_large", "response_body_bytes", 1000),
        ("response_too_large", "response_body_bytes", 1000),
    ]
    async with asyncio.timeout(10):
        while len(world.workers.notes) < 2:
            await asyncio.sleep(0.05)
    told = {message.partition(":")[0]: message for _, message in world.workers.notes}
    assert {api_id for api_id, _ in world.workers.notes} == {api.route.api_id}
    assert "timeout_seconds, allowed 0.2" in told["deadline_exceeded"]
    assert problems[0]["request_id"] in told["deadline_exceeded"]
    assert "response_body_bytes, allowed 1000, seen 5000" in told["response_too_large"]
    async with client.get(f"http://127.0.0.1:{world.metrics_port}/metrics") as answer:
        metrics = await answer.text()
    assert 'apibuilder_gateway_limited_calls_total{code="response_too_large"} 2.0' in metrics
