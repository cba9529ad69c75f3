"""The dashboard's pages call every Api from the platform's origin; nobody else gains by it."""

from __future__ import annotations

import aiohttp

from tests.integration.gateway.harness import World

SOURCE = """
from fastapi import FastAPI, Response
app = FastAPI()

@app.get("/own")
async def own(response: Response):
    response.headers["Access-Control-Allow-Origin"] = "https://somebody.test"
    response.headers["Access-Control-Allow-Credentials"] = "true"
    return {}
"""
DASHBOARD = {"Origin": "http://platform.test"}
ASKS = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}


async def test_its_pages_may_call_and_read(world: World, client: aiohttp.ClientSession) -> None:
    api = world.publish(SOURCE)
    await world.start()
    url = f"{world.url}/{api.route.slug}/own"
    async with client.options(url, headers={**DASHBOARD, **ASKS}) as asked:
        assert asked.status == 204
        assert asked.headers["Access-Control-Allow-Origin"] == "http://platform.test"
        assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
    async with client.get(url, headers={**DASHBOARD, **api.headers}) as answer:
        assert answer.status == 200
        assert answer.headers.getall("Access-Control-Allow-Origin") == ["http://platform.test"]
        assert answer.headers["Access-Control-Expose-Headers"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
    async with client.get(url, headers=DASHBOARD) as refused:
        assert refused.status == 401  # and the page may read why
        assert refused.headers["Access-Control-Allow-Origin"] == "http://platform.test"


async def test_other_origins_are_the_apis_affair(
    world: World, client: aiohttp.ClientSession
) -> None:
    api = world.publish(SOURCE)
    await world.start()
    url = f"{world.url}/{api.route.slug}/own"
    for origin in ("https://evil.test", "null", "http://platform.test.evil.test"):
        headers = {"Origin": origin}
        async with client.get(url, headers={**headers, **api.headers}) as answer:
            assert answer.headers["Access-Control-Allow-Origin"] == "https://somebody.test"
        async with client.get(url, headers=headers) as refused:
            assert "Access-Control-Allow-Origin" not in refused.headers
        async with client.options(url, headers={**headers, **ASKS}) as asked:
            assert asked.headers.get("Access-Control-Allow-Origin") != origin
