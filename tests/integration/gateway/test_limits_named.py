"""A limit that ends a call is named to the caller, in the metrics and in the Api's log."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import aiohttp
import pytest

from tests.integration.gateway.harness import LIMITS, World

_SOURCE = """
import asyncio, errno
from fastapi import FastAPI, Response
app = FastAPI()

@app.get("/slow")
async def slow():
    await asyncio.sleep(60)

@app.get("/refused/{kind}")
def refused(kind: str):
    if kind == "thread":
        raise RuntimeError("can't start new thread")
    if kind == "memory":
        bytearray(1 << 60)
    if kind == "value":
        raise ValueError(kind)
    raise OSError(getattr(errno, kind), "refused")

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
    labels = f'api="{api.route.api_id}",code="response_too_large"'
    assert f"apibuilder_gateway_limited_calls_total{{{labels}}} 2.0" in metrics


@pytest.mark.parametrize(
    ("kind", "status", "code", "limit"),
    [
        ("EMFILE", 502, "files_exceeded", "open_files"),
        ("EFBIG", 507, "storage_exceeded", "storage_mb"),
        ("ENOSPC", 507, "storage_exceeded", "temporary_mb"),
        ("thread", 502, "processes_exceeded", "processes"),
        ("memory", 502, "memory_exceeded", "memory_mb"),
    ],
)
async def test_what_the_kernel_refuses_the_app_names_its_limit(
    world: World, client: aiohttp.ClientSession, kind: str, status: int, code: str, limit: str
) -> None:
    api = world.publish(_SOURCE)
    await world.start()
    async with client.get(f"{world.url}/demo/refused/{kind}", headers=api.headers) as answer:
        problem = await answer.json(content_type=None)
    assert (answer.status, problem["code"], problem["limit"]) == (status, code, limit)
    assert problem["seen"] == problem["allowed"] > 0


@pytest.mark.parametrize("kind", ["value", "EPERM"])
async def test_any_other_error_is_the_apps_own(
    world: World, client: aiohttp.ClientSession, kind: str
) -> None:
    api = world.publish(_SOURCE)
    await world.start()
    for _ in range(2):
        async with client.get(f"{world.url}/demo/refused/{kind}", headers=api.headers) as answer:
            assert (answer.status, await answer.text()) == (500, "Internal Server Error")
