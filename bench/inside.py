"""What a small call costs in Python, without a kernel: gateway, worker and uvicorn, in one process.

    .venv/bin/python -m bench.inside [--batches N] [--only gateway|worker|uvicorn]

Protocols are fed bytes over transports in memory, 32 connections at a time, so a busy neighbour
can only make a batch slower: the fastest batch of many is what the code costs. For comparing two
versions of the code, and as the body of a profile; `bench.gateway` is what a call really costs.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import uvicorn
import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from apibuilder.backends.fork.frames import (
    HEADER,
    FrameReader,
    RequestHead,
    ResponseHead,
    head_frame,
)
from apibuilder.backends.fork.link import Link
from apibuilder.backends.fork.server import AsgiServer
from apibuilder.domain import ApiStatus, KeyGrant, Route
from apibuilder.gateway.connection import Connection
from apibuilder.gateway.main import GC_THRESHOLD
from apibuilder.gateway.pool import Pool
from apibuilder.gateway.server import Gateway, Ports
from apibuilder.limits.memory import MemoryLimiter
from apibuilder.store.keys import new_key
from tests.integration.gateway.harness import LIMITS, MemoryStore

PARALLEL = 32
TURNS = 20  # of all connections, in a batch
SOURCE = """
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()

class Out(BaseModel):
    amount: float
    currency: str

@app.get("/convert")
async def convert(amount: float, to: str = "EUR") -> Out:
    return Out(amount=amount * 0.9, currency=to)
"""
PATH = "/convert?amount=12.5&to=USD"
_BODY = b'{"amount":11.25,"currency":"USD"}'
_ANSWER = ResponseHead(
    200, [(b"content-length", b"%d" % len(_BODY)), (b"content-type", b"application/json")], _BODY
)


class Wire(asyncio.Transport):
    """A transport in memory that keeps what was written last."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self._closing = False

    def write(self, data: Any) -> None:
        self.written.append(data)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return {"peername": ("127.0.0.1", 5000), "sockname": ("127.0.0.1", 8080)}.get(name, default)

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        self._closing = True

    abort = close

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


async def fastest(turn: Callable[[], Any], batches: int) -> float:
    """Microseconds a request in the fastest of many batches."""
    best = float("inf")
    gc.collect()
    gc.freeze()
    for _ in range(batches):
        gc.collect()
        begun = time.thread_time()
        for _ in range(TURNS):
            await turn()
        best = min(best, time.thread_time() - begun)
    return best / (TURNS * PARALLEL) * 1e6


def _request(path: str, key: str = "") -> bytes:
    authorization = f"Authorization: Bearer {key}\r\n" if key else ""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n{authorization}\r\n".encode()


def _config(app: Any, http: type) -> uvicorn.Config:
    config = uvicorn.Config(app, http=http, log_config=None, access_log=False, lifespan="off")
    config.load()
    return config


async def gateway(batches: int, apis: int = 1) -> float:  # noqa: C901
    """The gateway's own part: everything on, the worker's answer ready at once."""
    store, keys = MemoryStore(), []
    for number in range(apis):
        api_id, key = uuid4(), new_key()
        store.table[api_id] = Route(
            api_id=api_id, slug=f"api-{number}", status=ApiStatus.ACTIVE,
            deployment_id=uuid4(), revision=1, limits=LIMITS,
        )  # fmt: skip
        store.keys.append(
            KeyGrant(key_id=uuid4(), api_id=api_id, key_hash=key.hash,
                     requests_per_second=None, burst=None, expires_at=None)
        )  # fmt: skip
        keys.append((api_id, key.clear))
    with tempfile.TemporaryDirectory() as folder:
        made = Gateway(
            Ports(store=store, backend=_Nobody(), limiter=MemoryLimiter(),
                  usage_dir=Path(folder), trusted_proxies="", drain_seconds=1)
        )  # fmt: skip
        keeper, server = made._keeper, made._calls
        server.config.load()
        link, out = Link(), Wire()
        link.connection_made(out)
        table = keeper._table
        for route in store.table.values():
            pool = Pool(_Nobody(), route.deployment_id)
            pool._live = [link]
            table.put_route(route, pool)
        for grant in store.keys:
            table.put_grants(grant.api_id, [grant])
        keeper.loaded.set()
        state = ServerState()
        state.default_headers = [(b"date", b"Tue, 24 Nov 2026 18:00:00 GMT")]
        wires = [Wire() for _ in range(PARALLEL)]
        callers = []
        for wire in wires:
            protocol = Connection(config=server.config, server_state=state, app_state={})
            protocol.connection_made(wire)
            callers.append(protocol)
        requests = [_request(f"/{api_id}{PATH}", key) for api_id, key in keys]
        answer = head_frame(1, _ANSWER, end=True)[HEADER.size :]
        loop = asyncio.get_running_loop()
        stream = 0
        at = 0

        async def turn() -> None:
            nonlocal stream, at
            for protocol in callers:  # not from here: a protocol is called outside of any Task
                loop.call_soon(protocol.data_received, requests[at])
                at = (at + 1) % apis
            while not out.written:  # the link writes at the end of a turn
                await asyncio.sleep(0)
            out.written.clear()
            frames = []
            for _ in callers:
                stream += 1
                frames.append(HEADER.pack(len(answer), stream, 2, 1) + answer)
            loop.call_soon(link.data_received, b"".join(frames))
            while not wires[-1].written:
                await asyncio.sleep(0)
            for wire in wires:
                assert len(wire.written) == 1 and wire.written[0].startswith(b"HTTP/1.1 200")
                wire.written.clear()

        result = await fastest(turn, batches)
        made._meter.close()
        return result


class _Nobody:
    async def acquire(self, deployment_id: UUID, instances: int = 1) -> list[Any]:  # noqa: ARG002
        raise AssertionError


async def worker(batches: int) -> float:
    """The worker's part, with the app in it."""
    space: dict[str, Any] = {"__name__": "app"}
    exec(SOURCE, space)

    def fail(error: BaseException, _: str) -> None:
        raise error

    server = AsgiServer(space["app"], {}, 1000, fail)
    end, wire = server.link(), Wire()
    end.connection_made(wire)
    path, _, query = PATH.partition("?")
    headers = [(b"host", b"127.0.0.1:8080"), (b"x-forwarded-for", b"127.0.0.1"),
               (b"x-forwarded-proto", b"http")]  # fmt: skip
    root, address = f"/{uuid4()}", ("127.0.0.1", 5000)
    head = RequestHead("GET", path, path.encode(), query.encode(), root, "http", "1.1", headers,
                       address, address, uuid4().hex)  # fmt: skip
    payload = head_frame(1, head, end=True)[HEADER.size :]
    loop = asyncio.get_running_loop()
    stream = 0

    async def turn() -> None:
        nonlocal stream
        frames = []
        for _ in range(PARALLEL):
            stream += 1
            frames.append(HEADER.pack(len(payload), stream, 1, 1) + payload)
        loop.call_soon(end.data_received, b"".join(frames))
        answers = 0
        while answers < PARALLEL:
            await asyncio.sleep(0)
            for data in wire.written:
                answers += sum(1 for _ in FrameReader().feed(data))
            wire.written.clear()

    return await fastest(turn, batches)


async def plain(batches: int) -> float:
    """uvicorn serving the same app."""
    space: dict[str, Any] = {"__name__": "app"}
    exec(SOURCE, space)
    return await _uvicorn(space["app"], batches)


async def empty(batches: int) -> float:
    """uvicorn serving an app that answers at once: what HTTP alone costs."""

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _ANSWER.headers})
        await send({"type": "http.response.body", "body": _BODY})

    return await _uvicorn(app, batches)


async def _uvicorn(app: Any, batches: int) -> float:
    config, state = _config(app, HttpToolsProtocol), ServerState()
    state.default_headers = [(b"date", b"Tue, 24 Nov 2026 18:00:00 GMT"), (b"server", b"uvicorn")]
    wires = [Wire() for _ in range(PARALLEL)]
    callers = []
    for wire in wires:
        protocol = HttpToolsProtocol(config, state, {})
        protocol.connection_made(wire)
        callers.append(protocol)
    loop, request = asyncio.get_running_loop(), _request(PATH)

    async def turn() -> None:
        for protocol in callers:
            loop.call_soon(protocol.data_received, request)
        while len(wires[-1].written) < 2:
            await asyncio.sleep(0)
        for wire in wires:
            assert wire.written[0].startswith(b"HTTP/1.1 200") and len(wire.written) == 2
            wire.written.clear()

    return await fastest(turn, batches)


def main() -> None:
    """All of them, or one."""
    known = {"uvicorn": plain, "uvicorn_empty": empty, "gateway": gateway, "worker": worker}
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--batches", type=int, default=100)
    options.add_argument("--only", choices=known)
    chosen = options.parse_args()
    figures: dict[str, float] = {}
    for name in [chosen.only] if chosen.only else known:
        gc.collect()
        gc.set_threshold(*((GC_THRESHOLD, 50, 50) if name == "gateway" else (700, 10, 10)))
        figures[name] = round(uvloop.run(known[name](chosen.batches)), 2)
    if not chosen.only:
        whole = figures["gateway"] + figures["worker"]
        figures["ratio"] = round(whole / figures["uvicorn"], 3)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
