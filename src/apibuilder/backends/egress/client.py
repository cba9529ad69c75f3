"""The supervisor's end of the egress process: started when the first worker needs it."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import msgspec
import structlog

from apibuilder.backends.egress import channel, totals
from apibuilder.backends.egress.totals import Traffic

COMMAND = (sys.executable, "-I", "-m", "apibuilder.backends.egress.main")
_CLOSE_SECONDS = 2.0
_MOST_CLOSED = 1024
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Door:
    """A worker's way out."""

    api_id: UUID
    hosts: list[str]
    listen: socket.socket  # kept, so that a fresh process can be given it again
    tell: Callable[[str], None]


class EgressClient:
    """Doors of workers, and what went through them."""

    def __init__(self, apis_dir: Path, command: Sequence[str] = COMMAND) -> None:
        """What each Api moved is kept below `apis_dir`."""
        self.traffic: dict[UUID, Traffic] = {}  # ever, of those that moved something lately
        self._apis_dir = apis_dir
        self._closed: OrderedDict[str, UUID] = OrderedDict()  # whose last report is still to come
        self._command = command
        self._doors: dict[str, _Door] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None

    def open(
        self,
        worker: str,
        api_id: UUID,
        hosts: list[str],
        listen: socket.socket,
        tell: Callable[[str], None],
    ) -> None:
        """Let a worker reach these hosts. `listen` is from its network namespace, and is kept."""
        self._doors[worker] = _Door(api_id, hosts, listen, tell)
        if self._channel is None:
            self._start()
        else:
            self._send_open(worker)

    def close(self, worker: str) -> None:
        """The worker is gone. Not an error if it had no door."""
        door = self._doors.pop(worker, None)
        if door is not None:
            door.listen.close()
            self._closed[worker] = door.api_id
            if len(self._closed) > _MOST_CLOSED:
                self._closed.popitem(last=False)
            self._send(channel.Close(worker), [])

    async def stop(self) -> None:
        """End the process."""
        for worker in tuple(self._doors):
            self.close(worker)
        process = self._process
        self._hang_up()
        if process is not None:
            try:
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await asyncio.to_thread(process.wait, _CLOSE_SECONDS)
            except (TimeoutError, subprocess.TimeoutExpired):
                process.kill()
                await asyncio.to_thread(process.wait)

    def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [*self._command, str(theirs.fileno())],
                env={},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._channel = ours
        asyncio.get_running_loop().add_reader(ours.fileno(), self._readable)
        for worker in self._doors:
            self._send_open(worker)

    def _send_open(self, worker: str) -> None:
        door = self._doors[worker]
        self._send(channel.Open(worker, door.hosts), [door.listen.fileno()])

    def _send(self, message: channel.Open | channel.Close, fds: list[int]) -> None:
        if self._channel is None:
            return
        try:
            channel.send(self._channel, message, fds)
        except OSError as error:
            _log.error("the egress process does not listen; it is restarted", cause=str(error))
            self._restart()

    def _readable(self) -> None:
        assert self._channel is not None
        try:
            data = self._channel.recv(channel.MAX_PACKET)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._take(data)
        else:
            _log.warning("the egress process ended; starting a fresh one")
            self._restart()

    def _take(self, data: bytes) -> None:
        try:
            message = channel.decode_report(data)
        except msgspec.DecodeError:
            return
        door = self._doors.get(message.worker)
        if isinstance(message, channel.Moved):
            api_id = door.api_id if door else self._closed.get(message.worker)
            if api_id is not None:
                self._moved(api_id, message.up, message.down)
        elif door is not None:
            door.tell(message.line)

    def _moved(self, api_id: UUID, up: int, down: int) -> None:
        traffic = self.traffic.get(api_id) or totals.read(self._apis_dir, api_id)
        traffic.up += up
        traffic.down += down
        self.traffic[api_id] = traffic
        totals.write(self._apis_dir, api_id, traffic)

    def forget(self, api_id: UUID) -> None:
        """The Api is gone."""
        self.traffic.pop(api_id, None)

    def _restart(self) -> None:
        process = self._process
        self._hang_up()
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            process.wait()
        if self._doors:
            asyncio.get_running_loop().call_later(1.0, self._start_again)

    def _start_again(self) -> None:
        if self._channel is None and self._doors:
            self._start()

    def _hang_up(self) -> None:
        self._process = None
        if self._channel is not None:
            asyncio.get_running_loop().remove_reader(self._channel.fileno())
            self._channel.close()
            self._channel = None
