"""One HTTP connection: uvicorn's protocol plus the walls that it leaves to others.

Added here: a cap and a deadline on the request's head, one meaning for an absolute URI and its
Host, trailers that are no headers, upgrades that are not followed unless to a WebSocket
(socket.py), errors in problem+json, and a word to the request in flight when its caller has left.

What uvicorn does for each request is replaced by less: a request gets no Task (run.py), no Event
(cycle.py) and no timer. uvicorn's remain the flow control, the upgrade, and the server around it.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from collections.abc import Callable, Coroutine
from functools import lru_cache
from typing import Any, NoReturn, Protocol
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from apibuilder.errors import ApiBuilderError, BadRequest, HeadersTooLarge
from apibuilder.gateway.cycle import Cycle
from apibuilder.gateway.headers import Headers, RequestHeaders
from apibuilder.gateway.identity import new_identity
from apibuilder.gateway.patience import Patience
from apibuilder.gateway.problem import problem_body
from apibuilder.gateway.run import run

MAX_HEAD_BYTES = 64 * 1024
MAX_HEADERS = 128
_MAX_KEPT = 4 * 1024  # bytes of headers that are kept with their connection
SCOPE_KEY = "apibuilder.connection"
_ABSOLUTE = re.compile(rb"https?://([^/?#@]+)(?:[/?][^#]*)?").fullmatch
_ASGI = {"version": "3.0", "spec_version": "2.3"}


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
    _deaf = False  # after an upgrade that is not followed, nothing more is read
    _refusal: ApiBuilderError | None = None
    # uvicorn's attributes with other types; `cycle` is the newest, maybe still in the pipeline.
    app: Callable[[Any, Any, Any], Coroutine[Any, Any, None]]  # pyright: ignore[reportIncompatibleVariableOverride]
    cycle: Cycle | None  # pyright: ignore[reportIncompatibleVariableOverride]
    pipeline: deque[Cycle]  # pyright: ignore[reportIncompatibleVariableOverride]
    parser: httptools.HttpRequestParser | None  # pyright: ignore[reportIncompatibleVariableOverride]
    scope: Any
    url: bytes
    _serving: Cycle | None = None
    _last_read: RequestHeaders | None = None
    _starting: Cycle | None = None  # to be begun once the parser is done with what was read

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] (uvicorn's signature)
        """A caller has come."""
        super().connection_made(transport)
        self._head_since = self.loop.time()

    def connection_lost(self, exc: Exception | None) -> None:
        """The caller has left."""
        self.lost = True
        self.connections.discard(self)
        self.flow.resume_writing()
        self.parser = None  # it refers to this connection
        if exc is None:
            self.transport.close()
        for cycle in filter(None, (self._serving, self.cycle)):
            cycle.disconnected = not cycle.response_complete
            cycle.wake()
        if self.watcher is not None:
            self.watcher.caller_left()

    def data_received(self, data: bytes) -> None:
        """Bytes of a head or of a body."""
        if self._deaf or self.parser is None:
            return
        self._idle_since = None
        if self._head_since is None and self._idle:
            self._head_since = self.loop.time()
        if self._in_head:
            self._head_bytes += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self._refuse(self._refusal or BadRequest("Invalid HTTP request received."))
        except httptools.HttpParserUpgrade:
            if self._should_upgrade():
                self.handle_websocket_upgrade()
        else:
            if self._in_head and self._head_bytes > MAX_HEAD_BYTES:
                self._refuse(_too_large(self._head_bytes))
        cycle, self._starting = self._starting, None
        if cycle is not None:
            self._begin(cycle)

    # --- called by the parser

    def on_message_begin(self) -> None:
        """A head begins."""
        self.url = b""
        self.headers = []
        self._in_head = True

    def on_url(self, url: bytes) -> None:
        """A piece of the request's target."""
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header; after a chunked body it is a trailer, which has no say here."""
        if self._in_head:
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._in_head = False
        self._head_since = None
        if self._head_bytes > MAX_HEAD_BYTES or len(self.headers) > MAX_HEADERS:
            self._check_size()
        self._head_bytes = 0
        if self.url[:1] != b"/" or b"#" in self.url:
            self._check_authority()
        parser = self.parser
        assert parser is not None
        upgrade = parser.should_upgrade()
        if upgrade:
            self._check_upgrade()
        self.scope = scope = self._scope(parser)
        if upgrade and self._should_upgrade():
            return
        before = self.cycle
        version: str = scope["http_version"]
        self.cycle = cycle = Cycle(  # pyright: ignore[reportIncompatibleVariableOverride]
            self, scope, keep_alive=version != "1.0" and parser.should_keep_alive()
        )
        if before is None or before.response_complete:
            self._serving = self._starting = cycle
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft(cycle)
        if upgrade:
            cycle.keep_alive = False
            self._deaf = True

    def on_body(self, body: bytes) -> None:
        """Some of a body, or of whatever follows a request to upgrade."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.feed(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.end()

    def _scope(self, parser: httptools.HttpRequestParser) -> dict[str, Any]:
        raw_path, _, query = self.url.partition(b"?")
        if raw_path[:1] != b"/":
            url = httptools.parse_url(self.url)
            if not url.path:
                self._stop(BadRequest("The request's target has no path."))
            raw_path, query = url.path, url.query or b""
        path = raw_path.decode("ascii")
        return {
            "type": "http",
            "asgi": _ASGI,
            "http_version": parser.get_http_version(),
            "method": _method(parser.get_method()),
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "root_path": "",
            "path": unquote(path) if "%" in path else path,
            "raw_path": raw_path,
            "query_string": query,
            "headers": self.headers,
            SCOPE_KEY: self,
        }

    # --- walls

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

    def _stop(self, error: ApiBuilderError) -> NoReturn:
        """Leave the parser's callback; `data_received` answers."""
        self._refusal = error
        raise error

    def _refuse(self, error: ApiBuilderError) -> None:
        self._deaf = True
        cycle = self.cycle
        busy = None if cycle is None or cycle.response_complete else cycle
        if busy and self._in_head:  # an earlier request is being answered: let it finish
            busy.keep_alive = False
            return
        if busy is None or not (busy.response_started or self.pipeline):
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
        return self.cycle is None or self.cycle.response_complete

    # --- answers

    def _begin(self, cycle: Cycle) -> None:
        if not self.lost:
            run(self.app(cycle.scope, cycle.receive, cycle.send), self.tasks)

    async def answer(self, status: int, headers: Headers, body: bytes, *, close: bool) -> None:
        """Send a whole answer, whose headers are known to be valid, in one write."""
        if self.flow.write_paused:
            await self.flow.drain()
        cycle = self._serving
        if cycle is None or cycle.disconnected:
            return
        lines = [STATUS_LINE[status], self.default_lines()]
        lines += [b"%b: %b\r\n" % header for header in headers]
        if close or not cycle.keep_alive:
            cycle.keep_alive = False
            lines.append(b"connection: close\r\n")
        lines.append(b"\r\n")
        lines.append(body)
        self.transport.write(b"".join(lines))
        cycle.complete()

    def default_lines(self) -> bytes:
        """The header lines of every answer: the date, which uvicorn's server renews each second."""
        return _DATED.lines(self.server_state.default_headers)

    def read(self, headers: Headers) -> RequestHeaders:
        """A request's headers. Who keeps a connection mostly repeats them: those are read once."""
        last = self._last_read
        if last is not None and last.source == headers:
            return last
        read = RequestHeaders(headers)
        size = sum(len(name) + len(value) for name, value in headers)
        self._last_read = read if size <= _MAX_KEPT else None
        return read

    def close(self) -> None:
        """Close it in the middle of an answer, so that nobody takes it for whole."""
        if self._serving is not None:
            self._serving.disconnected = True  # what is still sent goes nowhere
        self.transport.close()

    def on_response_complete(self) -> None:
        """An answer is written: the next request's turn. No timer: the server sweeps idle ones."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._serving = cycle = self.pipeline.pop()
            self.loop.call_soon(self._begin, cycle)
        else:
            self._idle_since = self.loop.time()

    def close_if_silent(self, now: float) -> None:
        """Close it if a head was awaited for too long; the server's sweep calls this."""
        head, idle = self._head_since, self._idle_since
        if (head is not None and now - head > self.patience.head) or (
            idle is not None and now - idle > self.patience.idle
        ):
            self.transport.close()


@lru_cache(maxsize=64)
def _method(name: bytes) -> str:
    return name.decode("ascii")


class _Dated:
    """Header lines, written anew when the server has made a new list of them."""

    def __init__(self) -> None:
        self._headers: Headers = []
        self._lines = b""

    def lines(self, headers: Headers) -> bytes:
        if headers is not self._headers:
            self._headers = headers
            self._lines = b"".join(b"%b: %b\r\n" % header for header in headers)
        return self._lines


_DATED = _Dated()


def _too_large(seen: int) -> HeadersTooLarge:
    return HeadersTooLarge(
        f"A request's head may take {MAX_HEAD_BYTES} bytes.",
        limit="header_bytes",
        allowed=MAX_HEAD_BYTES,
        seen=seen,
    )
