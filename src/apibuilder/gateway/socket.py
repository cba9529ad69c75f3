"""One WebSocket at the edge: uvicorn's protocol over `websockets`, plus what it leaves to others.

Added here: a cap on a message that its plan may lower, a cap on the pieces of one message, refusals
as whole HTTP answers, and a word to the conversation when its caller has left. Compression is not
offered, so nothing grows in the reading.
"""

from __future__ import annotations

from typing import Any, cast

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from apibuilder.gateway.connection import SCOPE_KEY, Watcher
from apibuilder.gateway.headers import Headers, RequestHeaders
from apibuilder.gateway.patience import Patience

MAX_PIECES = 1024  # of one message; an empty piece costs its sender six bytes, and us far more
_POLICY = 1008


class Socket(WebSocketsSansIOProtocol):
    """Give it to uvicorn as `ws=Socket`; the application finds it in the scope."""

    patience = Patience()
    watcher: Watcher | None = None
    lost = False

    def connection_lost(self, exc: Exception | None) -> None:
        """The caller has left."""
        self.lost = True
        super().connection_lost(exc)
        if self.watcher is not None:
            self.watcher.caller_left()

    async def run_asgi(self) -> None:
        """Show the application what it needs beyond ASGI."""
        scope = cast("dict[str, Any]", self.scope)
        scope[SCOPE_KEY] = self
        scope["method"] = "GET"
        await super().run_asgi()

    def handle_cont(self, event: Frame) -> None:
        """One more piece of a message."""
        if len(self.frames) >= MAX_PIECES:
            self.conn.fail(_POLICY, f"a message may have {MAX_PIECES} pieces")
            self.handle_parser_exception()
            return
        super().handle_cont(event)

    def read(self, headers: Headers) -> RequestHeaders:
        """The handshake's headers."""
        return RequestHeaders(headers)

    def allow(self, message_bytes: int) -> None:
        """From now on no message may be longer; a longer one ends the WebSocket with 1009."""
        self.conn.max_message_size = message_bytes

    async def answer(self, status: int, headers: Headers, body: bytes, *, close: bool) -> None:
        """Refuse the handshake with a whole answer, whose headers are known to be valid."""
        del close  # a WebSocket that is none always ends its connection
        start: Any = {"type": "websocket.http.response.start", "status": status, "headers": headers}
        rest: Any = {"type": "websocket.http.response.body", "body": body}
        try:
            await self.send(start)
            await self.send(rest)
        except ClientDisconnected:
            return

    def close(self) -> None:
        """Close it without a word."""
        self.transport.close()
