"""Real workers for tests: a process each, driven through real Links."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

from apibuilder.backends.fork.frames import (
    Beat,
    Boot,
    ControlReader,
    Drain,
    FromWorker,
    Log,
    Ping,
    RequestHead,
    ResponseHead,
    control,
)
from apibuilder.backends.fork.link import Exchange, Link


def get(path: str = "/", method: str = "GET", body: bytes = b"", **fields: object) -> RequestHead:
    """A request as the gateway would send it."""
    path, _, query = path.partition("?")
    values = {
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "/my-api",
        "scheme": "http",
        "http_version": "1.1",
        "headers": [(b"host", b"gateway.test")],
        "client": ("192.0.2.7", 4711),
        "server": ("gateway.test", 80),
        "request_id": "req-1",
        "body": body,
    }
    return RequestHead(**{**values, **fields})  # pyright: ignore[reportArgumentType]


async def whole(exchange: Exchange) -> tuple[ResponseHead, bytes]:
    """A response with all of its body."""
    head = await exchange.response()
    body = bytearray(head.body)
    while piece := await exchange.read():
        body += piece
    return head, bytes(body)


class Nursery:
    """The warm process that workers are forked from."""

    def __init__(self) -> None:
        self._requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        script = str(Path(__file__).parent / "nursery.py")
        with theirs:
            command = [sys.executable, script, str(theirs.fileno())]
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], cwd="/")

    def fork(self, listen: socket.socket, control: socket.socket) -> int:
        """A worker on these sockets; answers a pipe that tells its pid, then its exit status."""
        report, theirs = os.pipe()
        socket.send_fds(self._requests, [b"x"], [listen.fileno(), control.fileno(), theirs])
        os.close(theirs)
        return report

    def close(self) -> None:
        """End; workers that still run go on."""
        self._requests.close()
        self._process.wait()


async def _read(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(65536)
    except ConnectionError:  # a worker that was killed did not read all
        return b""


def _reported(report: int) -> int:
    return int.from_bytes(os.read(report, 4), "little", signed=True)


def _exit_status(report: int) -> int:
    try:
        return _reported(report)
    finally:
        os.close(report)


class WorkerProcess:
    """A worker, its control channel, and its links."""

    def __init__(self, nursery: Nursery, folder: Path) -> None:
        self.path = str(folder / "worker.sock")
        self.logs: list[Log] = []
        self.pid = 0
        self._nursery = nursery
        self._folder = folder
        self._messages: asyncio.Queue[FromWorker | None] = asyncio.Queue()
        self._logged = asyncio.Condition()
        self._links: list[Link] = []

    async def start(self, source: str, **boot: object) -> FromWorker | None:
        """Run `source`; answers Ready or Failed, or None if the worker ended without a word."""
        listen = socket.socket(socket.AF_UNIX)
        listen.bind(self.path)
        listen.listen(64)
        ours, theirs = socket.socketpair()
        with listen, theirs:
            report = self._nursery.fork(listen, theirs)
        self.pid = await asyncio.to_thread(_reported, report)
        self._status = asyncio.create_task(asyncio.to_thread(_exit_status, report))
        reader, self._writer = await asyncio.open_unix_connection(sock=ours)
        self._reading = asyncio.create_task(self._read(reader))
        values = {
            "source": textwrap.dedent(source),
            "env": {},
            "data_dir": str(self._folder),
            "revision": 1,
            "max_streams": 100,
        }
        self.say(Boot(**{**values, **boot}))  # pyright: ignore[reportArgumentType]
        return await self._messages.get()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        frames = ControlReader(from_worker=True)
        while data := await _read(reader):
            for message in frames.feed(data):
                if isinstance(message, Log):
                    async with self._logged:
                        self.logs.append(message)
                        self._logged.notify_all()
                else:
                    self._messages.put_nowait(message)
        self._messages.put_nowait(None)

    def say(self, message: Boot | Drain | Ping) -> None:
        """Send a control message."""
        self._writer.write(control(message))

    def hang_up(self) -> None:
        """Close the control channel, as a supervisor that dies does."""
        self._writer.close()

    def pause_reading(self) -> None:
        """Leave what the worker says in the socket."""
        self._writer.transport.pause_reading()  # pyright: ignore[reportAttributeAccessIssue]

    def resume_reading(self) -> None:
        """Read on."""
        self._writer.transport.resume_reading()  # pyright: ignore[reportAttributeAccessIssue]

    async def beat(self) -> Beat:
        """Ping, and wait for the Beat; logs sent before it have arrived then."""
        self.say(Ping())
        answer = await self._messages.get()
        assert isinstance(answer, Beat)
        return answer

    async def in_flight(self, count: int) -> None:
        """Wait until the worker has `count` requests that it has not answered."""
        while (await self.beat()).in_flight != count:
            pass

    async def logged(self, text: str) -> Log:
        """The first log line with `text` in it, as soon as there is one."""

        def found() -> Log | None:
            return next((log for log in self.logs if text in log.message), None)

        async with self._logged:
            await self._logged.wait_for(found)
        log = found()
        assert log is not None
        return log

    async def link(self) -> Link:
        """A new link."""
        link = await Link.open(self.path)
        self._links.append(link)
        return link

    def kill(self) -> None:
        """As the kernel does when memory is out."""
        with contextlib.suppress(ProcessLookupError):  # it has just ended by itself
            os.kill(self.pid, signal.SIGKILL)

    async def exited(self) -> int:
        """The exit status, once the process has ended."""
        return await asyncio.shield(self._status)

    async def stop(self) -> None:
        """End the process if it has not ended."""
        for link in self._links:
            link.close()
        if not self._status.done():
            self.kill()
        await self._status
        self._writer.close()
        await self._reading
        await self._writer.wait_closed()
