"""The path of a call, top to bottom: route, authenticate, limit, balance, forward, meter."""

from __future__ import annotations

import asyncio

import structlog
from starlette.types import Receive, Scope, Send

from apibuilder.errors import (
    ApiBuilderError,
    InsufficientScope,
    LimitExceeded,
    Unavailable,
)
from apibuilder.gateway import dashboard
from apibuilder.gateway.access_log import AccessLog
from apibuilder.gateway.authenticate import authenticate, key_hash
from apibuilder.gateway.body import check_size
from apibuilder.gateway.call import Call, CallerLeft, Deadlines
from apibuilder.gateway.canary import drawn
from apibuilder.gateway.converse import Conversations
from apibuilder.gateway.edge import EdgeSignatures
from apibuilder.gateway.forward import Answer, Routes, forward
from apibuilder.gateway.headers import RequestHeaders
from apibuilder.gateway.limit import Grant
from apibuilder.gateway.meter import Meter
from apibuilder.gateway.metrics import Metrics
from apibuilder.gateway.notes import Notes
from apibuilder.gateway.preflight import Preflights, is_preflight
from apibuilder.gateway.proxies import Caller, TrustedProxies
from apibuilder.gateway.relay import relay
from apibuilder.gateway.respond import refuse, whole
from apibuilder.gateway.run import in_task
from apibuilder.gateway.table import LiveRoute, Table
from apibuilder.gateway.target import Target, split
from apibuilder.limits.base import Limiter
from apibuilder.store.ledger import Kind

_log = structlog.get_logger()

_HTTP_SCHEMES = {"http": "http", "https": "https", "ws": "http", "wss": "https"}
_LOAD_SECONDS = 5.0
_READING = ("GET", "HEAD")
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
        deadlines: Deadlines,
        conversations: Conversations,
        notes: Notes,
        edge: EdgeSignatures,
        dashboard_origins: frozenset[bytes] = frozenset(),
        access: AccessLog | None = None,
    ) -> None:
        self._access = access
        self._conversations = conversations
        self._notes = notes
        self._table = table
        self._routes = routes
        self._limiter = limiter
        self._meter = meter
        self._proxies = proxies
        self._metrics = metrics
        self._deadlines = deadlines
        self._edge = edge
        self._dashboard_origins = dashboard_origins
        self._preflights = Preflights(routes, deadlines)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One call of a user's Api, as ASGI, over a `Connection` or a `Socket`."""
        call = Call(scope, receive, send)
        try:
            await self._serve(call)
        except ApiBuilderError as error:
            self._tell(call, error)
            self._preflights.let_read(call, error)
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
            if self._access is not None:
                self._access.add(call)

    def _tell(self, call: Call, error: ApiBuilderError) -> None:
        """A limit names itself in the metrics and in the Api's log too."""
        if isinstance(error, LimitExceeded):
            self._metrics.limited(call.live.api if call.live is not None else "", error.code)
            if call.live is not None:
                self._notes.add(call.live.route.api_id, error, call.request_id)

    async def _serve(self, call: Call) -> None:
        call.headers = headers = call.connection.read(call.scope["headers"])
        headers.check_version(call.scope["http_version"])
        if headers.origin is not None and headers.origin in self._dashboard_origins:
            call.dashboard = headers.origin
            if dashboard.is_preflight(call.method, headers):
                await whole(call, dashboard.NO_CONTENT, dashboard.preflight(), b"")
                return
        if not self._routes.loaded.is_set():
            await self._loaded()
        target = split(call.scope["raw_path"], call.scope["path"])
        caller = self._caller(call, headers)
        if headers.key is None and headers.edge is None and is_preflight(call):
            await self._preflights.answer(call, self._table.find(target.name), target, caller)
            return
        digest = key_hash(call.scope, headers, self._edge)
        live, principal = authenticate(self._table, self._table.find(target.name), digest)
        if principal.reads_only and (call.is_socket or call.method not in _READING):
            raise InsufficientScope
        if live.closed is not None:
            live = await self._look_again(live)
        if live.canary is not None:
            live = drawn(live)
        call.live = live
        call.path = target.path
        check_size(headers.content_length, live.route.limits.request_body_bytes)
        self._meter.reserve()
        try:
            verdict = await self._limiter.take(principal.policy)
            call.grant = grant = Grant(principal, verdict)
            if verdict.refused_by is not None:
                raise grant.refusal()
            await self._granted(call, live, target, caller)
        finally:
            self._meter.release()

    async def _granted(self, call: Call, live: LiveRoute, target: Target, caller: Caller) -> None:
        """From here on the call counts, however it ends."""
        answer: Answer | None = None
        try:
            answer = await forward(
                call, live, target, caller, routes=self._routes, deadlines=self._deadlines
            )
            if call.is_socket:
                await self._conversations.hold(call, answer)
            else:
                await relay(call, answer, self._meter, live.route.limits, self._deadlines)
        except BaseException as error:
            if answer is not None:
                await answer.close()
            if isinstance(error, ApiBuilderError | CallerLeft):
                status = error.status if isinstance(error, ApiBuilderError) else _CALLER_LEFT
                self._meter.write(call, Kind.CALL, status, 0)
            raise
        finally:
            self._limiter.release(live.api)

    async def _loaded(self) -> None:
        """A gateway that has just started knows no key yet; its callers wait a moment."""
        await in_task()
        try:
            async with asyncio.timeout(_LOAD_SECONDS):
                await self._routes.loaded.wait()
        except TimeoutError:
            raise Unavailable("The gateway does not know its routes yet; try again.") from None

    def _caller(self, call: Call, headers: RequestHeaders) -> Caller:
        peer = call.scope["client"] or ("", 0)
        scheme = _HTTP_SCHEMES[call.scope["scheme"]]
        caller = self._proxies.caller(peer, scheme, headers.forwarded)
        if caller.request_id is not None:
            call.request_id = caller.request_id
        return caller

    async def _look_again(self, live: LiveRoute) -> LiveRoute:
        """It took no calls a moment ago; that it does by now may not have been heard yet."""
        await in_task()
        await self._routes.look_again(live.route.api_id)
        live = self._table.current(live.route.api_id) or live
        if live.closed is not None:
            raise live.closed
        return live
