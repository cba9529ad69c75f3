"""One HTTP connection: uvicorn's protocol plus the walls that it leaves to others.

Added here: a cap and a deadline on the request's head, one meaning for an absolute URI and its
Host, trailers that are no headers, upgrades that are not followed unless to a WebSocket
(socket.py), errors in problem+json, and a word to the request in flight when its caller has left.
"""

from __future__ import annotations

import asyncio
import re
import time
from typing import Any, Protocol, cast

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from apibuilder.errors import ApiBuilderError, BadRequest, HeadersTooLarge
from apibuilder.gateway.headers import Headers
from apibuilder.gateway.identity import new_identity
from apibuilder.gateway.patience import Patience
from apibuilder.gateway.problem import problem_body

MAX_HEAD_BYTES = 64 * 1024
MAX_HEADERS = 128
SCOPE_KEY = "apibuilder.connection"
_ABSOLUTE = re.compile(rb"https?://([^/?#@]+)(?:[/?][^#]*)?").fullmatch


class Watcher(Protocol):
    """Who wants to know that the caller has left."""

    def caller_left(self) -> None:
        """The connection is gone."""
        ...


class Connection(HttpToolsProtocol):
    """Give it to uvicorn as `http=Connection`; the application finds it in the scope."""

    patience = Patience()
    watcher: Watcher | None = None
    lost = False
    _head_bytes = 0  # of the head that is arriving, with whatever came in the same read
    _head_since: float | None = None  # loop time since which a head is awaited
    _idle_since: float | None = None
    _in_head = True
    _serving: RequestResponseCycle
    _deaf = False  # after an upgrade that is not followed, nothing more is read
    _refusal: ApiBuilderError | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] (uvicorn's signature)
        """A caller has come."""
        super().connection_made(transport)
        self._head_since = self.loop.time()

    def connection_lost(self, exc: Exception | None) -> None:
        """The caller has left."""
        self.lost = True
        super().connection_lost(exc)
        if self.watcher is not None:
            self.watcher.caller_left()

    def data_received(self, data: bytes) -> None:
        """Bytes of a head or of a body."""
        if self._deaf:
            return
        self._idle_since = None
        if self._head_since is None and self._idle:
            self._head_since = self.loop.time()
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > MAX_HEAD_BYTES:
            self._refuse(_too_large(self._head_bytes))

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        cast("dict[str, Any]", self.scope)[SCOPE_KEY] = self
        self._in_head = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header; after a chunked body it is a trailer, which has no say here."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._in_head = False
        self._head_since = None
        if self._head_bytes > MAX_HEAD_BYTES or len(self.headers) > MAX_HEADERS:
            self._check_size()
        self._head_bytes = 0
        if self.url[:1] != b"/" or b"#" in self.url:
            self._check_authority()
        upgrade = self.parser is not None and self.parser.should_upgrade()
        if upgrade:
            self._check_upgrade()
        super().on_headers_complete()
        if upgrade and not self._should_upgrade():
            self.cycle.keep_alive = False
            self._deaf = True

    def _check_size(self) -> None:
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > MAX_HEAD_BYTES:
            self._stop(_too_large(size))
        if len(self.headers) > MAX_HEADERS:
            self._stop(
                HeadersTooLarge(
                    f"A request may have {MAX_HEADERS} headers; this one has more.",
                    limit="headers",
                    allowed=MAX_HEADERS,
                    seen=len(self.headers),
                )
            )

    def _check_authority(self) -> None:
        """`GET http://host/path` must name the host that the Host header names."""
        absolute = _ABSOLUTE(self.url)
        hosts = [value for name, value in self.headers if name == b"host"]
        if absolute is None or hosts != [absolute[1]]:
            self._stop(BadRequest("The request's target and its Host header do not agree."))

    def _check_upgrade(self) -> None:
        """A body behind an Upgrade would be read as the next request by some, and not by others."""
        names = {name for name, _ in self.headers}
        if names & {b"content-length", b"transfer-encoding"}:
            self._stop(BadRequest("A request with a body cannot ask for an upgrade."))
        if self._should_upgrade() and not self._idle:
            self._stop(BadRequest("A WebSocket cannot begin behind an unanswered request."))

    def _stop(self, error: ApiBuilderError) -> None:
        """Leave the parser's callback; `send_400_response` says why."""
        self._refusal = error
        raise error

    def send_400_response(self, msg: str) -> None:
        """What cannot be parsed is answered here, and the connection is closed."""
        self._refuse(self._refusal or BadRequest(msg))

    def _refuse(self, error: ApiBuilderError) -> None:
        self._deaf = True
        if not self._idle and self._in_head:  # an earlier request is being answered: let it finish
            self.cycle.keep_alive = False
            return
        if self._idle or not (self.cycle.response_started or self.pipeline):
            body = problem_body(error, new_identity(time.time_ns()).hex())
            # fmt: off
            head = (
                b"content-type: application/problem+json\r\ncache-control: no-store\r\n"
                b"content-length: %d\r\nconnection: close\r\n\r\n" % len(body)
            )
            # fmt: on
            self.transport.write(STATUS_LINE[error.status] + head + body)
        self.transport.close()

    @property
    def _idle(self) -> bool:
        """Whether no request is being answered."""
        cycle = cast("RequestResponseCycle | None", self.cycle)  # None before the first request
        return cycle is None or cycle.response_complete

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._serving = cycle  # `cycle` is the newest one, which may still wait in the pipeline
        super()._start_asgi_task(cycle, app)

    async def answer(self, status: int, headers: Headers, body: bytes, *, close: bool) -> None:
        """Send a whole answer, whose headers are known to be valid.

        The two messages of ASGI would be two writes, and a write is what costs most here.
        """
        if self.flow.write_paused:
            await self.flow.drain()
        cycle = self._serving
        if cycle.disconnected:
            return
        lines = [b"%b: %b\r\n" % header for header in self.server_state.default_headers]
        lines += [b"%b: %b\r\n" % header for header in headers]
        if close or not cycle.keep_alive:
            cycle.keep_alive = False
            lines.append(b"connection: close\r\n")
        self.transport.write(b"%b%b\r\n%b" % (STATUS_LINE[status], b"".join(lines), body))
        cycle.response_started = cycle.response_complete = True
        cycle.message_event.set()
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()

    def close(self) -> None:
        """Close it in the middle of an answer, so that nobody takes it for whole."""
        self._serving.disconnected = True  # or uvicorn would log a complaint about each
        self.transport.close()

    def on_response_complete(self) -> None:
        """uvicorn's, without a timer for each request: the server's sweep sees to idle ones."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        else:
            self._idle_since = self.loop.time()

    def close_if_silent(self, now: float) -> None:
        """Close it if a head was awaited for too long; the server's sweep calls this."""
        head, idle = self._head_since, self._idle_since
        if (head is not None and now - head > self.patience.head) or (
            idle is not None and now - idle > self.patience.idle
        ):
            self.transport.close()


def _too_large(seen: int) -> HeadersTooLarge:
    return HeadersTooLarge(
        f"A request's head may take {MAX_HEAD_BYTES} bytes.",
        limit="header_bytes",
        allowed=MAX_HEAD_BYTES,
        seen=seen,
    )
