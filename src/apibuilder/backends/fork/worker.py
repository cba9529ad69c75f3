"""A worker: the sandboxed process that runs one Revision.

The zygote calls `warm` once, and `run` in every child that it forks. Neither the zygote nor the
worker holds a secret of the platform: this module and what it imports need only the standard
library, msgspec, uvloop and what user code may import too.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import sys
import threading
import time
from typing import NoReturn

import uvloop
from starlette.types import ASGIApp

from apibuilder.backends.fork import loader, tracebacks
from apibuilder.backends.fork.channel import ControlChannel
from apibuilder.backends.fork.console import Console
from apibuilder.backends.fork.frames import (
    Beat,
    Boot,
    Drain,
    FrameReader,
    Ping,
    Ready,
    RequestHead,
    head_frame,
)
from apibuilder.backends.fork.lifespan import Lifespan
from apibuilder.backends.fork.probe import answers_preflights, probe
from apibuilder.backends.fork.server import AsgiServer

SHUTDOWN_SECONDS = 5.0  # for the app's lifespan to end, after its requests have
LINGER_SECONDS = 1.0  # for the gateways to hang up, after the last answer
TERM_GRACE_SECONDS = 10.0  # for requests in flight, on a SIGTERM
_ACCEPT_PAUSE_SECONDS = 0.1


def run(listen: socket.socket, control: socket.socket) -> NoReturn:
    """Run one Revision until it is drained or the supervisor is gone; never returns.

    `listen` is a listening Unix socket for links; `control` gets the Boot. Exit status: 0 after a
    Drain or at the end of `control`, 1 if the Revision could not start, 2 if it ended its process.
    """
    loop = _new_loop()
    worker = _Worker(listen, control, loop)
    status = 2
    try:
        status = loop.run_until_complete(worker.main())
    except BaseException as error:  # noqa: BLE001 (also a SystemExit of the user's; nothing is above)
        worker.last_words(error)
    finally:
        # At once: user code's threads and exit handlers could hold the process for ever.
        os._exit(status)


class _Worker:
    def __init__(
        self, listen: socket.socket, control: socket.socket, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._listen = listen
        self._control = ControlChannel(control, loop)
        self._console = Console(self._control.log)
        self._boot: asyncio.Future[Boot] = loop.create_future()
        self._drain: asyncio.Future[float] = loop.create_future()
        self._server: AsgiServer | None = None

    async def main(self) -> int:
        """From Boot to exit status."""
        self._control.listen(self._on_message, lambda: os._exit(0))
        boot = await self._boot
        self._enter(boot)
        try:
            lifespan = await self._start(boot)
        except loader.Unfit as error:
            self._control.send(error.failed)
            await self._control.flush()
            return 1
        await self._serve(lifespan)
        return 0

    def last_words(self, error: BaseException) -> None:
        """Say why the process ends outside any request."""
        self._console.error(error, "The code ended its process")

    def _on_message(self, message: Boot | Drain | Ping) -> None:
        match message:
            case Boot():
                self._boot.set_result(message)
            case Drain(grace_seconds=grace):
                self._on_drain(grace)
            case Ping():
                self._control.send(self._beat())

    def _on_drain(self, grace_seconds: float) -> None:
        if not self._drain.done():
            self._drain.set_result(grace_seconds)

    def _beat(self) -> Beat:
        served = self._server.served if self._server else 0
        in_flight = self._server.in_flight if self._server else 0
        overdue, request_id = self._server.overdue() if self._server else (0.0, "")
        return Beat(served, in_flight, self._console.dropped, overdue, request_id)

    def _enter(self, boot: Boot) -> None:
        """Make the process what user code expects of one."""
        os.environ.update(boot.env, DATA_DIR=boot.data_dir)
        tracebacks.hide(boot.data_dir, "/data")
        if boot.packages:
            sys.path.append(boot.packages)  # last: nothing in it can take another's place
            tracebacks.hide(boot.packages, "/packages")
        sys.argv = sys.orig_argv = [tracebacks.USER_FILE]
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._on_drain, TERM_GRACE_SECONDS)
        self._console.install()

    async def _start(self, boot: Boot) -> Lifespan:
        """All that has to work before the first request; raises Unfit."""
        begun = time.perf_counter()
        app = loader.load(boot.source)
        document = loader.openapi(app) if boot.verify else b"{}"
        imported = time.perf_counter()
        lifespan = Lifespan(app)
        await lifespan.startup()
        started = time.perf_counter()
        cors = False
        if boot.verify:
            await probe(app, lifespan.state)
            cors = await answers_preflights(app, lifespan.state)
        probed = time.perf_counter()
        gc.freeze()  # what exists now stays: collections need not look at it again
        self._server = AsgiServer(app, lifespan.state, boot.max_streams, self._console.error)
        seconds = (imported - begun, started - imported, probed - started)
        self._control.send(Ready(document, *seconds, cors))
        return lifespan

    async def _serve(self, lifespan: Lifespan) -> None:
        assert self._server is not None
        accepting = asyncio.create_task(_accept(self._listen, self._server))
        grace = await self._drain
        await self._server.drain(grace, LINGER_SECONDS)
        accepting.cancel()
        error = await lifespan.shutdown(SHUTDOWN_SECONDS)
        if error is not None:
            self._console.error(error, "Exception in the app's shutdown")
        sys.stdout.flush()
        await self._control.flush()


async def _accept(listen: socket.socket, server: AsgiServer) -> None:
    """Take connections for ever, also while draining: those are told to go away."""
    loop = asyncio.get_running_loop()
    listen.setblocking(False)
    while True:
        try:
            connection, _ = await loop.sock_accept(listen)
            await loop.connect_accepted_socket(server.link, connection)
        except OSError:  # user code holds all file descriptors: they may come free again
            await asyncio.sleep(_ACCEPT_PAUSE_SECONDS)


# --- warming the zygote ---------------------------------------------------------

_WARM_SOURCE = """
from fastapi import Depends, FastAPI, Query
from pydantic import BaseModel, Field

app = FastAPI()

class Item(BaseModel):
    name: str
    price: float = Field(gt=0)
    tags: list[str] = []

@app.get("/sync")
def sync(q: str = Query("x", max_length=9)) -> dict[str, str]:
    return {"q": q}

@app.post("/items/{number}")
async def items(number: int, item: Item, one: int = Depends(lambda: 1)) -> Item:
    return item
"""
_LEAST_SOURCE = """
from fastapi import FastAPI
app = FastAPI()

@app.get("/")
async def root(q: str = "") -> dict[str, str]:
    return {"q": q}
"""
_WARM_ITEM = b'{"name":"a","price":1,"tags":["b"]}'


def rehearse_start() -> None:
    """Do what every worker does until it is ready. For a process that ends afterwards."""
    _new_loop().run_until_complete(_start_app(_LEAST_SOURCE))


def rehearse_call() -> None:
    """The same, and answer a first request."""
    call = _warm_head("GET", "/")
    _new_loop().run_until_complete(_warm(_LEAST_SOURCE, [call], verify=False))


def _new_loop() -> asyncio.AbstractEventLoop:
    loop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    return loop


async def _start_app(source: str) -> tuple[ASGIApp, Lifespan]:
    app = loader.load(source)
    lifespan = Lifespan(app)
    await lifespan.startup()
    return app, lifespan


def warm() -> None:
    """Run the whole code path once, so that a fork starts warm. Leaves no thread and no module."""
    calls = [_warm_head("GET", "/sync"), _warm_head("POST", "/items/1", _WARM_ITEM)]
    uvloop.run(_warm(_WARM_SOURCE, calls, verify=True))
    loader.unload()
    for thread in threading.enumerate():
        if thread is not threading.main_thread():
            thread.join()  # the pool that ran the sync endpoint has ended with its loop


async def _warm(source: str, calls: list[RequestHead], *, verify: bool) -> None:
    app, lifespan = await _start_app(source)
    if verify:
        loader.openapi(app)
        await probe(app, lifespan.state)
    server = AsgiServer(app, lifespan.state, 1, _reraise)
    ours, theirs = socket.socketpair()
    with ours:
        transport, _ = await asyncio.get_running_loop().connect_accepted_socket(server.link, theirs)
        for call in calls:
            await _exchange(ours, call)
        transport.close()
    if verify:
        await lifespan.shutdown(SHUTDOWN_SECONDS)


async def _exchange(sock: socket.socket, head: RequestHead) -> None:
    loop, reader = asyncio.get_running_loop(), FrameReader()
    sock.setblocking(False)
    await loop.sock_sendall(sock, head_frame(1, head, end=True))
    while not any(end for _, _, end, _ in reader.feed(await loop.sock_recv(sock, 65536))):
        pass


def _warm_head(method: str, path: str, body: bytes = b"") -> RequestHead:
    headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
    address = ("127.0.0.1", 80)
    return RequestHead(
        method,
        path,
        path.encode(),
        b"q=1",
        "/warm",
        "http",
        "1.1",
        headers,
        address,
        address,
        "",
        body,
    )


def _reraise(error: BaseException, headline: str) -> NoReturn:  # noqa: ARG001 (as AsgiServer calls it)
    raise error
