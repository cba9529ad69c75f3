"""A worker that breaks the protocol loses its link, and fails nobody else."""

import asyncio
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from apibuilder.backends.fork import frames, link
from apibuilder.backends.fork.frames import (
    BODY,
    CANCEL,
    CREDIT,
    GOAWAY,
    MAX_CHUNK,
    MAX_HEAD,
    REQUEST,
    RESPONSE,
    WINDOW,
    FrameReader,
    Reason,
    ResponseHead,
    frame,
    head_frame,
)
from apibuilder.backends.fork.link import Link, LinkLost, Refused, StreamCancelled
from tests.unit.backends.fork.worker.conftest import StartWorker
from tests.unit.backends.fork.worker.harness import get, whole

HEAD = ResponseHead(200, [])


class Peer:
    """A worker played by the test: it says whatever it likes."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._reader = FrameReader()

    async def say(self, *data: bytes) -> None:
        """Send raw bytes."""
        await asyncio.get_running_loop().sock_sendall(self._socket, b"".join(data))

    async def hear(self) -> list[tuple[int, int, bool, bytes]]:
        """The next frames of the gateway; none if it has hung up."""
        data = await asyncio.get_running_loop().sock_recv(self._socket, 1 << 20)
        return list(self._reader.feed(data))


@pytest.fixture
async def connected() -> AsyncIterator[tuple[Link, Peer]]:
    """A Link, and the Peer at its other end."""
    folder = Path(tempfile.mkdtemp(prefix="ab-", dir="/tmp"))
    path = str(folder / "peer.sock")
    with socket.socket(socket.AF_UNIX) as listen:
        listen.bind(path)
        listen.listen()
        opened = await Link.open(path)
        accepted, _ = listen.accept()
    with accepted:
        accepted.setblocking(False)
        yield opened, Peer(accepted)
        opened.abort()
        await asyncio.sleep(0)
    shutil.rmtree(folder)


BREACHES: dict[str, list[bytes]] = {
    "garbage": [b"\xff" * 64],
    "a stream never opened": [head_frame(9, HEAD, end=True)],
    "a request": [frame(REQUEST, 1, b"")],
    "a malformed head": [frame(RESPONSE, 1, b"\xc1")],
    "a head of another shape": [frame(RESPONSE, 1, b"\x93\xa1x\x90\xc4\x00")],
    "text headers": [frame(RESPONSE, 1, b"\x93\xcc\xc8\x91\x92\xa1a\xa1b\xc4\x00")],
    "a second head": [head_frame(1, HEAD, end=False)] * 2,
    "a body before its head": [frame(BODY, 1, b"x")],
    "a body after its end": [head_frame(1, HEAD, end=True), frame(BODY, 1, b"x")],
    "an empty body frame": [head_frame(1, HEAD, end=False), frame(BODY, 1)],
    "more than the window": [
        head_frame(1, HEAD, end=False),
        *[frame(BODY, 1, b"x" * MAX_CHUNK)] * (WINDOW // MAX_CHUNK),
        frame(BODY, 1, b"x"),
    ],
    "a chunk that is too long": [
        head_frame(1, HEAD, end=False),
        frame(BODY, 1, b"x" * (MAX_CHUNK + 1)),
    ],
    "an inline body that is too long": [
        head_frame(1, ResponseHead(200, [], b"x" * (MAX_CHUNK + 1)), end=False)
    ],
    "a giant head": [
        frame(RESPONSE, 1, frames._encode(ResponseHead(200, [(b"a", b"b" * MAX_HEAD)])))
    ],
    "too many headers": [
        frame(RESPONSE, 1, frames._encode(ResponseHead(200, [(b"a", b"b")] * 257)))
    ],
    "credit for a complete request": [frames.credit_frame(1, 1)],
    "more credit than the window": [frames.credit_frame(2, 1)],
    "an unknown reason": [frame(CANCEL, 1, b"\x00")],
    "a refusal after its answer": [
        head_frame(1, HEAD, end=False),
        frames.cancel_frame(1, Reason.REFUSED),
    ],
    "a goaway on a stream": [frame(GOAWAY, 1)],
    "a goaway with words": [frame(GOAWAY, 0, b"bye")],
}


@pytest.mark.parametrize("name", BREACHES)
async def test_a_breach_ends_the_link(connected: tuple[Link, Peer], name: str) -> None:
    opened, peer = connected
    exchange = opened.request(get("/"), end=True)
    upload = opened.request(get("/", "POST"), end=False)
    await peer.hear()
    await peer.say(*BREACHES[name])
    while await peer.hear():
        pass
    assert opened.closed
    assert opened.broken is not None
    assert opened.in_flight == 0
    with pytest.raises(LinkLost):
        await upload.response()
    with pytest.raises(LinkLost):
        await upload.write(b"x", end=True)
    with pytest.raises(Refused):
        opened.request(get("/"), end=True)
    if name != "a body after its end":
        with pytest.raises(LinkLost):
            await exchange.response()
            while await exchange.read():
                pass


async def test_late_frames_of_a_cancelled_stream_are_no_breach(
    connected: tuple[Link, Peer],
) -> None:
    opened, peer = connected
    exchange = opened.request(get("/"), end=True)
    exchange.cancel(Reason.DEADLINE)
    other = opened.request(get("/"), end=True)
    await peer.hear()
    await peer.say(
        head_frame(1, HEAD, end=False),
        frame(BODY, 1, b"late"),
        frames.cancel_frame(1, Reason.DEADLINE),
        head_frame(2, HEAD, end=True),
    )
    assert (await other.response()).status == 200
    await peer.say(frame(BODY, 1, b"later than the last frame"))
    assert await peer.hear() == []
    assert opened.broken is not None


async def test_a_worker_that_confirms_nothing_gets_no_more(
    connected: tuple[Link, Peer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "MAX_STREAMS", 3)
    opened, _ = connected
    for _ in range(3):
        opened.request(get("/"), end=True).cancel(Reason.DEADLINE)
    with pytest.raises(Refused):
        opened.request(get("/"), end=True)


async def test_a_worker_that_does_not_read_gets_no_more(
    connected: tuple[Link, Peer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "MAX_UNSENT", 300_000)
    opened, _ = connected
    with pytest.raises(Refused):
        for _ in range(100):
            opened.request(get("/", "POST", b"x" * MAX_CHUNK), end=True)
            await asyncio.sleep(0)
    assert opened.in_flight < 50


async def test_an_upload_waits_for_credit(connected: tuple[Link, Peer]) -> None:
    opened, peer = connected
    exchange = opened.request(get("/", "POST", b"x" * MAX_CHUNK), end=False)
    upload = asyncio.create_task(exchange.write(b"x" * WINDOW, end=True))
    seen = MAX_CHUNK
    while seen < WINDOW:
        seen += sum(len(body) for kind, _, _, body in await peer.hear() if kind == BODY)
    assert seen == WINDOW
    await peer.say(frames.credit_frame(1, 10))
    assert [(kind, len(body)) for kind, _, _, body in await peer.hear()] == [(BODY, 10)]
    assert not upload.done()
    await peer.say(frames.credit_frame(1, WINDOW - 10), head_frame(1, HEAD, end=True))
    await exchange.response()
    await upload


async def test_reading_grants_credit_and_buffering_does_not(connected: tuple[Link, Peer]) -> None:
    opened, peer = connected
    exchange = opened.request(get("/"), end=True)
    await peer.hear()
    await peer.say(head_frame(1, HEAD, end=False), *[frame(BODY, 1, b"x" * MAX_CHUNK)] * 4)
    await exchange.response()
    granted = 0
    for _ in range(4):
        assert len(await exchange.read()) == MAX_CHUNK
    while granted < WINDOW:
        granted += sum(
            frames.credit_of(body) for kind, _, _, body in await peer.hear() if kind == CREDIT
        )
    assert granted == WINDOW


async def test_a_flood_of_frames_of_a_cancelled_stream_is_a_breach(
    connected: tuple[Link, Peer],
) -> None:
    opened, peer = connected
    first, other = (opened.request(get("/"), end=True) for _ in range(2))
    first.cancel(Reason.DEADLINE)
    flood = frame(BODY, 1, bytes(MAX_CHUNK)) * 16
    with pytest.raises(OSError):
        async with asyncio.timeout(20):
            while True:
                await peer.say(flood)
    with pytest.raises(LinkLost, match="cancelled streams"):
        await other.response()


async def test_a_reader_that_was_cancelled_loses_nothing(connected: tuple[Link, Peer]) -> None:
    opened, peer = connected
    exchange = opened.request(get("/"), end=True)
    await peer.say(head_frame(1, HEAD, end=False))
    await exchange.response()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await exchange.read()
    await peer.say(frame(BODY, 1, b"all of it", end=True))
    assert await exchange.read() == b"all of it"
    assert await exchange.read() == b""


async def test_a_caller_cancelled_while_it_waits(connected: tuple[Link, Peer]) -> None:
    opened, peer = connected
    exchange = opened.request(get("/"), end=True)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await exchange.response()
    exchange.cancel(Reason.CALLER_LEFT)
    other = opened.request(get("/"), end=True)
    await peer.say(frames.cancel_frame(1, Reason.CALLER_LEFT), head_frame(2, HEAD, end=True))
    assert (await other.response()).status == 200


async def test_goaway_lets_the_rest_finish_then_hangs_up(connected: tuple[Link, Peer]) -> None:
    opened, peer = connected
    first, second = (opened.request(get("/"), end=True) for _ in range(2))
    await peer.hear()
    await peer.say(frame(GOAWAY, 0), frames.cancel_frame(2, Reason.REFUSED))
    with pytest.raises(Refused):
        await second.response()
    assert opened.draining
    assert not opened.closed
    await peer.say(head_frame(1, HEAD, end=False), frame(BODY, 1, b"rest", end=True))
    assert (await whole(first))[1] == b"rest"
    assert await peer.hear() == []


async def test_stream_numbers_run_out(connected: tuple[Link, Peer]) -> None:
    opened, peer = connected
    opened._last = 2**32 - 2  # pyright: ignore[reportPrivateUsage] (4 billion requests earlier)
    exchange = opened.request(get("/"), end=True)
    with pytest.raises(Refused):
        opened.request(get("/"), end=True)
    await peer.say(head_frame(2**32 - 1, HEAD, end=True))
    assert (await exchange.response()).status == 200


async def test_nobody_listens() -> None:
    with pytest.raises(Refused):
        await Link.open("/nowhere/worker.sock")


async def test_a_cancelled_exchange_needs_no_owner(connected: tuple[Link, Peer]) -> None:
    opened, _ = connected
    exchange = opened.request(get("/"), end=True)
    exchange.cancel(Reason.DEADLINE)
    with pytest.raises(StreamCancelled):
        await exchange.response()
    opened.request(get("/"), end=True).cancel(Reason.DEADLINE)  # never awaited: no warning


@pytest.mark.parametrize(
    "data",
    [
        b"\xff" * 64,
        frame(REQUEST, 1, b"\xc1"),
        frame(RESPONSE, 1, b""),
        head_frame(1, get("/slow"), end=True) * 2,
        head_frame(1, get("/slow"), end=True) + frame(BODY, 1, b"x"),
        head_frame(1, get("/slow"), end=True) + frames.credit_frame(1, 1),
        head_frame(1, get("/slow"), end=True) + frame(CANCEL, 1, b""),
        head_frame(1, get("/slow"), end=False) + frame(BODY, 1, b"x" * MAX_CHUNK) * 5,
    ],
)
async def test_a_gateway_that_breaks_the_protocol_loses_its_link(
    serve: StartWorker, data: bytes
) -> None:
    worker = await serve("""
        import asyncio
        from fastapi import FastAPI
        app = FastAPI()

        @app.get("/slow")
        async def slow():
            await asyncio.sleep(3600)

        @app.get("/hello")
        async def hello():
            return "hello"
    """)
    other = await worker.link()
    with socket.socket(socket.AF_UNIX) as gateway:
        gateway.setblocking(False)
        gateway.connect(worker.path)
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(gateway, data)
        with pytest.raises(ConnectionError):
            if not await loop.sock_recv(gateway, 1):
                raise ConnectionResetError
    assert (await other.request(get("/hello"), end=True).response()).status == 200
    await worker.logged("FrameError")
