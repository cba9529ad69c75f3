"""Local Auth, REST and functions below the platform's origin: a real server on a real socket."""

from __future__ import annotations

import asyncio
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import uvicorn
from aiohttp import web
from fastapi import FastAPI

from apibuilder.control.local_origin import LocalOrigin, open_session
from apibuilder.control.request_id import RequestId


@dataclass
class Behind:
    """What stands behind the socket."""

    seen: list[web.Request] = field(default_factory=list)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    def app(self) -> web.Application:
        app = web.Application(client_max_size=32 * 1024 * 1024)
        app.router.add_route("*", "/functions/v1/ticks", self.ticks)
        app.router.add_route("*", "/{rest:.*}", self.echo)
        return app

    async def echo(self, request: web.Request) -> web.Response:
        self.seen.append(request)
        body = await request.read()
        return web.Response(body=body, status=207, headers={"X-Kept": "yes", "Server": "behind"})

    async def ticks(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        try:
            while True:
                await answer.write(b"data: tick\n\n")
                await asyncio.sleep(0.01)
        except (ConnectionError, asyncio.CancelledError):
            self.left.set()
            raise


@asynccontextmanager
async def listening(behind: Behind, path: Path) -> AsyncIterator[None]:
    runner = web.AppRunner(behind.app(), handler_cancellation=True)
    await runner.setup()
    await web.UnixSite(runner, str(path)).start()
    yield
    await runner.cleanup()


@pytest.fixture
def path() -> AsyncIterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ab-", dir="/tmp") as folder:
        yield Path(folder) / "supabase.sock"


@pytest.fixture
async def client(path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Of a platform that has nothing but this in front."""
    app = FastAPI()
    app.add_api_route("/api/v1/own", lambda: "own")
    async with open_session(path) as session:
        app.add_middleware(LocalOrigin, web=session)
        app.add_middleware(RequestId)
        config = uvicorn.Config(
            app,
            log_config=None,
            lifespan="off",
            timeout_graceful_shutdown=1,
            proxy_headers=False,
        )
        server = uvicorn.Server(config)
        with socket.create_server(("127.0.0.1", 0)) as door:
            task = asyncio.create_task(server.serve(sockets=[door]))
            url = f"http://127.0.0.1:{door.getsockname()[1]}"
            async with httpx.AsyncClient(base_url=url, timeout=30) as it:
                yield it
            server.should_exit = True
            await task


async def test_a_request_passes_as_it_is(client: httpx.AsyncClient, path: Path) -> None:
    behind = Behind()
    async with listening(behind, path):
        answer = await client.patch(
            "/rest/v1/apis?select=id&name=eq.a%20b%2Bc",
            content=b"\x00\xff",
            headers={"apikey": "sb_publishable_x", "X-Forwarded-For": "6.6.6.6"},
        )
    (request,) = behind.seen
    assert (answer.status_code, answer.content) == (207, b"\x00\xff")
    assert answer.headers["x-kept"] == "yes"
    assert answer.headers.get_list("server") == ["uvicorn"]
    assert len(answer.headers.get_list("x-request-id")) == 1
    assert request.raw_path == "/rest/v1/apis?select=id&name=eq.a%20b%2Bc"
    assert request.headers["apikey"] == "sb_publishable_x"
    assert request.headers["X-Forwarded-For"] == "127.0.0.1"  # what a caller says is not believed


async def test_only_its_prefixes_pass(client: httpx.AsyncClient, path: Path) -> None:
    behind = Behind()
    async with listening(behind, path):
        assert (await client.get("/api/v1/own")).json() == "own"
        for other in ("/auth/v2/user", "/authv1/", "/x/rest/v1/apis", "/rest"):
            assert (await client.get(other)).status_code == 404
    assert behind.seen == []


async def test_a_body_without_a_length_is_streamed(client: httpx.AsyncClient, path: Path) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(8):
            yield b"x" * 100_000

    async with listening(Behind(), path):
        answer = await client.post("/functions/v1/f", content=pieces())
    assert len(answer.content) == 800_000


async def test_who_leaves_a_stream_ends_it(client: httpx.AsyncClient, path: Path) -> None:
    behind = Behind()
    async with listening(behind, path):
        async with client.stream("POST", "/functions/v1/ticks", content=b"{}") as answer:
            lines = answer.aiter_lines()
            assert await anext(lines) == "data: tick"
        async with asyncio.timeout(20):
            await behind.left.wait()


async def test_a_body_that_is_too_long_is_refused(client: httpx.AsyncClient, path: Path) -> None:
    async with listening(Behind(), path):
        answer = await client.post("/functions/v1/f", content=b"x" * (13 * 1024 * 1024))
        assert answer.status_code == 413
        assert answer.json()["code"] == "request_too_large"
        assert (await client.post("/functions/v1/f", content=b"x")).status_code == 207


async def test_while_it_is_away_it_says_so(client: httpx.AsyncClient, path: Path) -> None:
    answer = await client.post("/auth/v1/token", json={})
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "unavailable"
    async with listening(Behind(), path):
        assert (await client.post("/auth/v1/token", json={})).status_code == 207
