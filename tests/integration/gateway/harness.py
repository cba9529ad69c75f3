"""Real parts around a real gateway: worker processes, a store in memory, raw HTTP."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from apibuilder.backends.base import Backend
from apibuilder.backends.fork.frames import Boot, ControlReader, Drain, Failed, Ready, control
from apibuilder.domain import (
    Allowance,
    ApiStatus,
    Ending,
    Instance,
    KeyGrant,
    KeyScope,
    Limits,
    Route,
    Usage,
)
from apibuilder.errors import Conflict, NotFound, Unavailable
from apibuilder.gateway.patience import Patience
from apibuilder.gateway.server import Gateway, Ports
from apibuilder.gateway.tls import Tls
from apibuilder.limits.memory import MemoryLimiter
from apibuilder.store.base import Change, MonthCalls
from apibuilder.store.keys import new_key
from apibuilder.store.ledger import CAPACITY

LIMITS = Limits(
    requests_per_second=100_000,
    burst=100_000,
    monthly_quota=100_000_000,
    max_concurrency=1000,
    timeout_seconds=10,
    request_body_bytes=32 << 20,
    response_body_bytes=64 << 20,
    memory_mb=256,
    cpu=1.0,
    processes=64,
    storage_mb=64,
    max_instances=2,
)

_WORKER = """
import socket, sys
from apibuilder.backends.fork import worker
worker.run(socket.socket(fileno=int(sys.argv[1])), socket.socket(fileno=int(sys.argv[2])))
"""


def short_dir() -> Path:
    """A Unix socket's path is at most 107 bytes."""
    return Path(tempfile.mkdtemp(prefix="ab-", dir="/tmp"))


class Worker:
    """A worker without its sandbox: a process of its own that runs one source."""

    def __init__(self, folder: Path, source: str, *, max_streams: int = 1000) -> None:
        self.path = str(folder / f"{uuid4().hex[:8]}.sock")
        listen = socket.socket(socket.AF_UNIX)
        listen.bind(self.path)
        listen.listen(64)
        ours, theirs = socket.socketpair()
        fds = (listen.fileno(), theirs.fileno())
        self.process = subprocess.Popen(
            [sys.executable, "-c", _WORKER, *map(str, fds)], pass_fds=fds, stdin=subprocess.DEVNULL
        )
        listen.close()
        theirs.close()
        self._control = ours
        boot = Boot(
            source=source, env={}, data_dir=str(folder), revision=1, max_streams=max_streams
        )
        ours.sendall(control(boot))

    def wait_ready(self) -> None:
        reader = ControlReader(from_worker=True)
        while True:
            data = self._control.recv(65536)
            assert data, "the worker ended while it started"
            for message in reader.feed(data):
                assert not isinstance(message, Failed), message
                if isinstance(message, Ready):
                    return

    def drain(self, grace_seconds: float = 10.0) -> None:
        self._control.sendall(control(Drain(grace_seconds=grace_seconds)))

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._control.close()


async def start_worker(folder: Path, source: str, **options: int) -> Worker:
    worker = Worker(folder, source, **options)
    await asyncio.to_thread(worker.wait_ready)
    return worker


@dataclass
class Workers:
    """As much of a Backend as a gateway uses; `acquire` starts what is asked for."""

    folder: Path
    sources: dict[UUID, str] = field(default_factory=dict)
    running: dict[UUID, list[Worker]] = field(default_factory=lambda: defaultdict(list))
    notes: list[tuple[UUID, str]] = field(default_factory=list)
    acquired: int = 0
    away: bool = False
    max_instances: int = 1

    async def acquire(self, deployment_id: UUID, instances: int = 1) -> list[Instance]:
        self.acquired += 1
        if self.away:
            raise Unavailable
        if deployment_id not in self.sources:
            raise NotFound
        live = [one for one in self.running[deployment_id] if one.process.poll() is None]
        while len(live) < max(1, min(instances, self.max_instances)):
            live.append(await start_worker(self.folder, self.sources[deployment_id]))
        self.running[deployment_id] = live
        return [
            Instance(
                id=worker.path,
                deployment_id=deployment_id,
                api_id=deployment_id,
                address=worker.path,
            )
            for worker in live
        ]

    async def note(self, api_id: UUID, message: str) -> None:
        self.notes.append((api_id, message))

    async def overdue(self, instance_id: str) -> Ending | None:
        return None

    async def ending(self, instance_id: str) -> Ending | None:
        return Ending(detail="signal SIGKILL")

    def stop(self) -> None:
        for workers in self.running.values():
            for worker in workers:
                worker.stop()


@dataclass
class MemoryStore:
    """GatewayStore in memory, with a switch for a database that is away."""

    table: dict[UUID, Route] = field(default_factory=dict)
    keys: list[KeyGrant] = field(default_factory=list)
    usages: dict[UUID, Usage] = field(default_factory=dict)
    offsets: dict[str, int] = field(default_factory=dict)
    touched: dict[UUID, datetime] = field(default_factory=dict)
    away: bool = False
    ships: bool = True
    queue: asyncio.Queue[Change] = field(default_factory=asyncio.Queue)

    def _here(self) -> None:
        if self.away:
            raise Unavailable

    async def routes(self) -> list[Route]:
        self._here()
        return list(self.table.values())

    async def route(self, api_id: UUID) -> Route | None:
        self._here()
        return self.table.get(api_id)

    async def grants(self) -> list[KeyGrant]:
        self._here()
        return list(self.keys)

    async def grants_of(self, api_id: UUID) -> list[KeyGrant]:
        self._here()
        return [grant for grant in self.keys if grant.api_id == api_id]

    async def month_calls(self, month: date, segments: list[str]) -> MonthCalls:
        self._here()
        calls = Counter(f"api:{usage.api_id}" for usage in self.usages.values())
        names = await self.subscribers({usage.key_id for usage in self.usages.values()})
        calls.update(names[one.key_id] for one in self.usages.values() if one.key_id in names)
        return MonthCalls(dict(calls), dict(self.offsets))

    async def subscribers(self, keys: Collection[UUID]) -> dict[UUID, str]:
        return {
            grant.key_id: grant.allowance.name
            for grant in self.keys
            if grant.allowance is not None and grant.key_id in keys
        }

    async def changes(self) -> AsyncIterator[Change]:
        yield Change("resync")
        while True:
            yield await self.queue.get()

    async def ship(self, segment: str, start: int, stop: int, usages: list[Usage]) -> None:
        self._here()
        if not self.ships:
            raise Unavailable
        if self.offsets.get(segment, 0) != start:
            raise Conflict
        self.offsets[segment] = stop
        for usage in usages:
            self.usages[usage.id] = usage

    async def shipped(self, segment: str) -> int:
        self._here()
        return self.offsets.get(segment, 0)

    async def touch_keys(self, last_used: dict[UUID, datetime]) -> None:
        self.touched.update(last_used)


@dataclass
class Published:
    """An Api that is served, and a key for it."""

    route: Route
    key: str
    grant: KeyGrant

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.key}"}


class World:
    """A gateway with everything around it."""

    def __init__(self, backend: Backend | None = None) -> None:
        """`backend` stands in for the `workers`."""
        self.folder = short_dir()
        self.usage_dir = self.folder / "usage"
        self.workers = Workers(self.folder)
        self.backend: Any = backend or self.workers
        self.store = MemoryStore()
        self.trusted_proxies = ""
        self.patience = Patience()
        self.tls: Tls | None = None
        self.access_log: Path | None = None
        self.segment_records = CAPACITY
        self.socket_idle_seconds = 600.0
        self.socket_ping_seconds = 30.0
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> World:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
        self.workers.stop()
        shutil.rmtree(self.folder)

    async def start(self) -> None:
        listen, metrics = (socket.create_server(("127.0.0.1", 0)) for _ in range(2))
        self.port: int = listen.getsockname()[1]
        self.metrics_port: int = metrics.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.gateway = Gateway(
            Ports(
                store=self.store,
                backend=self.backend,
                limiter=MemoryLimiter(),
                usage_dir=self.usage_dir,
                trusted_proxies=self.trusted_proxies,
                drain_seconds=5,
                dashboard_origins=frozenset({b"http://platform.test"}),
                patience=self.patience,
                tls=self.tls,
                segment_records=self.segment_records,
                socket_idle_seconds=self.socket_idle_seconds,
                socket_ping_seconds=self.socket_ping_seconds,
                access_log=self.access_log,
            )
        )
        self._task = asyncio.create_task(self.gateway.serve(listen, metrics))

    async def stop(self) -> None:
        if self._task is not None:
            self.gateway.stop()
            await self._task
            self._task = None

    def publish(self, source: str, *, slug: str = "demo", limits: Limits = LIMITS) -> Published:
        """Before `start`, or followed by `changed`."""
        deployment_id = uuid4()
        self.workers.sources[deployment_id] = source
        route = Route(
            api_id=uuid4(),
            slug=slug,
            status=ApiStatus.ACTIVE,
            deployment_id=deployment_id,
            revision=1,
            limits=limits,
        )
        self.store.table[route.api_id] = route
        return self.add_key(route)

    def add_key(
        self,
        route: Route,
        *,
        rate: float | None = None,
        burst: int | None = None,
        expires_at: datetime | None = None,
        scopes: tuple[KeyScope, ...] = (KeyScope.CALL,),
        allowance: Allowance | None = None,
    ) -> Published:
        key = new_key()
        grant = KeyGrant(
            key_id=uuid4(),
            api_id=route.api_id,
            key_hash=key.hash,
            requests_per_second=rate,
            burst=burst,
            expires_at=expires_at,
            scopes=scopes,
            allowance=allowance,
        )
        self.store.keys.append(grant)
        return Published(route, key.clear, grant)

    def change(self, route: Route, **changes: object) -> Route:
        """Write a Route and notify."""
        after = replace(route, **changes)  # pyright: ignore[reportArgumentType]
        self.store.table[route.api_id] = after
        self.store.queue.put_nowait(Change("route", route.api_id))
        return after

    async def raw(self, request: bytes) -> bytes:
        """Send bytes on a fresh connection and read to its end."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(request)
            await writer.drain()
            return await reader.read()
        finally:
            writer.close()


def rss_mb(pid: int | None = None) -> float:
    text = Path(f"/proc/{pid or os.getpid()}/status").read_text()
    (line,) = [line for line in text.splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024
