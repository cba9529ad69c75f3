"""Sends a call to an Instance, and elsewhere if that one had not begun with it."""

from __future__ import annotations

import asyncio
from typing import Protocol
from uuid import UUID

from apibuilder.backends.fork.frames import Reason, RequestHead, ResponseHead
from apibuilder.backends.fork.link import (
    Exchange,
    ExchangeError,
    Link,
    LinkLost,
    Refused,
    StreamCancelled,
)
from apibuilder.errors import (
    ApiBuilderError,
    DeadlineExceeded,
    InstanceCrashed,
    InstanceUnavailable,
    InvalidResponse,
    NotFound,
)
from apibuilder.gateway.balance import UNWATCHED
from apibuilder.gateway.body import Upload, inline, next_piece
from apibuilder.gateway.call import Call, CallerLeft, Deadlines
from apibuilder.gateway.headers import Headers
from apibuilder.gateway.kernel_limits import of_reason
from apibuilder.gateway.proxies import Caller
from apibuilder.gateway.run import in_task
from apibuilder.gateway.table import LiveRoute
from apibuilder.gateway.target import Target

WAKE_SECONDS = 5.0  # for an Instance to start, or for the runtime to come back
_SOCKET_SCHEMES = {"http": "ws", "https": "wss"}
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
    call: Call,
    live: LiveRoute,
    target: Target,
    caller: Caller,
    *,
    routes: Routes,
    deadlines: Deadlines,
) -> Answer:
    """Send the call and wait for the head of its response.

    Raises InstanceUnavailable, InstanceCrashed or the limit that ended the Instance,
    InvalidResponse, Unavailable, DeadlineExceeded, RequestTooLarge, RequestTimeout or CallerLeft.
    """
    limits, headers = live.route.limits, call.headers
    assert headers is not None
    body, upload = b"", None
    if headers.has_body:
        body, rest = inline(await next_piece(call, limits.request_body_bytes))
        if rest or not call.body_complete:
            upload = Upload(call, rest, limits, deadlines)
    head = _request_head(call, headers.passed, target, caller, body)
    call.connection.watcher = call
    link: Link | None = None
    for pause in _PAUSES:
        watched = UNWATCHED
        try:
            link = (live.pool and live.pool.pick()) or await _wake(live, routes)
            if call.connection.lost:
                raise CallerLeft
            whole = upload is None and not call.is_socket
            call.exchange = exchange = link.request(head, end=whole)
            watched = live.pool.watch(link) if live.pool else UNWATCHED
            if upload is None:
                deadlines.arm(call, limits.timeout_seconds)
            else:
                upload.start(exchange)  # the clock starts when the body is complete
            response = await exchange.response()
        except Refused:
            await in_task()
            await _stop(upload)
            if upload is not None and not upload.replayable:
                raise InstanceCrashed("The API's process refused a call it had begun.") from None
            await asyncio.sleep(pause)
        except ExchangeError as error:
            await in_task()
            await _stop(upload)
            raise await _failure(error, call, live, link) from None
        else:
            call.answered = True
            return Answer(exchange, response, upload)
        finally:
            deadlines.disarm(call)
            watched.over(call)
        live = call.live = routes.current(live.route.api_id) or live
    raise InstanceUnavailable


async def _wake(live: LiveRoute, routes: Routes) -> Link:
    """A link to an Instance of a Deployment that had no live one. Refused means: try again."""
    await in_task()
    pool = live.pool
    if pool is None:  # the Api was deleted, or stopped, since the call was let in
        raise InstanceUnavailable
    try:
        await pool.fill(WAKE_SECONDS)
    except NotFound:  # retired: a newer Deployment serves, or will in a moment
        await routes.refresh(live.route.api_id)
        raise Refused("this Deployment was retired") from None
    link = pool.pick()
    if link is None:
        raise Refused("no Instance is live")
    return link


async def _stop(upload: Upload | None) -> None:
    if upload is not None:
        await upload.stop()


async def _failure(
    error: ExchangeError, call: Call, live: LiveRoute, link: Link | None
) -> ApiBuilderError | CallerLeft:
    if call.failure is None:
        return await _broken(error, live)
    late = isinstance(call.failure, DeadlineExceeded)
    if late and live.pool is not None and link is not None and link.instance_id is not None:
        return await live.pool.why_overdue(link.instance_id) or call.failure
    return call.failure


async def _broken(error: ExchangeError, live: LiveRoute) -> ApiBuilderError:
    if isinstance(error, LinkLost) and live.pool is not None:
        return await live.pool.why_lost(error)
    if not isinstance(error, StreamCancelled):
        return InstanceCrashed("The API's process ended before it had answered.")
    if (limit := of_reason(error.reason, live.route.limits)) is not None:
        return limit
    if error.reason is Reason.DRAINED:
        return InstanceCrashed("The API was stopped before it had answered.")
    return InvalidResponse("The API gave up before it had answered.")


def _request_head(
    call: Call, headers: Headers, target: Target, caller: Caller, body: bytes
) -> RequestHead:
    scope = call.scope
    host, port = scope["server"]
    return RequestHead(
        call.method,
        target.path,
        target.raw_path,
        scope["query_string"],
        f"/{target.name}",
        _SOCKET_SCHEMES[caller.scheme] if call.is_socket else caller.scheme,
        scope["http_version"],
        headers + caller.headers,
        caller.address,
        (host, port or 0),
        call.request_id,
        body,
    )
