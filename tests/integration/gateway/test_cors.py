"""CORS as the Api's own app wants it; without a key a preflight gets that answer, no more."""

from __future__ import annotations

from typing import Any

import aiohttp

from apibuilder.domain import Limits
from apibuilder.gateway.preflight import BURST
from tests.integration.gateway.harness import LIMITS, Published, World

SOURCE = """
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
app = FastAPI()
app.add_middleware(
    CORSMiddleware, allow_origins=["https://page.example"], allow_methods=["GET", "PUT"],
    allow_headers=["authorization"], max_age=1000,
)
seen = 0

@app.middleware("http")
async def count(request, call_next):
    global seen
    seen += request.url.path == "/demo/x"
    return await call_next(request)

@app.get("/x")
async def x():
    return seen
"""
ASKED = {
    "origin": "https://page.example",
    "access-control-request-method": "PUT",
    "access-control-request-headers": "authorization",
}


def publish(world: World, *, cors: bool = True, limits: Limits = LIMITS) -> Published:
    api = world.publish(SOURCE, limits=limits)
    api.route = world.change(api.route, cors=cors)
    return api


async def preflight(
    world: World, client: aiohttp.ClientSession, name: str = "demo", **changes: str
) -> tuple[int, dict[str, str], bytes]:
    headers = {**ASKED, **{key.replace("_", "-"): value for key, value in changes.items()}}
    async with client.options(f"{world.url}/{name}/x", headers=headers) as answer:
        lower = {key.lower(): value for key, value in answer.headers.items()}
        return answer.status, lower, await answer.read()


async def test_the_app_decides(world: World, client: aiohttp.ClientSession) -> None:
    api = publish(world)
    await world.start()
    status, headers, body = await preflight(world, client)
    assert (status, body) == (200, b"")
    assert headers["access-control-allow-origin"] == "https://page.example"
    assert "PUT" in headers["access-control-allow-methods"]
    status, headers, body = await preflight(world, client, origin="https://evil.example")
    assert (status, body) == (400, b"")
    assert "access-control-allow-origin" not in headers
    status, headers, _ = await preflight(world, client, access_control_request_method="DELETE")
    assert status == 400
    # The call itself needs a key, as ever; its answer carries the app's headers.
    async with client.get(f"{world.url}/demo/x", headers={"origin": ASKED["origin"]}) as answer:
        assert answer.status == 401
    headers = {**api.headers, "origin": ASKED["origin"]}
    async with client.get(f"{world.url}/demo/x", headers=headers) as answer:
        assert answer.headers["access-control-allow-origin"] == "https://page.example"


async def test_without_a_policy_and_without_an_api_are_refused_alike(
    world: World, client: aiohttp.ClientSession
) -> None:
    publish(world, cors=False)
    await world.start()
    found: list[dict[str, Any]] = []
    for name in ("demo", "nobody"):
        async with client.options(f"{world.url}/{name}/x", headers=ASKED) as answer:
            assert answer.status == 403
            problem = await answer.json(content_type="application/problem+json")
            del problem["request_id"]
            found.append(problem)
    assert found[0] == found[1]
    assert found[0]["code"] == "preflight_refused"
    assert world.workers.acquired == 0, "nobody was woken"
    async with client.options(f"{world.url}/demo/x") as answer:  # an OPTIONS that is no preflight
        assert answer.status == 401


async def test_answers_are_kept_and_floods_are_bounded(
    world: World, client: aiohttp.ClientSession
) -> None:
    api = publish(world)
    await world.start()
    for _ in range(50):
        assert (await preflight(world, client))[0] == 200
    async with client.get(f"{world.url}/demo/x", headers=api.headers) as answer:
        assert await answer.json() == 2, "of the preflights the app saw one"
    statuses = [
        (await preflight(world, client, origin=f"https://{n}.example"))[0]
        for n in range(int(3 * BURST))
    ]
    assert set(statuses) == {400, 429}
    assert (await preflight(world, client))[0] == 200, "who was answered is answered"


async def test_a_page_may_read_the_gateway_s_errors(
    world: World, client: aiohttp.ClientSession
) -> None:
    api = publish(world)
    slow = world.add_key(api.route, rate=0.001, burst=1)
    await world.start()
    await preflight(world, client)
    for origin, readable in (("https://page.example", True), ("https://evil.example", False)):
        headers = {**slow.headers, "origin": origin}
        async with client.get(f"{world.url}/demo/x", headers=headers):
            pass
        async with client.get(f"{world.url}/demo/x", headers=headers) as answer:
            assert answer.status == 429
            allowed = answer.headers.get("access-control-allow-origin")
            assert allowed == (origin if readable else None)
