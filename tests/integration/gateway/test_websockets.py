"""WebSockets from a real client through a real gateway to a real worker, and back."""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from apibuilder.store.base import Change
from apibuilder.store.ledger import Kind, SegmentReader
from tests.integration.gateway.harness import LIMITS, Published, World

SOURCE = """
import asyncio
from fastapi import FastAPI, Response, WebSocket, WebSocketDisconnect
app = FastAPI()
seen = []

@app.get("/seen")
async def show():
    return seen

@app.websocket("/echo")
async def echo(socket: WebSocket):
    await socket.accept()
    try:
        while True:
            event = await socket.receive()
            if event["type"] == "websocket.disconnect":
                seen.append([event["code"], event.get("reason")])
                return
            if event.get("text") is not None:
                await socket.send_text("you said " + event["text"])
            else:
                await socket.send_bytes(event["bytes"])
    except Exception as error:
        seen.append(repr(error))
        raise

@app.websocket("/facts/{name}")
async def facts(socket: WebSocket, name: str, q: int):
    await socket.accept(subprotocol=(socket.scope["subprotocols"] or [None])[0])
    await socket.send_json({
        "name": name, "q": q, "url": str(socket.url), "offered": socket.scope["subprotocols"],
        "headers": [[k.decode(), v.decode()] for k, v in socket.headers.raw],
    })
    await socket.close(4001, "enough")

@app.websocket("/refuse")
async def refuse(socket: WebSocket):
    await socket.close()

@app.websocket("/deny")
async def deny(socket: WebSocket):
    await socket.send_denial_response(Response("not today", status_code=418))

@app.websocket("/raise")
async def wrong(socket: WebSocket):
    await socket.accept()
    raise ValueError("on purpose")

@app.websocket("/flood")
async def flood(socket: WebSocket):
    await socket.accept()
    count = 0
    try:
        while True:
            await socket.send_bytes(b"x" * 65536)
            count += 1
            seen[:] = [count]
    except (WebSocketDisconnect, OSError):
        pass

@app.websocket("/deaf")
async def deaf(socket: WebSocket):
    await socket.accept()
    await asyncio.sleep(3600)

@app.websocket("/big")
async def big(socket: WebSocket):
    await socket.accept()
    await socket.send_bytes(bytes(1024 * 1024 + 1))
"""


def dial(world: World, api: Published, path: str, **options: Any) -> connect:
    options.setdefault("additional_headers", api.headers)
    options.setdefault("compression", None)
    url = f"ws://127.0.0.1:{world.port}/{api.route.slug}{path}"
    return connect(url, proxy=None, **options)


async def closed(socket: ClientConnection) -> tuple[int, str]:
    """How it ended."""
    async with asyncio.timeout(20):
        with pytest.raises(ConnectionClosed):
            while True:
                await socket.recv()
    assert socket.close_code is not None
    return socket.close_code, socket.close_reason or ""


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


async def seen(client: aiohttp.ClientSession, world: World, api: Published) -> list[Any]:
    url = f"{world.url}/{api.route.slug}/seen"
    async with client.get(url, headers=api.headers) as answer:
        return await answer.json()


async def usage_of(world: World, status: int) -> list[Any]:
    """What the ledger says once all is shipped."""
    await world.stop()
    return [one for one in world.store.usages.values() if one.status == status]


async def test_messages_both_ways_and_one_usage(
    world: World, client: aiohttp.ClientSession
) -> None:
    api = world.publish(SOURCE)
    await world.start()
    async with dial(world, api, "/echo") as socket:
        await socket.send("hällo")
        assert await socket.recv() == "you said hällo"
        for size in (0, 1, 65_536, 300_000, 1_048_576):
            data = os.urandom(size)
            await socket.send(data)
            assert await socket.recv() == data
        await socket.send("in pieces")
        assert await socket.recv() == "you said in pieces"
        await socket.send(iter(["a", "b", "c"]))
        assert await socket.recv() == "you said abc"
        await socket.close(4000, "bye")
    async with asyncio.timeout(20):
        while not (told := await seen(client, world, api)):
            await asyncio.sleep(0.01)
    assert told == [[4000, "bye"]]
    (usage,) = await usage_of(world, 101)
    binary = 1 + 65_536 + 300_000 + 1_048_576
    assert usage.request_bytes == len("hällo".encode()) + binary + len("in piecesabc")
    assert usage.response_bytes == usage.request_bytes + 3 * len("you said ")
    assert usage.duration_us > 0


async def test_the_app_sees_a_websocket_of_its_own(world: World) -> None:
    api = world.publish(SOURCE)
    await world.start()
    offers = ["chat", "apibuilder", f"apibuilder.key.{api.key}"]
    async with dial(
        world, api, "/facts/me?q=7", additional_headers={}, subprotocols=offers
    ) as socket:
        assert socket.subprotocol == "chat"
        facts = await socket.recv()
        assert await closed(socket) == (4001, "enough")
    assert '"q":7' in facts and f"ws://127.0.0.1:{world.port}/demo/facts/me?q=7" in facts
    assert '"offered":["chat"]' in facts
    assert api.key not in facts and "permessage-deflate" not in facts
    async with dial(world, api, "/echo", additional_headers={}, subprotocols=offers[1:]) as socket:
        assert socket.subprotocol == "apibuilder"  # a browser insists on one of those it offered


async def test_compression_is_not_offered(world: World) -> None:
    api = world.publish(SOURCE)
    await world.start()
    async with dial(world, api, "/echo", compression="deflate") as socket:
        assert not socket.protocol.extensions
        await socket.send("a" * 1000)
        assert len(await socket.recv()) == 1009


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/refuse", None, 403),
        ("/nowhere", None, 403),
        ("/deny", None, 418),
        ("/echo", {}, 401),
        ("/echo", {"authorization": "Bearer wrong"}, 401),
    ],
)
async def test_refusals_are_http(
    world: World, path: str, headers: dict[str, str] | None, status: int
) -> None:
    api = world.publish(SOURCE)
    await world.start()
    options = {} if headers is None else {"additional_headers": headers}
    with pytest.raises(InvalidStatus) as refused:
        async with dial(world, api, path, **options):
            pass
    answer = refused.value.response
    assert answer.status_code == status
    if status == 401:
        assert answer.headers["content-type"] == "application/problem+json"
    if status == 418:
        assert answer.body == b"not today"


async def test_an_app_that_raises_closes_with_1011(world: World) -> None:
    api = world.publish(SOURCE)
    await world.start()
    async with dial(world, api, "/raise") as socket:
        assert (await closed(socket))[0] == 1011
    async with dial(world, api, "/big") as socket:
        assert (await closed(socket))[0] == 1011


async def test_a_long_message_ends_it_with_1009(world: World) -> None:
    api = world.publish(SOURCE, limits=replace(LIMITS, request_body_bytes=1000))
    await world.start()
    async with dial(world, api, "/echo") as socket:
        await socket.send(b"x" * 1000)
        assert len(await socket.recv()) == 1000
        await socket.send(b"x" * 1001)
        assert (await closed(socket))[0] == 1009
    async with dial(world, api, "/echo") as socket:  # and in many small pieces
        await socket.send(b"x" * 100 for _ in range(11))
        assert (await closed(socket))[0] == 1009


async def test_endless_empty_pieces_end_it(world: World) -> None:
    api = world.publish(SOURCE)
    await world.start()
    reader, writer = await _raw_handshake(world, api, "/echo")
    writer.write(b"\x02\x80\x00\x00\x00\x00" + b"\x00\x80\x00\x00\x00\x00" * 5000)
    async with asyncio.timeout(20):
        told = await reader.read()
    assert told[:1] == b"\x88" and int.from_bytes(told[2:4], "big") == 1008
    writer.close()


async def test_a_slow_caller_holds_the_app_and_nobody_else(
    world: World, client: aiohttp.ClientSession
) -> None:
    api = world.publish(SOURCE)
    await world.start()
    _, writer = await _raw_handshake(world, api, "/flood")  # never reads on
    counts: list[int] = []
    async with asyncio.timeout(30):
        while len(counts) < 3 or len(set(counts[-3:])) > 1:
            counts += await seen(client, world, api) or [0]
            await asyncio.sleep(0.3)
    assert 0 < counts[-1] < 400  # some 64 KB each: bounded by windows and socket buffers
    async with dial(world, api, "/echo") as socket:
        await socket.send("still here")
        assert await socket.recv() == "you said still here"
    writer.close()


async def test_a_deaf_app_stalls_its_caller_only(world: World) -> None:
    api = world.publish(SOURCE)
    world.socket_ping_seconds = 2
    await world.start()
    async with dial(world, api, "/deaf") as socket:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3):
                while True:
                    await socket.send(bytes(500_000))
        async with dial(world, api, "/echo") as other:
            await other.send("a")
            assert await other.recv() == "you said a"
        socket.transport.abort()
    await until(lambda: not world.gateway._conversations._open)


async def test_a_revoked_key_closes_within_a_second(world: World) -> None:
    api = world.publish(SOURCE)
    await world.start()
    async with dial(world, api, "/echo") as socket:
        await socket.send("a")
        await socket.recv()
        world.store.keys.clear()
        world.store.queue.put_nowait(Change("keys", api.route.api_id))
        assert (await closed(socket))[0] == 1008


async def test_an_idle_one_is_closed(world: World) -> None:
    api = world.publish(SOURCE)
    world.socket_idle_seconds = 0.5
    await world.start()
    async with dial(world, api, "/echo") as socket:
        assert (await closed(socket))[0] == 1001


async def test_concurrency_counts_open_ones(world: World) -> None:
    api = world.publish(SOURCE, limits=replace(LIMITS, max_concurrency=1))
    await world.start()
    async with dial(world, api, "/echo"):
        with pytest.raises(InvalidStatus) as refused:
            async with dial(world, api, "/echo"):
                pass
        assert refused.value.response.status_code in {429, 503}
    await until(lambda: not world.gateway._conversations._open)
    async with dial(world, api, "/echo"):
        pass


async def test_a_swap_closes_with_1012_and_the_next_one_is_new(world: World) -> None:
    api = world.publish(SOURCE)
    await world.start()
    async with dial(world, api, "/echo") as socket:
        await socket.send("a")
        assert await socket.recv() == "you said a"
        old = api.route.deployment_id
        assert old is not None
        fresh = uuid4()
        world.workers.sources[fresh] = SOURCE.replace("you said", "now you said")
        world.change(api.route, deployment_id=fresh, revision=2)
        await until(lambda: _serves(world, api) == fresh)
        (worker,) = world.workers.running[old]
        worker.drain()
        assert (await closed(socket))[0] == 1012
    async with dial(world, api, "/echo") as socket:
        await socket.send("a")
        assert await socket.recv() == "now you said a"
    assert worker.process.wait(20) == 0


async def test_a_killed_worker_closes_with_1011(world: World) -> None:
    api = world.publish(SOURCE)
    await world.start()
    async with dial(world, api, "/echo") as socket:
        assert api.route.deployment_id is not None
        world.workers.running[api.route.deployment_id][0].process.kill()
        assert (await closed(socket))[0] == 1011


async def test_an_open_one_is_in_the_ledger_already(world: World) -> None:
    """As a gateway that is killed now would leave it: a segment's pages outlive their writer."""
    api = world.publish(SOURCE)
    await world.start()
    async with dial(world, api, "/echo"):
        (segment,) = world.usage_dir.glob("*.segment")
        with SegmentReader(segment) as reader:
            (entry,) = reader.read(0, reader.end())
        assert (entry.kind, entry.usage.status) == (Kind.START, 101)
        assert entry.usage.api_id == api.route.api_id


async def test_the_gateways_end_closes_with_1012(world: World) -> None:
    api = world.publish(SOURCE)
    await world.start()
    async with dial(world, api, "/echo") as socket:
        await world.stop()
        assert (await closed(socket))[0] == 1012
    assert [one.status for one in world.store.usages.values()] == [101]


def _serves(world: World, api: Published) -> Any:
    live = world.gateway._keeper.current(api.route.api_id)
    return live and live.route.deployment_id


async def _raw_handshake(
    world: World, api: Published, path: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", world.port, limit=2**12)
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(
        f"GET /{api.route.slug}{path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
        f"Authorization: Bearer {api.key}\r\n\r\n".encode()
    )
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101"), head
    return reader, writer
