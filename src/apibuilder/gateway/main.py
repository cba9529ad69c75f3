"""Wiring of the gateway process."""

from __future__ import annotations

import gc
import socket
from contextlib import AsyncExitStack

import uvloop

from apibuilder.backends.remote import RemoteBackend
from apibuilder.gateway.patience import Patience
from apibuilder.gateway.server import BACKLOG, Gateway, Ports
from apibuilder.gateway.tls import Tls
from apibuilder.limits.choose import choose
from apibuilder.settings import Settings
from apibuilder.store.postgres import Database, PostgresGatewayStore

# A call leaves little that only the cycle collector can free; looking for it often costs more.
GC_THRESHOLD = 20_000


def run(settings: Settings, *, listen_fd: int | None, metrics_fd: int | None) -> None:
    """Serve until SIGTERM or SIGINT, on inherited sockets or on its own."""
    gc.set_threshold(GC_THRESHOLD, 50, 50)
    with (
        _listen(settings, listen_fd, settings.gateway_port) as listen,
        _listen(settings, metrics_fd, settings.metrics_port) as metrics,
    ):
        uvloop.run(_serve(settings, listen, metrics))


async def _serve(settings: Settings, listen: socket.socket, metrics: socket.socket) -> None:
    tls = None
    if settings.tls_certificate is not None:
        tls = Tls(settings.tls_certificate, settings.tls_key)
    async with Database(settings.database_dsn) as database, AsyncExitStack() as stack:
        backend = RemoteBackend(settings.runtime_socket)
        stack.push_async_callback(backend.close)
        limiter = await choose(
            stack,
            settings.limits_dir,
            settings.gateway_processes,
            settings.redis_url,
            refuse=settings.redis_away == "refuse",
        )
        ports = Ports(
            store=PostgresGatewayStore(database),
            backend=backend,
            limiter=limiter,
            usage_dir=settings.usage_dir,
            trusted_proxies=settings.trusted_proxies,
            drain_seconds=settings.drain_seconds,
            edge_secret=settings.edge_secret,
            dashboard_origins=settings.platform_origins,
            patience=Patience(head=settings.head_seconds, body=settings.body_stall_seconds),
            tls=tls,
            access_log=settings.access_log,
        )
        await Gateway(ports).serve(listen, metrics)


def _listen(settings: Settings, fd: int | None, port: int) -> socket.socket:
    if fd is not None:
        return socket.socket(fileno=fd)
    return socket.create_server((settings.host, port), backlog=BACKLOG)
