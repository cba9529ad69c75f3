"""The worker's parts by themselves, where a process of its own would show less."""

from __future__ import annotations

import asyncio
import socket
import sys
import threading

import pytest
from starlette.types import Message, Receive, Scope, Send

from apibuilder.backends.fork import probe as probe_module
from apibuilder.backends.fork import tracebacks, worker
from apibuilder.backends.fork.channel import ControlChannel
from apibuilder.backends.fork.frames import Beat, ControlReader, Log
from apibuilder.backends.fork.lifespan import Lifespan
from apibuilder.backends.fork.loader import Unfit
from apibuilder.backends.fork.probe import probe


def test_warm_leaves_nothing_behind() -> None:
    before = set(threading.enumerate())
    worker.warm()
    assert set(threading.enumerate()) == before
    assert "main" not in sys.modules


async def test_log_lines_are_dropped_when_the_supervisor_does_not_read() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        channel = ControlChannel(theirs, asyncio.get_running_loop())
        sent = 0
        while channel.log(Log("stdout", "info", "x" * 1000)):
            sent += 1
            assert sent < 10_000
        channel.send(Beat(1, 2, 3))  # is never dropped
        flush = asyncio.create_task(channel.flush())
        reader, seen = ControlReader(from_worker=True), []
        ours.setblocking(False)
        while len(seen) <= sent:
            seen += reader.feed(await asyncio.get_running_loop().sock_recv(ours, 65536))
        await flush
        assert seen[-1] == Beat(1, 2, 3)


async def test_lines_of_many_threads_arrive_whole() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        channel = ControlChannel(theirs, asyncio.get_running_loop())
        line = Log("stdout", "info", "x" * 3000)

        def talk() -> None:
            for _ in range(200):
                channel.send(line)

        threads = [threading.Thread(target=talk) for _ in range(4)]
        for thread in threads:
            thread.start()
        reader, seen = ControlReader(from_worker=True), []
        ours.setblocking(False)
        while len(seen) < 800:
            seen += reader.feed(await asyncio.get_running_loop().sock_recv(ours, 65536))
        for thread in threads:
            thread.join()
        assert seen == [line] * 800


async def test_a_probe_without_an_answer_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe_module, "PROBE_SECONDS", 0.05)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.Event().wait()

    with pytest.raises(Unfit, match="had no answer"):
        await probe(app, {})


async def test_a_shutdown_that_hangs_is_left() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        started: Message = {"type": "lifespan.startup.complete"}
        await send(started)
        await receive()
        await asyncio.Event().wait()

    lifespan = Lifespan(app)
    await lifespan.startup()
    assert isinstance(await lifespan.shutdown(0.05), TimeoutError)
    assert await Lifespan(app).shutdown(0.05) is None


def test_paths_of_the_environment_are_cut() -> None:
    text = (
        f'File "{asyncio.__file__}" and "{pytest.__file__}" and "{worker.__file__}" and "/data/x"'
    )
    assert tracebacks.without_host_paths(text) == (
        'File "asyncio/__init__.py" and "pytest/__init__.py"'
        ' and "apibuilder/backends/fork/worker.py" and "/data/x"'
    )
