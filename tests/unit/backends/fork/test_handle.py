"""A worker's control channel: its peer is not trusted."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from typing import cast

import pytest

from apibuilder.backends.fork import frames
from apibuilder.backends.fork.handle import WorkerHandle
from apibuilder.errors import Unavailable


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"]) as started:
        yield started
        started.kill()


@pytest.fixture
async def connected(
    process: subprocess.Popen[bytes],
) -> AsyncIterator[tuple[WorkerHandle, socket.socket, asyncio.Transport]]:
    """A handle whose worker is played by the test; the process is only there to be killed."""
    ours, theirs = socket.socketpair()
    handle = WorkerHandle("w", ours, None)
    handle.started(process.pid, os.pidfd_open(process.pid))
    theirs.setblocking(False)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_connection(lambda: handle, sock=ours)
    yield handle, theirs, cast("asyncio.Transport", transport)
    theirs.close()
    handle.end(0)
    await asyncio.sleep(0)  # the transport closes at the loop's next turn


Connected = tuple[WorkerHandle, socket.socket, asyncio.Transport]


async def test_a_flood_on_the_channel_is_not_read_faster_than_allowed(connected: Connected) -> None:
    handle, theirs, transport = connected
    line = frames.control(frames.Log("stdout", "info", "x" * 1000)) * 60
    sent = 0
    while transport.is_reading():
        try:
            sent += theirs.send(line)
        except BlockingIOError:
            await asyncio.sleep(0)
    assert sent < 64 << 20
    assert not handle.exited.done()


@pytest.mark.parametrize(
    "data",
    [b"\xff\xff\xff\xff", b"\x01\x00\x00\x00\xc1", frames.control(frames.Ping())],
    ids=["too long", "not msgpack", "not a worker's message"],
)
async def test_breaking_the_protocol_is_the_end(
    connected: Connected, process: subprocess.Popen[bytes], data: bytes
) -> None:
    handle, theirs, _ = connected
    theirs.send(data)
    assert await asyncio.to_thread(process.wait, 10) == -signal.SIGKILL
    assert "protocol" in str(handle.killed_because)


async def test_closing_the_channel_is_the_end(
    connected: Connected, process: subprocess.Popen[bytes]
) -> None:
    _, theirs, _ = connected
    theirs.close()
    assert await asyncio.to_thread(process.wait, 10) == -signal.SIGKILL


async def test_ready_fails_when_the_worker_ends_first(connected: Connected) -> None:
    handle, _, _ = connected
    handle.end(9)
    with pytest.raises(Unavailable):
        await handle.ready
    assert await handle.exited == 9


async def test_many_small_messages_are_metered_like_large_ones(connected: Connected) -> None:
    handle, theirs, transport = connected
    beats = frames.control(frames.Beat(0, 0, 0)) * 1000
    sent = 0
    while transport.is_reading():
        try:
            sent += theirs.send(beats)
        except BlockingIOError:
            await asyncio.sleep(0)
    assert sent < 4 << 20  # some 30 bytes each: by their length alone it would be 8 MB and more
    assert not handle.exited.done()
