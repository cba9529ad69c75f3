"""Runs a gateway: its servers on their sockets, its loops beside them, and a clean end."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import structlog
import uvicorn
from starlette.types import ASGIApp

from apibuilder.backends.base import Backend
from apibuilder.backends.fork.messages import MAX_MESSAGE
from apibuilder.errors import ApiBuilderError
from apibuilder.gateway.access_log import AccessLog
from apibuilder.gateway.app import GatewayApp, health_app, metrics_app
from apibuilder.gateway.call import Deadlines
from apibuilder.gateway.connection import Connection
from apibuilder.gateway.converse import IDLE_SECONDS, PING_SECONDS, Conversations
from apibuilder.gateway.edge import EdgeSignatures
from apibuilder.gateway.handler import Handler
from apibuilder.gateway.keeper import Keeper
from apibuilder.gateway.meter import Meter
from apibuilder.gateway.metrics import Metrics, registry
from apibuilder.gateway.notes import Notes
from apibuilder.gateway.patience import Patience
from apibuilder.gateway.proxies import TrustedProxies
from apibuilder.gateway.quota import Quotas
from apibuilder.gateway.shipper import Shipper
from apibuilder.gateway.socket import Socket
from apibuilder.gateway.table import Table
from apibuilder.gateway.tls import Tls
from apibuilder.limits.base import Limiter
from apibuilder.store.base import GatewayStore
from apibuilder.store.ledger import CAPACITY

_log = structlog.get_logger()

BACKLOG = 2048
_LAST_SHIPMENT_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Ports:
    """What a gateway is given to work with."""

    store: GatewayStore
    backend: Backend
    limiter: Limiter
    usage_dir: Path
    trusted_proxies: str
    drain_seconds: float
    socket_idle_seconds: float = IDLE_SECONDS
    socket_ping_seconds: float = PING_SECONDS
    edge_secret: str | None = None
    dashboard_origins: frozenset[bytes] = frozenset()
    patience: Patience = field(default_factory=Patience)
    tls: Tls | None = None
    access_log: Path | None = None
    segment_records: int = CAPACITY


class Gateway:
    """One gateway process's parts, wired."""

    def __init__(self, ports: Ports) -> None:
        """Raises ValueError for trusted proxies that are no addresses."""
        self._ports = ports
        self._meter = Meter(ports.usage_dir, capacity=ports.segment_records)
        self._shipper = Shipper(ports.store, ports.usage_dir, self._meter)
        table, metrics, self._deadlines = Table(), Metrics(), Deadlines()
        self._conversations = Conversations(table, self._meter, ports.socket_idle_seconds)
        self._quotas = Quotas(ports.store, ports.usage_dir, ports.limiter)
        self._keeper = Keeper(ports.store, ports.backend, table)
        self._notes = Notes(ports.backend)
        self._access = None if ports.access_log is None else AccessLog.open(ports.access_log)
        handler = Handler(
            table=table,
            routes=self._keeper,
            limiter=ports.limiter,
            meter=self._meter,
            proxies=TrustedProxies(ports.trusted_proxies),
            metrics=metrics,
            deadlines=self._deadlines,
            conversations=self._conversations,
            notes=self._notes,
            edge=EdgeSignatures(ports.edge_secret),
            dashboard_origins=ports.dashboard_origins,
            access=self._access,
        )
        tally = self._keeper.tally
        metrics.counter(
            "apibuilder_gateway_ejections",
            "Instances that were left alone after failures in a row.",
            lambda: tally.ejections,
        )
        metrics.counter(
            "apibuilder_gateway_instance_returns",
            "Instances that answered again after they had been left alone.",
            lambda: tally.returns,
        )
        metrics.counter(
            "apibuilder_gateway_failed_dials",
            "Instances that could not be reached.",
            lambda: tally.failed_dials,
        )
        metrics.gauge(
            "apibuilder_gateway_routes",
            "Routes that are known.",
            lambda: len(table.api_ids()),
        )
        metrics.gauge(
            "apibuilder_gateway_ledger_full",
            "1 while calls are refused because the usage ledger cannot grow.",
            lambda: float(self._meter.full),
        )
        metrics.watch_limiter(ports.limiter.health)
        app = GatewayApp(health_app(self._keeper, self._meter), handler)
        self._calls = _server(app, ports, ports.tls)
        self._metrics = _server(metrics_app(registry(metrics)), ports, None)

    async def serve(self, listen: socket.socket, metrics_listen: socket.socket) -> None:
        """Until SIGTERM or SIGINT: then no new calls, those in flight finish, usage is shipped."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        loops = [
            asyncio.create_task(self._follow()),
            asyncio.create_task(self._shipper.run()),
            asyncio.create_task(self._deadlines.run()),
            asyncio.create_task(self._conversations.run()),
            asyncio.create_task(self._notes.run()),
            asyncio.create_task(self._sweep()),
        ]
        if (tls := self._ports.tls) is not None:
            loop.add_signal_handler(signal.SIGHUP, tls.reload)
            loops.append(asyncio.create_task(tls.run()))
        if self._access is not None:
            loops.append(asyncio.create_task(self._access.run()))
        for task in loops:
            task.add_done_callback(self._ended)
        try:
            async with asyncio.TaskGroup() as servers:
                servers.create_task(self._metrics.serve(sockets=[metrics_listen]))
                await self._calls.serve(sockets=[listen])
                self._metrics.should_exit = True
        finally:
            await self._close(loops)

    def stop(self) -> None:
        """Begin the end."""
        self._calls.should_exit = True
        self._metrics.should_exit = True

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A loop never returns: without it the gateway would only seem to work."""
        if not task.cancelled():
            _log.error("a loop of the gateway failed", error=repr(task.exception()))
            self.stop()

    async def _follow(self) -> None:
        """Quotas first: a gateway that does not know them yet lets nobody in."""
        await self._quotas.restore()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keeper.run())
            tasks.create_task(self._quotas.run())

    async def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._ports.patience.sweep)
            for connection in cast("list[object]", list(self._calls.server_state.connections)):
                if isinstance(connection, Connection):
                    connection.close_if_silent(loop.time())

    async def _close(self, loops: list[asyncio.Task[None]]) -> None:
        for task in loops:
            task.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        await self._keeper.close()
        self._meter.close()
        if self._access is not None:
            await self._access.flush()
        try:
            async with asyncio.timeout(_LAST_SHIPMENT_SECONDS):
                await self._shipper.ship()
        except (ApiBuilderError, TimeoutError) as error:
            _log.info("usage is left to the next gateway to ship", error=str(error))


class _Server(uvicorn.Server):
    """Leaves the signals to the Gateway, which has two servers."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Capture none."""
        yield


def _server(app: ASGIApp, ports: Ports, tls: Tls | None) -> _Server:
    return _Server(
        uvicorn.Config(
            app,
            http=type("PatientConnection", (Connection,), {"patience": ports.patience}),
            ws=type("PatientSocket", (Socket,), {"patience": ports.patience}),
            interface="asgi3",
            ws_max_size=MAX_MESSAGE,
            ws_ping_interval=ports.socket_ping_seconds,
            ws_ping_timeout=ports.socket_ping_seconds,
            ws_per_message_deflate=False,  # a read of 64 KB could become 64 MB of messages
            ssl_context_factory=None if tls is None else tls.for_uvicorn,
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            backlog=BACKLOG,
            timeout_graceful_shutdown=int(ports.drain_seconds),
        )
    )
