"""A WebSocket that is open: messages both ways, counted, until either side or the platform ends it.

It is one call: it takes one of its Api's concurrency for as long as it lasts, and one Usage, whose
START is written before the caller hears that it is open and whose END tells the bytes of both ways.
"""

from __future__ import annotations

import asyncio
import hashlib
import time

from uvicorn.protocols.utils import ClientDisconnected

from apibuilder.backends.fork.frames import FrameError, Reason
from apibuilder.backends.fork.link import Exchange, ExchangeError, StreamCancelled
from apibuilder.backends.fork.messages import (
    BINARY,
    CLOSE,
    MAX_MESSAGE,
    TEXT,
    MessageReader,
    close_message,
    closing_of,
    message,
)
from apibuilder.errors import InvalidKey, InvalidResponse
from apibuilder.gateway import respond
from apibuilder.gateway.call import Call
from apibuilder.gateway.forward import Answer
from apibuilder.gateway.headers import OWN_SUBPROTOCOL, Headers, ResponseHeaders
from apibuilder.gateway.meter import Meter
from apibuilder.gateway.socket import Socket
from apibuilder.gateway.table import Table
from apibuilder.store.ledger import Kind

IDLE_SECONDS = 600.0  # without a message either way; pings are answered and do not count
# Between two pings, and for the answer to one. While an Api takes no messages its caller is not
# read from either, so this also bounds how long it may stay deaf to a caller who goes on speaking.
PING_SECONDS = 30.0
_LOOK_SECONDS = 0.25  # how often keys and idle times are looked at
_SWITCHING = 101
_NORMAL, _GOING_AWAY, _ABNORMAL, _POLICY, _ERROR, _RESTART = 1000, 1001, 1006, 1008, 1011, 1012
_UNSENDABLE = {1004, 1005, 1006, 1015}  # reserved: they never travel in a close frame
_HANDSHAKE = {b"sec-websocket-accept", b"sec-websocket-extensions", b"sec-websocket-protocol"}


class Conversations:
    """All that are open in this gateway. `run` ends those that may not go on."""

    def __init__(self, table: Table, meter: Meter, idle_seconds: float) -> None:
        self._table = table
        self._meter = meter
        self._idle = idle_seconds
        self._open: set[_Conversation] = set()

    async def hold(self, call: Call, answer: Answer) -> None:
        """From the Api's answer to the handshake to the end of the WebSocket.

        Raises InvalidResponse while the caller has no answer yet.
        """
        headers = ResponseHeaders(answer.head.headers)
        if answer.head.status != _SWITCHING or answer.exchange.ended:
            await _refused(call, answer, headers, self._meter)
            return
        one = _Conversation(call, answer.exchange, self._meter)
        await one.accept(headers)
        self._open.add(one)
        try:
            await one.run()
        finally:
            self._open.discard(one)
            await answer.close()

    async def run(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            now, unix = time.monotonic(), time.time()
            for one in tuple(self._open):
                principal = self._table.principal(one.key_hash)
                if principal is None or principal.expires_at <= unix:
                    one.stop(_POLICY, InvalidKey.__doc__ or "The key is not valid.")
                elif now - one.spoke_at > self._idle:
                    one.stop(_GOING_AWAY, f"No message for {self._idle:g} s.")


class _Conversation:
    """One open WebSocket."""

    def __init__(self, call: Call, exchange: Exchange, meter: Meter) -> None:
        assert isinstance(call.connection, Socket)
        assert call.headers is not None
        assert call.live is not None
        self.key_hash = hashlib.sha256(call.headers.key or b"").digest()
        self.spoke_at = time.monotonic()
        self._call = call
        self._socket = call.connection
        self._exchange = exchange
        self._meter = meter
        self._limits = call.live.route.limits
        self._sent = 0  # bytes of messages to the caller
        self._closing = _NORMAL, ""  # what the caller is told at the end

    async def accept(self, headers: ResponseHeaders) -> None:
        """Open it for the caller; raises InvalidResponse."""
        call = self._call
        chosen = _subprotocol(call, headers.passed)
        passed = [pair for pair in headers.passed if pair[0].lower() not in _HANDSHAKE]
        passed.append((b"x-request-id", call.request_id.encode()))
        self._socket.allow(min(self._limits.request_body_bytes, MAX_MESSAGE))
        self._meter.write(call, Kind.START, _SWITCHING, 0)
        call.status = _SWITCHING
        accept = {"type": "websocket.accept", "subprotocol": chosen, "headers": passed}
        await call.send(accept)

    def stop(self, code: int, reason: str) -> None:
        """End it for a reason of the platform's."""
        self._closing = code, reason
        self._exchange.cancel(Reason.CALLER_LEFT)

    async def run(self) -> None:
        """Until one side is done."""
        up, down = asyncio.create_task(self._up()), asyncio.create_task(self._down())
        try:
            await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (up, down):
                task.cancel()
            ended = await asyncio.gather(up, down, return_exceptions=True)
            self._meter.write(self._call, Kind.END, _SWITCHING, self._sent)
        for bug in ended:
            if isinstance(bug, Exception):
                raise bug
        if not self._socket.lost:
            await self._close()

    async def _up(self) -> None:
        """From the caller to the Api, until the caller is done."""
        call, exchange = self._call, self._exchange
        try:
            while True:
                event = await call.receive()
                if event["type"] == "websocket.disconnect":
                    code, reason = event.get("code", _ABNORMAL), event.get("reason") or ""
                    self._closing = _NORMAL if code in _UNSENDABLE else code, ""
                    await exchange.write(close_message(code, reason), end=True)
                    return
                if event["type"] == "websocket.receive":
                    self.spoke_at = time.monotonic()
                    await exchange.write(
                        self._counted(event.get("bytes"), event.get("text")), end=False
                    )
        except ExchangeError:
            await asyncio.Event().wait()  # the other task hears of it too, and knows the end

    def _counted(self, data: bytes | None, text: str | None) -> bytes:
        kind, payload = (BINARY, data) if data is not None else (TEXT, (text or "").encode())
        self._call.request_bytes += len(payload)
        return message(kind, payload)

    async def _down(self) -> None:
        """From the Api to the caller, until the Api is done."""
        try:
            self._closing = await self._relay()
        except ClientDisconnected:
            return
        except (FrameError, UnicodeDecodeError, ExchangeError, TimeoutError) as error:
            self._closing = _ending(error) or self._closing

    async def _relay(self) -> tuple[int, str]:
        reader = MessageReader(min(self._limits.response_body_bytes, MAX_MESSAGE))
        while data := await self._exchange.read():
            for kind, payload in reader.feed(data):
                if kind == CLOSE:
                    return closing_of(payload)
                await self._deliver(kind, payload)
        return _ERROR, "The API ended without a word."

    async def _deliver(self, kind: int, payload: bytes) -> None:
        self.spoke_at = time.monotonic()
        event: dict[str, object] = {"type": "websocket.send"}
        if kind == TEXT:
            event["text"] = payload.decode()
        else:
            event["bytes"] = payload
        async with asyncio.timeout(self._call.connection.patience.send):
            await self._call.send(event)
        self._sent += len(payload)

    async def _close(self) -> None:
        code, reason = self._closing
        if code in _UNSENDABLE or not 1000 <= code < 5000:
            code = _NORMAL if code in _UNSENDABLE else _ERROR
        try:
            async with asyncio.timeout(1.0):
                await self._call.send({"type": "websocket.close", "code": code, "reason": reason})
        except (ClientDisconnected, TimeoutError, RuntimeError):
            self._socket.close()  # it has closed meanwhile, or takes nothing


def _ending(error: Exception) -> tuple[int, str] | None:
    """What the caller is told; None when this side had ended it, and knows why."""
    if isinstance(error, StreamCancelled):
        if error.reason is Reason.CALLER_LEFT:
            return None
        if error.reason is Reason.DRAINED:
            return _RESTART, "The API is being replaced; connect again."
        return _ERROR, "The API gave up."
    if isinstance(error, ExchangeError):
        return _ERROR, "The API's process ended."
    if isinstance(error, TimeoutError):
        return _POLICY, "Nothing was read for too long."
    return _ERROR, "The API sent what is no message."


def _subprotocol(call: Call, headers: Headers) -> str | None:
    """The one that the Api chose of those that the caller offered. Raises InvalidResponse."""
    assert call.headers is not None
    chosen = [value for name, value in headers if name.lower() == b"sec-websocket-protocol"]
    if not chosen:
        return OWN_SUBPROTOCOL.decode() if call.headers.own_subprotocol else None
    if len(chosen) > 1 or chosen[0] not in call.headers.subprotocols:
        raise InvalidResponse("The API chose a subprotocol that was not offered.")
    return chosen[0].decode("latin-1")


async def _refused(call: Call, answer: Answer, headers: ResponseHeaders, meter: Meter) -> None:
    """The Api answers the handshake as it would a request."""
    status, body = answer.head.status, answer.head.body
    if not (answer.exchange.ended and 200 <= status <= 599):
        raise InvalidResponse(f"The API answered a WebSocket's handshake with status {status}.")
    meter.write(call, Kind.CALL, status, len(body))
    headers.passed.append((b"content-length", b"%d" % len(body)))
    await respond.whole(call, status, headers.passed, body)
