"""One call on its way through the gateway: what is known of it so far."""

from __future__ import annotations

import asyncio
import time

from starlette.types import Receive, Scope, Send

from apibuilder.backends.fork.frames import Reason
from apibuilder.backends.fork.link import Exchange
from apibuilder.errors import ApiBuilderError, DeadlineExceeded
from apibuilder.gateway.connection import SCOPE_KEY, Connection
from apibuilder.gateway.headers import Headers, RequestHeaders
from apibuilder.gateway.identity import new_identity
from apibuilder.gateway.table import LiveRoute, Principal


class CallerLeft(Exception):
    """The caller closed the connection before it had an answer."""


class Call:
    """Filled in from top to bottom of `handler.handle`."""

    __slots__ = (
        "at_us",
        "body_complete",
        "connection",
        "exchange",
        "failure",
        "headers",
        "identity",
        "live",
        "method",
        "principal",
        "rate_headers",
        "receive",
        "request_bytes",
        "request_id",
        "scope",
        "send",
        "started_ns",
        "status",
        "timer",
    )

    headers: RequestHeaders | None
    live: LiveRoute | None
    principal: Principal | None
    exchange: Exchange | None
    failure: ApiBuilderError | CallerLeft | None
    timer: asyncio.TimerHandle | None

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        now_ns = time.time_ns()
        self.scope = scope
        self.receive = receive
        self.send = send
        self.method: str = scope["method"]
        self.connection: Connection = scope[SCOPE_KEY]
        self.started_ns = time.monotonic_ns()
        self.at_us = now_ns // 1000
        self.identity = new_identity(now_ns)
        self.request_id = self.identity.hex()
        self.headers = None
        self.live = None
        self.principal = None
        self.rate_headers: Headers = []
        self.request_bytes = 0
        self.body_complete = False
        self.exchange = None
        self.failure = None  # why the exchange was cancelled from this side
        self.timer = None
        self.status = 0  # of the answer, once there is one

    @property
    def body_unread(self) -> bool:
        """Whether the caller may still be sending."""
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

    def arm(self, seconds: float) -> None:
        """Give the Api that long for its next step."""
        self.disarm()
        self.timer = asyncio.get_running_loop().call_later(seconds, self.expire, seconds)

    def disarm(self) -> None:
        """The step was taken."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def expire(self, seconds: float) -> None:
        """The step was not taken in time."""
        error = DeadlineExceeded(
            f"The API did not go on within its time limit of {seconds:g} s.",
            limit="timeout_seconds",
            allowed=seconds,
            seen=seconds,
        )
        self.give_up(error, Reason.DEADLINE)
