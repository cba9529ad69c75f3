"""Calls through a real gateway to a real worker: what arrives, what comes back, what is refused."""

from __future__ import annotations

import aiohttp

from apibuilder.domain import KeyScope
from tests.integration.gateway.harness import World

SOURCE = """
from fastapi import FastAPI, Request, Response
app = FastAPI()

@app.get("/convert")
async def convert(amount: float, to: str = "EUR"):
    return {"amount": amount * 2, "currency": to}

@app.api_route("/echo", methods=["GET", "POST", "PUT", "HEAD", "OPTIONS"])
async def echo(request: Request):
    body = await request.body()
    return {
        "method": request.method,
        "headers": [[k.decode(), v.decode("latin-1")] for k, v in request.headers.raw],
        "path": request.url.path,
        "root_path": request.scope["root_path"],
        "query": request.url.query,
        "client": request.client.host,
        "scheme": request.url.scheme,
        "body": len(body),
    }
"""


async def test_a_call(world: World, client: aiohttp.ClientSession) -> None:
    api = world.publish(SOURCE)
    await world.start()
    for name in (api.route.slug, str(api.route.api_id)):
        async with client.get(
            f"{world.url}/{name}/convert?amount=2", headers=api.headers
        ) as answer:
            assert answer.status == 200, await answer.text()
            assert await answer.json() == {"amount": 4.0, "currency": "EUR"}
            assert len(answer.headers["X-Request-ID"]) == 32
            assert '"rate";r=' in answer.headers["RateLimit"]


async def test_a_key_that_may_only_read(world: World, client: aiohttp.ClientSession) -> None:
    api = world.publish(SOURCE)
    reader = world.add_key(api.route, scopes=(KeyScope.READ,))
    both = world.add_key(api.route, scopes=(KeyScope.READ, KeyScope.CALL))
    await world.start()
    url = f"{world.url}/{api.route.slug}/echo"
    for method, key, status in (
        ("GET", reader, 200),
        ("HEAD", reader, 200),
        ("POST", reader, 403),
        ("OPTIONS", reader, 403),
        ("POST", both, 200),
        ("POST", api, 200),
    ):
        async with client.request(method, url, headers=key.headers) as answer:
            assert answer.status == status, (method, await answer.text())
            if status == 403:
                assert (await answer.json())["code"] == "insufficient_scope"
