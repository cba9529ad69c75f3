"""Several calls on one connection: in order, and none of them with what belongs to another."""

from __future__ import annotations

import asyncio
import re

from tests.integration.gateway.harness import Published, World

SOURCE = """
from fastapi import FastAPI, Request
app = FastAPI()

@app.api_route("/echo", methods=["GET", "POST"])
async def echo(request: Request, n: int = 0):
    body = await request.body()
    return {"n": n, "tag": request.headers.get("x-tag"), "body": len(body)}
"""


def _call(key: str, query: str = "", *, more: str = "", body: str = "", method: str = "GET") -> str:
    head = f"{method} /demo/echo{query} HTTP/1.1\r\nHost: x\r\nX-API-Key: {key}\r\n"
    return f"{head}{more}\r\n{body}"


async def _published(world: World) -> Published:
    """Its worker runs before the first call: how long that takes is not what is tested."""
    api = world.publish(SOURCE)
    assert api.route.deployment_id is not None
    await world.workers.acquire(api.route.deployment_id)
    await world.start()
    return api


_CLOSE = "Connection: close\r\n"


async def test_pipelined_calls_are_answered_in_order(world: World) -> None:
    api = await _published(world)
    calls = [_call(api.key, f"?n={n}") for n in range(60)]
    calls[20] = _call("wrong")
    calls[30] = _call(api.key, "?n=30", more="Content-Length: 4\r\n", body="abcd", method="POST")
    answer = await world.raw("".join([*calls, _call(api.key, "?n=60", more=_CLOSE)]).encode())
    assert [int(n) for n in re.findall(rb'"n":(\d+)', answer)] == [n for n in range(61) if n != 20]
    statuses = re.findall(rb"HTTP/1.1 (\d+)", answer)
    assert statuses[20] == b"401"
    assert statuses.count(b"200") == 60
    assert answer.count(b'"body":4') == 1


async def test_a_call_is_judged_by_its_own_headers(world: World) -> None:
    api = await _published(world)
    calls = [
        _call(api.key, more="X-Tag: a\r\n"),
        _call(api.key, more="X-Tag: a\r\n"),
        _call("ak_live_wrong", more="X-Tag: a\r\n"),
        _call(api.key, more="X-Tag: b\r\n"),
        _call(api.key),
        f"GET /demo/echo HTTP/1.1\r\nHost: x\r\n{_CLOSE}\r\n",
    ]
    answer = await world.raw("".join(calls).encode())
    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [
        b"200", b"200", b"401", b"200", b"200", b"401",
    ]  # fmt: skip
    assert re.findall(rb'"tag":("\w"|null)', answer) == [b'"a"', b'"a"', b'"b"', b"null"]


async def test_a_body_that_waits_to_be_asked_for(world: World) -> None:
    api = await _published(world)
    reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
    more = f"{_CLOSE}Expect: 100-continue\r\nContent-Length: 5\r\n"
    writer.write(_call(api.key, more=more, method="POST").encode())
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(b"he")
    await writer.drain()
    writer.write(b"llo")
    answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 200")
    assert b'"body":5' in answer
