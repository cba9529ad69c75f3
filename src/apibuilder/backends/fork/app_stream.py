"""What every stream is to the app that answers it, be it a request or a WebSocket."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from starlette.types import Message

from apibuilder.backends.fork.console import request_id
from apibuilder.backends.fork.frames import FrameError, Reason, RequestHead, cancel_frame
from apibuilder.backends.fork.streams import Incoming, Outgoing

if TYPE_CHECKING:
    from apibuilder.backends.fork.server import WorkerLink


class Life:
    """Lives as long as anything that runs on behalf of a request: its task, and also its threads,
    which cannot be cancelled. All of them hold a copy of the context that holds this."""

    def __init__(self, request_id: str) -> None:
        self.request_id = request_id


_life: ContextVar[Life] = ContextVar("life")


class AppStream:
    """One stream, and `receive` and `send` as the app sees them."""

    __slots__ = ("_cancelled", "_head", "_incoming", "_life", "_link", "_outgoing", "_over",
                 "_stream", "_task")  # fmt: skip

    def __init__(self, link: WorkerLink, stream: int, head: RequestHead, *, end: bool) -> None:
        self._link = link
        self._stream = stream
        self._head = head
        self._incoming = None if end else Incoming(link, stream, len(head.body))
        self._outgoing: Outgoing | None = None  # there once the response takes several frames
        self._over = False  # the response is complete, or nobody waits for it
        self._cancelled = False
        self._life = Life(head.request_id)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Call the app."""
        self._task = self._link.loop.create_task(self._run())

    async def _run(self) -> None:
        request_id.set(self._head.request_id)
        _life.set(self._life)
        server = self._link.server
        try:
            await server.app(self._scope(), self.receive, self.send)
        except BaseException as error:  # noqa: BLE001 (user code may raise anything; it is reported)
            await self._failed(error)
        else:
            await self._returned()
        finally:
            server.end(self)

    def _scope(self) -> dict[str, Any]:
        """What both kinds of scope have in common."""
        head = self._head
        return {
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": head.http_version,
            "scheme": head.scheme,
            "path": head.root_path + head.path,
            "raw_path": head.root_path.encode() + head.raw_path,
            "query_string": head.query_string,
            "root_path": head.root_path,
            "headers": head.headers,
            "client": head.client,
            "server": head.server,
            "state": self._link.server.state.copy(),
        }

    @abstractmethod
    async def receive(self) -> Message:
        """ASGI: the next event from the caller."""

    @abstractmethod
    async def send(self, message: Message) -> None:
        """ASGI: the next event for the caller."""

    @abstractmethod
    async def _failed(self, error: BaseException) -> None:
        """The app raised."""

    @abstractmethod
    async def _returned(self) -> None:
        """The app has returned."""

    # --- the link's side

    def feed(self, data: bytes, *, end: bool) -> None:
        """A BODY frame has arrived; raises FrameError."""
        if self._incoming is None:
            raise FrameError("a body after its end")
        self._incoming.feed(data, end=end)

    def grant(self, count: int) -> None:
        """A CREDIT frame has arrived; raises FrameError."""
        if self._outgoing is None:
            raise FrameError("credit for a response that has not begun")
        self._outgoing.grant(count)

    def cancel(self, reason: Reason) -> None:
        """Nobody waits for the response: tell the app, and stop it if its time is up."""
        if not self._over:
            self._cancelled = True
            self._link.send(cancel_frame(self._stream, reason))
            self._finish()
        if self._task is not None and reason in (Reason.DEADLINE, Reason.DRAINED):
            self._task.cancel()
            self._link.server.overtaken(self._life)

    @abstractmethod
    def go_away(self) -> None:
        """The worker takes no new streams, and this one should come to its end."""

    def _finish(self) -> None:
        """The last frame was sent."""
        self._over = True
        if self._incoming is not None:
            self._incoming.stop()
        if self._outgoing is not None:
            self._outgoing.stop()
        self._link.release(self._stream)
