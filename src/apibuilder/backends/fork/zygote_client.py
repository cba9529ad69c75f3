"""The supervisor's end of one zygote process: start it, have it fork, hear of exits."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
from collections import deque
from contextlib import suppress
from pathlib import Path

import apibuilder
from apibuilder.backends.fork import orders
from apibuilder.backends.fork.handle import WorkerHandle
from apibuilder.errors import SandboxUnavailable, Unavailable

_CLOSE_SECONDS = 2.0
_GONE = "The zygote has ended; a fresh one is being started."
_SOURCE_DIR = str(Path(apibuilder.__file__).resolve().parent.parent)
_BOOTSTRAP = (
    "import sys; sys.path.insert(0, sys.argv[2]); "
    "from apibuilder.backends.fork import zygote; zygote.main(int(sys.argv[1]), sys.argv[2])"
)


class ZygoteClient:
    """One zygote and its children. `lost` is done when it has ended, for whatever reason."""

    def __init__(self, process: subprocess.Popen[bytes], channel: socket.socket) -> None:
        self.pid = process.pid
        self.preload_seconds = 0.0
        self._process = process
        self._channel = channel
        self._loop = asyncio.get_running_loop()
        self.lost: asyncio.Future[None] = self._loop.create_future()
        self._warm: asyncio.Future[float] = self._loop.create_future()
        self._forking: deque[tuple[WorkerHandle, asyncio.Future[None]]] = deque()
        self._children: dict[int, WorkerHandle] = {}
        self._burial: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, python: Path, plan: orders.Plan) -> ZygoteClient:
        """Start a zygote and wait until it is warm and inside its own walls.

        Raises SandboxUnavailable with the layer that could not be put up, or Unavailable.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        with theirs:
            process = _spawn(python, theirs.fileno())
        client = cls(process, ours)
        client._loop.add_reader(ours.fileno(), client._readable)
        orders.send(ours, plan, [])
        try:
            client.preload_seconds = await client._warm
        except BaseException:
            await client.close()
            raise
        return client

    async def fork(self, handle: WorkerHandle, fds: list[int]) -> None:
        """Have a waiting child made that gets these descriptors, and is led through `handle`.

        Raises Unavailable when the zygote is gone, SandboxUnavailable when a layer is.
        """
        answer: asyncio.Future[None] = self._loop.create_future()
        try:
            orders.send(self._channel, orders.Fork(), fds)
        except OSError as error:
            raise Unavailable(_GONE) from error
        self._forking.append((handle, answer))
        await answer

    def leave(self) -> None:
        """Let it end without its workers; they are adopted."""
        with suppress(OSError):
            orders.send(self._channel, orders.Leave(), [])

    async def close(self) -> None:
        """End it and its workers; returns when it has ended."""
        if self._burial is None:
            # Half closed, so that it still may tell of exits.
            with suppress(OSError):
                self._channel.shutdown(socket.SHUT_WR)
            await asyncio.wait([self.lost], timeout=_CLOSE_SECONDS)
        with suppress(ProcessLookupError):
            self._process.kill()
        self._end()
        await self.lost

    def _readable(self) -> None:
        try:
            received = orders.receive_answer(self._channel)
        except BlockingIOError:
            return
        except OSError:
            received = None
        if received is None:
            self._end()
        else:
            self._take(*received)

    def _take(self, message: orders.FromZygote, fds: list[int]) -> None:
        match message:
            case orders.Forked(pid=pid):
                handle, answer = self._forking.popleft()
                handle.started(pid, fds[0])
                self._children[pid] = handle
                if not answer.done():
                    answer.set_result(None)
            case orders.Exited(pid=pid, status=status):
                if handle := self._children.pop(pid, None):
                    handle.end(status)
            case orders.Warm(seconds=seconds):
                self._warm.set_result(seconds)
            case orders.Unable(layer=layer, detail=detail):
                waiting = self._forking.popleft()[1] if self._warm.done() else self._warm
                if not waiting.done():
                    waiting.set_exception(SandboxUnavailable(f"{layer}: {detail}"))

    def _end(self) -> None:
        if self._burial is None:
            self._loop.remove_reader(self._channel.fileno())
            self._channel.close()
            for waiting in (self._warm, *(answer for _, answer in self._forking)):
                if not waiting.done():
                    waiting.set_exception(Unavailable(_GONE))
            self._forking.clear()
            self._burial = self._loop.create_task(self._bury())

    async def _bury(self) -> None:
        # Only once it is reaped have all its children become ours.
        await asyncio.to_thread(self._process.wait)
        for handle in self._children.values():
            self._loop.add_reader(handle.pidfd, self._adopted_ended, handle)
        self.lost.set_result(None)

    def _adopted_ended(self, handle: WorkerHandle) -> None:
        self._loop.remove_reader(handle.pidfd)
        self._children.pop(handle.pid, None)
        try:
            result = os.waitid(os.P_PIDFD, handle.pidfd, os.WEXITED | os.WNOHANG)
        except ChildProcessError:
            result = None  # the zygote had reaped it, but not told of it
        handle.end(_wait_status(result) if result else -1)


def _spawn(python: Path, channel_fd: int) -> subprocess.Popen[bytes]:
    command = [str(python), "-I", "-X", "utf8", "-c", _BOOTSTRAP, str(channel_fd), _SOURCE_DIR]
    return subprocess.Popen(  # noqa: S603 - the interpreter is a setting of the operator's
        command,
        env={},
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[channel_fd],
        start_new_session=True,  # a Ctrl-C in the terminal is the supervisor's to handle
    )


def _wait_status(result: os.waitid_result) -> int:
    """waitid's answer in the form of waitpid's."""
    return result.si_status << 8 if result.si_code == os.CLD_EXITED else result.si_status
