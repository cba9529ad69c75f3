"""Preflights: the one request that browsers send without a key, answered by the Api's own app.

Only where the app was seen to have a CORS policy when it was deployed (Route.cors); all else, and
an Api that does not exist, is refused alike. An answer is kept for a minute at most and has no
body, and what is not kept is let through at a bounded rate, so that nobody gets work done without
a key.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import NamedTuple, TypeVar
from uuid import UUID

from apibuilder.backends.fork.frames import Reason
from apibuilder.errors import ApiBuilderError, PreflightRefused, RateLimited
from apibuilder.gateway import respond
from apibuilder.gateway.call import Call, Deadlines
from apibuilder.gateway.forward import Routes, forward
from apibuilder.gateway.headers import Headers, ResponseHeaders
from apibuilder.gateway.proxies import Caller
from apibuilder.gateway.table import LiveRoute
from apibuilder.gateway.target import Target

KEPT_SECONDS = 60.0
RATE, BURST = 20.0, 40.0  # of an Api, a second: preflights that its app has to answer
_MAX_KEPT = 4096
_ASKED = (
    b"origin",
    b"access-control-request-method",
    b"access-control-request-headers",
    b"access-control-request-private-network",
)
_READABLE = (
    b"access-control-expose-headers",
    b"RateLimit, RateLimit-Policy, Retry-After, X-Request-ID",
)


_Name = TypeVar("_Name")
_Value = TypeVar("_Value")


class _Kept(NamedTuple):
    until: float
    status: int
    headers: Headers


def is_preflight(call: Call) -> bool:
    """As the Fetch standard makes them."""
    headers = call.headers
    if call.method != "OPTIONS" or headers is None or headers.has_body:
        return False
    names = {name for name, _ in headers.passed}
    return b"origin" in names and b"access-control-request-method" in names


class Preflights:
    """Those of a gateway process."""

    def __init__(self, routes: Routes, deadlines: Deadlines) -> None:
        self._routes = routes
        self._deadlines = deadlines
        self._kept: OrderedDict[tuple[object, ...], _Kept] = OrderedDict()
        self._origins: OrderedDict[tuple[UUID, bytes], Headers] = OrderedDict()
        self._buckets: dict[UUID, tuple[float, float]] = {}  # tokens, and when they were counted

    async def answer(
        self, call: Call, live: LiveRoute | None, target: Target, caller: Caller
    ) -> None:
        """Answer one. Raises PreflightRefused, RateLimited, or what a call may end with."""
        if live is None or live.closed is not None or not live.route.cors:
            raise PreflightRefused
        call.live = live
        assert call.headers is not None
        asked = tuple(pair for pair in call.headers.passed if pair[0] in _ASKED)
        name = (live.route.deployment_id, target.raw_path, call.scope["query_string"], asked)
        kept = self._kept.get(name)
        if kept is None or kept.until < time.monotonic():
            self._take(live.route.api_id)
            kept = await self._ask(call, live, target, caller)
            _keep(self._kept, name, kept)
            self._remember(live.route.api_id, call, kept)
        await respond.whole(call, kept.status, list(kept.headers), b"")

    async def _ask(self, call: Call, live: LiveRoute, target: Target, caller: Caller) -> _Kept:
        answer = await forward(
            call, live, target, caller, routes=self._routes, deadlines=self._deadlines
        )
        try:
            headers = ResponseHeaders(answer.head.headers)
        finally:
            answer.exchange.cancel(Reason.CALLER_LEFT)  # its body is for nobody
        headers.passed.append((b"content-length", b"0"))
        until = time.monotonic() + min(KEPT_SECONDS, _max_age(headers.passed))
        return _Kept(until, answer.head.status, headers.passed)

    def _take(self, api_id: UUID) -> None:
        now = time.monotonic()
        tokens, counted = self._buckets.get(api_id, (BURST, now))
        tokens = min(BURST, tokens + (now - counted) * RATE)
        if tokens < 1:
            raise RateLimited(
                f"{RATE:g} preflights a second are passed to this API; try again in a second.",
                limit="preflights_per_second",
                allowed=RATE,
                seen=RATE + 1,
                headers={"Retry-After": "1"},
            )
        self._buckets[api_id] = (tokens - 1, now)

    def _remember(self, api_id: UUID, call: Call, kept: _Kept) -> None:
        """Which origins may read answers: then they may read the gateway's errors too."""
        told = {name.lower(): value for name, value in kept.headers}
        allowed, origin = told.get(b"access-control-allow-origin"), _origin(call)
        if allowed is None or origin is None or kept.status >= 300 or allowed not in {b"*", origin}:
            return
        headers: Headers = [(b"access-control-allow-origin", allowed), _READABLE]
        if allowed != b"*":
            headers.append((b"vary", b"Origin"))
        if told.get(b"access-control-allow-credentials") == b"true":
            headers.append((b"access-control-allow-credentials", b"true"))
        _keep(self._origins, (api_id, origin), headers)

    def let_read(self, call: Call, error: ApiBuilderError) -> None:
        """A page whose origin the Api allows may read why its call was refused."""
        if not self._origins or call.live is None or call.headers is None:
            return
        origin = _origin(call)
        headers = self._origins.get((call.live.route.api_id, origin)) if origin else None
        for name, value in headers or ():
            error.headers.setdefault(name.decode(), value.decode())


def _keep(kept: OrderedDict[_Name, _Value], key: _Name, value: _Value) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > _MAX_KEPT:
        kept.popitem(last=False)


def _origin(call: Call) -> bytes | None:
    assert call.headers is not None
    return next((value for name, value in call.headers.passed if name == b"origin"), None)


def _max_age(headers: Headers) -> float:
    """As the answer says; 5 s, as of a browser, if it does not."""
    for name, value in headers:
        if name.lower() == b"access-control-max-age" and value.isdigit():
            return float(value[:9])
    return 5.0
