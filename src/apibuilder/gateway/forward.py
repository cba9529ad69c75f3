"""Sends a call to an Instance, and elsewhere if that one had not begun with it."""

from __future__ import annotations

import asyncio
from typing import Protocol
from uuid import UUID

from apibuilder.backends.fork.frames import Reason, RequestHead, ResponseHead
from apibuilder.backends.fork.link import (
    Exchange,
    Link,
    LinkLost,
    Refused,
    StreamCancelled,
)
from apibuilder.errors import InstanceCrashed, InstanceUnavailable, InvalidResponse, NotFound
from apibuilder.gateway.body import Upload, inline, next_piece
from apibuilder.gateway.call import Call, CallerLeft
from apibuilder.gateway.proxies import Caller
from apibuilder.gateway.table import LiveRoute
from apibuilder.gateway.target import Target

WAKE_SECONDS = 5.0  # for an Instance to start, or for the runtime to come back
_PAUSES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8)  # one try each, then the pause


class Routes(Protocol):
    """Where a call that found nobody looks again."""

    loaded: asyncio.Event  # set once routes and keys are known

    def current(self, api_id: UUID) -> LiveRoute | None:
        """The Route as it stands now."""
        ...

    async def refresh(self, api_id: UUID) -> None:
        """Read it again from the store, and finish a swap that is under way."""
        ...

    async def look_again(self, api_id: UUID) -> None:
        """Refresh unless that was just done; never fails."""
        ...


class Answer:
    """A response that has begun, and what must be ended with it."""

    __slots__ = ("exchange", "head", "upload")

    def __init__(self, exchange: Exchange, head: ResponseHead, upload: Upload | None) -> None:
        self.exchange = exchange
        self.head = head
        self.upload = upload

    async def close(self) -> None:
        """Leave nothing behind. Safe after a whole response."""
        self.exchange.cancel(Reason.CALLER_LEFT)
        if self.upload is not None:
            await self.upload.stop()


async def forward(
    call: Call, live: LiveRoute, target: Target, caller: Caller, routes: Routes
) -> Answer:
    """Send the call and wait for the head of its response.

    Raises InstanceUnavailable, InstanceCrashed, Unavailable, DeadlineExceeded, RequestTooLarge,
    RequestTimeout or CallerLeft.
    """
    limits = live.route.limits
    body, upload = b"", None
    assert call.headers is not None
    if call.headers.has_body:
        body, rest = inline(await next_piece(call, limits.request_body_bytes))
        if rest or not call.body_complete:
            upload = Upload(call, rest, limits.request_body_bytes, limits.timeout_seconds)
    head = _request_head(call, target, caller, body)
    call.connection.watcher = call
    for pause in _PAUSES:
        try:
            link = await _link(live, routes)
            if call.connection.lost:
                raise CallerLeft
            call.exchange = exchange = link.request(head, end=upload is None)
            response = await _response(call, exchange, upload, limits.timeout_seconds)
        except Refused:
            if upload is not None and not upload.replayable:
                raise InstanceCrashed("The API's process refused a call it had begun.") from None
            await asyncio.sleep(pause)
        else:
            return Answer(exchange, response, upload)
        live = routes.current(live.route.api_id) or live
        call.live = live
    raise InstanceUnavailable


async def _link(live: LiveRoute, routes: Routes) -> Link:
    """A link to a live Instance; wakes the Deployment if there is none. Refused means: retry."""
    pool = live.pool
    if pool is None:  # the Api was deleted, or stopped, since the call was let in
        raise InstanceUnavailable
    link = pool.pick()
    if link is None:
        try:
            await pool.fill(WAKE_SECONDS)
        except NotFound:  # retired: a newer Deployment serves, or will in a moment
            await routes.refresh(live.route.api_id)
            raise Refused("this Deployment was retired") from None
        link = pool.pick()
    if link is None:
        raise Refused("no Instance is live")
    return link


async def _response(
    call: Call, exchange: Exchange, upload: Upload | None, timeout_seconds: float
) -> ResponseHead:
    if upload is None:
        call.arm(timeout_seconds)
    else:
        upload.start(exchange)  # the clock starts when the body is complete
    try:
        return await exchange.response()
    except StreamCancelled as error:
        raise call.failure or _cancelled(error.reason) from None
    except LinkLost as error:
        raise call.failure or InstanceCrashed(
            "The API's process ended before it had answered."
        ) from error
    finally:
        call.disarm()
        if upload is not None and not exchange.began:
            await upload.stop()


def _cancelled(reason: Reason) -> InstanceCrashed | InvalidResponse:
    if reason is Reason.DRAINED:
        return InstanceCrashed("The API was stopped before it had answered.")
    return InvalidResponse("The API gave up before it had answered.")


def _request_head(call: Call, target: Target, caller: Caller, body: bytes) -> RequestHead:
    scope, headers = call.scope, call.headers
    assert headers is not None
    server = scope["server"]
    return RequestHead(
        call.method,
        target.path,
        target.raw_path,
        scope["query_string"],
        f"/{target.name}",
        caller.scheme,
        scope["http_version"],
        headers.passed + caller.headers,
        caller.address,
        (server[0], server[1] or 0),
        call.request_id,
        body,
    )
