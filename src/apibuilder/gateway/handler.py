"""The path of a call, top to bottom: route, authenticate, limit, balance, forward, meter."""

from __future__ import annotations

import asyncio

import structlog
from starlette.types import Receive, Scope, Send

from apibuilder.domain import ApiStatus
from apibuilder.errors import (
    ApiBuilderError,
    ApiFailed,
    ApiNotReady,
    ApiPaused,
    BadRequest,
    Unavailable,
)
from apibuilder.gateway.authenticate import authenticate
from apibuilder.gateway.body import check_size
from apibuilder.gateway.call import Call, CallerLeft
from apibuilder.gateway.forward import Routes, forward
from apibuilder.gateway.headers import RequestHeaders
from apibuilder.gateway.limit import rate_headers, refusal
from apibuilder.gateway.meter import Meter
from apibuilder.gateway.metrics import Metrics
from apibuilder.gateway.proxies import Caller, TrustedProxies
from apibuilder.gateway.relay import relay
from apibuilder.gateway.respond import refuse
from apibuilder.gateway.table import LiveRoute, Principal, Table
from apibuilder.gateway.target import Target, split
from apibuilder.limits.base import Limiter
from apibuilder.store.ledger import Kind

_log = structlog.get_logger()

_LOAD_SECONDS = 5.0
_CALLER_LEFT = 499  # nginx's status for it; nobody sees it but the ledger


class Handler:
    """Serves calls of user Apis."""

    def __init__(
        self,
        *,
        table: Table,
        routes: Routes,
        limiter: Limiter,
        meter: Meter,
        proxies: TrustedProxies,
        metrics: Metrics,
    ) -> None:
        self._table = table
        self._routes = routes
        self._limiter = limiter
        self._meter = meter
        self._proxies = proxies
        self._metrics = metrics

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One call of a user's Api, as ASGI; `connection.Connection` must be the protocol."""
        call = Call(scope, receive, send)
        try:
            await self._serve(call)
        except ApiBuilderError as error:
            await refuse(call, error)
        except CallerLeft:
            call.status = _CALLER_LEFT
        except Exception:  # noqa: BLE001 (a bug must not take the connection's other calls along)
            _log.exception("a call failed in the gateway", request_id=call.request_id)
            if call.status:
                call.connection.close()  # its head has left: all that can be said is that it broke
            else:
                await refuse(call, ApiBuilderError())
        finally:
            call.connection.watcher = None
            self._metrics.observe(call)

    async def _serve(self, call: Call) -> None:
        call.headers = headers = RequestHeaders(call.scope["headers"])
        if headers.host is None and call.scope["http_version"] != "1.0":
            raise BadRequest("There must be one well-formed Host header.")
        if not self._routes.loaded.is_set():
            await self._loaded()
        target = split(call.scope["raw_path"], call.scope["path"])
        caller = self._caller(call, headers)
        live, principal = authenticate(self._table, self._table.find(target.name), headers.key)
        call.live, call.principal = await self._ready(live), principal
        check_size(headers.content_length, live.route.limits.request_body_bytes)
        self._meter.reserve()
        try:
            await self._admitted(call, call.live, principal, target, caller)
        finally:
            self._meter.release()

    async def _admitted(
        self, call: Call, live: LiveRoute, principal: Principal, target: Target, caller: Caller
    ) -> None:
        verdict = await self._limiter.take(principal.policy)
        call.rate_headers = rate_headers(verdict, principal)
        if verdict.refused_by is not None:
            raise refusal(verdict, principal)
        try:
            await self._exchange(call, live, target, caller)
        except ApiBuilderError as error:
            self._meter.write(call, Kind.CALL, error.status, 0)
            raise
        except CallerLeft:
            self._meter.write(call, Kind.CALL, _CALLER_LEFT, 0)
            raise
        finally:
            self._limiter.release(live.api)

    async def _exchange(self, call: Call, live: LiveRoute, target: Target, caller: Caller) -> None:
        limits = live.route.limits
        answer = await forward(call, live, target, caller, self._routes)
        try:
            await relay(call, answer, self._meter, limits)
        finally:
            await answer.close()

    async def _loaded(self) -> None:
        """A gateway that has just started knows no key yet; its callers wait a moment."""
        try:
            async with asyncio.timeout(_LOAD_SECONDS):
                await self._routes.loaded.wait()
        except TimeoutError:
            raise Unavailable("The gateway does not know its routes yet; try again.") from None

    def _caller(self, call: Call, headers: RequestHeaders) -> Caller:
        peer = call.scope["client"] or ("", 0)
        caller = self._proxies.caller(peer, call.scope["scheme"], headers.forwarded)
        if caller.request_id is not None:
            call.request_id = caller.request_id
        return caller

    async def _ready(self, live: LiveRoute) -> LiveRoute:
        """The Route if it can take calls; what just changed may not have been heard of yet."""
        if _closed(live) is not None:
            await self._routes.look_again(live.route.api_id)
            live = self._table.current(live.route.api_id) or live
            error = _closed(live)
            if error is not None:
                raise error
        return live


def _closed(live: LiveRoute) -> ApiBuilderError | None:
    """Why a Route takes no calls."""
    if live.route.status is ApiStatus.PAUSED:
        return ApiPaused()
    if live.pool is not None:
        return None
    return ApiFailed() if live.route.status is ApiStatus.FAILED else ApiNotReady()
