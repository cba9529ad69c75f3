"""The gateway as an ASGI application: calls go straight to the handler, the rest to FastAPI."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.types import ASGIApp, Receive, Scope, Send

from apibuilder.gateway.handler import Handler
from apibuilder.gateway.keeper import Keeper
from apibuilder.gateway.meter import Meter
from apibuilder.gateway.run import in_task

OWN_PATHS = {"/healthz", "/readyz"}  # no Api can have such a slug


class GatewayApp:
    """A raw ASGI callable, because a framework's layers would cost more than all of the gateway."""

    def __init__(self, own: ASGIApp, handler: Handler) -> None:
        self._own = own
        self._handle = handler.handle

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Coroutine[Any, Any, None]:
        """One request."""
        if scope["path"] in OWN_PATHS:
            return self._own_path(scope, receive, send)
        return self._handle(scope, receive, send)

    async def _own_path(self, scope: Scope, receive: Receive, send: Send) -> None:
        await in_task()
        await self._own(scope, receive, send)


def health_app(keeper: Keeper, meter: Meter) -> FastAPI:
    """Health, for whoever starts and balances gateways."""
    app = FastAPI(title="AI API Builder gateway", openapi_url=None)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:  # pyright: ignore[reportUnusedFunction] (a route)
        """Alive."""
        return {"status": "ok"}

    @app.get("/readyz")
    async def readyz(response: Response) -> dict[str, str]:  # pyright: ignore[reportUnusedFunction] (a route)
        """Knows its routes and can meter: may take traffic."""
        if not keeper.loaded.is_set():
            response.status_code = 503
            return {"status": "routes and keys are not read yet"}
        if meter.full:
            response.status_code = 503
            return {"status": "the usage ledger cannot grow"}
        return {"status": "ok"}

    return app


def metrics_app(collectors: CollectorRegistry) -> FastAPI:
    """Prometheus' view of this process, for a port that is not public."""
    app = FastAPI(title="AI API Builder gateway metrics", openapi_url=None)

    @app.get("/metrics")
    async def metrics() -> Response:  # pyright: ignore[reportUnusedFunction] (a route)
        """All of it, in Prometheus' text format."""
        return Response(generate_latest(collectors), media_type=CONTENT_TYPE_LATEST)

    return app
