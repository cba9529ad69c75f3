"""One call on its way through the gateway: what is known of it so far."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

from starlette.types import Receive, Scope, Send

from apibuilder.backends.fork.frames import Reason
from apibuilder.backends.fork.link import Exchange
from apibuilder.errors import ApiBuilderError, DeadlineExceeded
from apibuilder.gateway.connection import SCOPE_KEY, Watcher
from apibuilder.gateway.headers import Headers, RequestHeaders
from apibuilder.gateway.identity import new_identity
from apibuilder.gateway.limit import Grant
from apibuilder.gateway.patience import Patience
from apibuilder.gateway.table import LiveRoute

_TICK_SECONDS = 0.05


class CallerLeft(Exception):
    """The caller closed the connection before it had an answer."""


class Peer(Protocol):
    """The caller's connection, be it `connection.Connection` or `socket.Socket`."""

    patience: Patience
    watcher: Watcher | None
    lost: bool

    def read(self, headers: Headers) -> RequestHeaders:
        """A request's headers, which may be those of an earlier one. Raises BadRequest."""
        ...

    async def answer(self, status: int, headers: Headers, body: bytes, *, close: bool) -> None:
        """Send a whole answer."""
        ...

    def close(self) -> None:
        """Close it, whatever is under way."""
        ...


class Deadlines:
    """Ends calls that are overdue, a tick late at most. A timer for each call would cost more."""

    def __init__(self) -> None:
        self._due: dict[Call, tuple[float, float]] = {}  # monotonic time, seconds that were given

    def arm(self, call: Call, seconds: float) -> None:
        """Give the Api that long for its next step."""
        self._due[call] = (time.monotonic() + seconds, seconds)

    def disarm(self, call: Call) -> None:
        """The step was taken. Safe to repeat."""
        self._due.pop(call, None)

    async def run(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            now = time.monotonic()
            for call, (due, seconds) in list(self._due.items()):
                if due <= now:
                    del self._due[call]
                    call.expire(seconds)


class Call:
    """Filled in from top to bottom of `handler.handle`."""

    headers: RequestHeaders | None = None
    live: LiveRoute | None = None
    grant: Grant | None = None  # what the Limiter let it in with, or refused
    exchange: Exchange | None = None
    dashboard: bytes | None = None  # the dashboard's origin, if one of its pages calls
    failure: ApiBuilderError | CallerLeft | None = None  # why this side cancelled the exchange
    request_bytes = 0
    body_complete = False
    path = ""  # below the Api, decoded
    answered = False  # whether the head of its answer has come from an Instance
    status = 0  # of the answer, once there is one

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        now_ns = time.time_ns()
        self.scope = scope
        self.receive = receive
        self.send = send
        self.method: str = scope["method"]
        self.connection: Peer = scope[SCOPE_KEY]
        self.is_socket = scope["type"] == "websocket"
        self.started_ns = time.monotonic_ns()
        self.at_us = now_ns // 1000
        self.identity = new_identity(now_ns)
        self.request_id = self.identity.hex()

    @property
    def body_unread(self) -> bool:
        """Whether the caller may still be sending."""
        if self.is_socket:
            return False
        return self.headers is None or (self.headers.has_body and not self.body_complete)

    def give_up(self, failure: ApiBuilderError | CallerLeft, reason: Reason) -> None:
        """End the exchange; whoever waits on it raises `failure`."""
        if self.failure is None:
            self.failure = failure
        if self.exchange is not None:
            self.exchange.cancel(reason)

    def caller_left(self) -> None:
        """The connection is gone."""
        self.give_up(CallerLeft(), Reason.CALLER_LEFT)

    def expire(self, seconds: float) -> None:
        """The Api did not take its next step in time."""
        error = DeadlineExceeded(
            f"The API did not go on within its time limit of {seconds:g} s.",
            limit="timeout_seconds",
            allowed=seconds,
            seen=seconds,
        )
        self.give_up(error, Reason.DEADLINE)
