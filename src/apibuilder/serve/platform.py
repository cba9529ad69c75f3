"""The processes of one machine, in the order that they need each other."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from socket import socket

import aiohttp

from apibuilder.control.authentication import OPERATOR_HANDLE, OPERATOR_ID
from apibuilder.errors import Unavailable
from apibuilder.local import credentials, migrate, operator
from apibuilder.local.postgres import BundledPostgres
from apibuilder.local.supabase import SOCKET, LocalSupabase
from apibuilder.serve import runfile
from apibuilder.serve.child import Child, Program
from apibuilder.serve.screen import Screen
from apibuilder.serve.sockets import listen, origin_of, port_of
from apibuilder.settings import Settings

_READY_SECONDS = 60.0
_LOOK_SECONDS = 0.02
_POSTGRES_STOP_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Doors:
    """The listening sockets, which outlive every child."""

    platform: socket
    gateway: socket
    metrics: socket

    @classmethod
    def open(cls, settings: Settings) -> Doors:
        """Raises Conflict when a port is taken."""
        host = settings.host
        return cls(
            listen(host, settings.platform_port, "APIBUILDER_PLATFORM_PORT"),
            listen(host, settings.gateway_port, "APIBUILDER_GATEWAY_PORT"),
            listen("127.0.0.1", settings.metrics_port, "APIBUILDER_METRICS_PORT"),
        )

    def close(self) -> None:
        """New connections are refused from here on."""
        for door in (self.platform, self.gateway, self.metrics):
            door.close()


class Platform:
    """Starts, keeps and stops everything on one data folder."""

    def __init__(self, settings: Settings, doors: Doors, screen: Screen) -> None:
        self._settings = settings
        self._doors = doors
        self._screen = screen
        self._children: list[Child] = []
        self.platform_url = origin_of(doors.platform, settings.host)
        self._gateway_here = origin_of(
            doors.gateway, settings.host, tls=settings.tls_certificate is not None
        )
        self.gateway_url = settings.gateway_url or self._gateway_here
        self.metrics_url = origin_of(doors.metrics, "127.0.0.1")
        self.first_start = False
        self.new_operator: operator.NewOperator | None = None
        self._local: LocalSupabase | None = None

    async def start(self) -> None:
        """Everything up and ready. Raises Unavailable when a part does not get there."""
        self._settings.run_dir.mkdir(parents=True, exist_ok=True, mode=0o711)
        self._settings.usage_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        runtime = await self._run(self._program("runtime"))
        with self._screen.step("Postgres"):
            await self._start_database()
        with self._screen.step("schema"):
            await self._migrate()
        if self._is_local:
            await self._start_supabase()
        await self._run(self._program("control", listen_fd=self._doors.platform.fileno()))
        for number in range(1, self._settings.gateway_processes + 1):
            await self._run(self._gateway(number))
        async with aiohttp.ClientSession() as web:
            with self._screen.step("sandbox and runtime"):
                await self._until(lambda: self._runtime_ready(runtime), "the runtime")
            if self._is_local:
                with self._screen.step("Auth, REST and functions"):
                    await self._until(self._supabase_ready, "local Supabase")
                self.new_operator = await operator.ensure(
                    self._settings.database_dsn, OPERATOR_ID, OPERATOR_HANDLE
                )
            with self._screen.step("control API"):
                await self._until(lambda: _ready(web, self.platform_url), "the control API")
            with self._screen.step("gateway"):
                await self._until(lambda: _ready(web, self._gateway_here), "the gateway")

    async def stop(self) -> None:
        """End all children, those that need others first, and remove what they left."""
        self._doors.close()
        by_name = {child.program.name: child for child in self._children}
        database = by_name.pop("postgres", None)
        runtime = by_name.pop("runtime", None)
        await asyncio.gather(*(child.stop() for child in by_name.values()))
        for child in (runtime, database):
            if child is not None:
                await child.stop()
        self._run_file.unlink(missing_ok=True)
        with suppress(OSError):  # not empty: something else is kept there
            self._settings.run_dir.rmdir()

    @property
    def _run_file(self) -> Path:
        return self._settings.run_dir / "serve.json"

    async def _start_database(self) -> None:
        if self._settings.database_url is None:
            postgres = BundledPostgres(
                self._settings.state_dir / "postgres", self._settings.run_dir
            )
            self.first_start = not postgres.initialised
            await asyncio.to_thread(postgres.initialise)
            program = Program(
                name="postgres",
                argv=postgres.command(),
                stop_signal=BundledPostgres.STOP_SIGNAL,
                stop_seconds=_POSTGRES_STOP_SECONDS,
            )
            await self._run(program)
        await self._until(lambda: migrate.answers(self._settings.database_dsn), "the database")

    @property
    def _is_local(self) -> bool:
        """Whether Auth, REST and functions are this machine's, over the bundled Postgres."""
        return self._settings.database_url is None and self._settings.supabase_url is None

    async def _start_supabase(self) -> None:
        self._local = LocalSupabase(
            credentials=credentials.load(self._settings.state_dir),
            sockets=self._settings.run_dir,
            cache=self._settings.state_dir / "deno",
            platform_url=self._settings.platform_url or self.platform_url,
            gateway_url=self.gateway_url,
        )
        await self._run(
            Program(name="supabase", argv=self._local.command(), env=self._local.environment())
        )

    async def _supabase_ready(self) -> bool:
        return await _ready_at(self._settings.run_dir / SOCKET)

    async def _migrate(self) -> None:
        dsn = self._settings.database_dsn
        if self._settings.database_url is None:
            if await migrate.pending(dsn):
                await migrate.bootstrap(dsn)
                await migrate.migrate(dsn)
        elif behind := await migrate.pending(dsn):
            raise Unavailable(
                f"The database in DATABASE_URL lacks {len(behind)} migrations, "
                f"from {behind[0]} on. "
                'Apply them first: npx supabase db push --remote="$DATABASE_URL"'
            )

    def _program(self, verb: str, *, name: str | None = None, **fds: int) -> Program:
        flags = [
            word for key, fd in fds.items() for word in (f"--{key.replace('_', '-')}", str(fd))
        ]
        return Program(
            name=name or verb,
            argv=[sys.executable, "-m", "apibuilder", verb, *flags],
            env={
                "APIBUILDER_GATEWAY_URL": self.gateway_url,
                "APIBUILDER_GATEWAY_PORT": str(port_of(self._doors.gateway)),
                "APIBUILDER_PLATFORM_PORT": str(port_of(self._doors.platform)),
                "PYTHONUNBUFFERED": "1",
                **(self._local.settings(verb) if self._local else {}),
            },
            fds=tuple(fds.values()),
            # A stop is for good: nobody waits as long as a swap lets its requests finish.
            stop_seconds=15.0,
        )

    def _gateway(self, number: int) -> Program:
        doors = {"listen_fd": self._doors.gateway.fileno()}
        if number == 1:  # the others' counts are their own: metrics are per process
            doors["metrics_fd"] = self._doors.metrics.fileno()
        return self._program("gateway", name=f"gateway-{number}", **doors)

    async def _run(self, program: Program) -> Child:
        child = Child(
            program,
            on_line=self._screen.line,
            on_end=self._screen.ended,
            on_change=self._write_run_file,
        )
        self._children.append(child)
        await child.start()
        return child

    def _write_run_file(self) -> None:
        pids = {child.program.name: child.pid for child in self._children if child.pid}
        runfile.write(
            self._run_file,
            {
                "pid": os.getpid(),
                "platform_url": self.platform_url,
                "gateway_url": self.gateway_url,
                "metrics_url": self.metrics_url,
                "children": pids,
                "started": {name: runfile.started_at(pid) for name, pid in pids.items()},
            },
        )

    async def _until(self, ready: Callable[[], Awaitable[bool]], what: str) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while not await ready():
            if time.monotonic() > deadline:
                raise Unavailable(f"{what[0].upper()}{what[1:]} did not get ready; see above.")
            await asyncio.sleep(_LOOK_SECONDS)

    async def _runtime_ready(self, runtime: Child) -> bool:
        if runtime.pid is None or not self._settings.runtime_socket.exists():
            return False
        return await _ready_at(self._settings.runtime_socket)


async def _ready_at(path: Path) -> bool:
    async with aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(path))) as web:
        return await _ready(web, "http://local")


async def _ready(web: aiohttp.ClientSession, origin: str) -> bool:
    try:
        # ssl=False: a certificate names the platform's domain, and this asks an address.
        timeout = aiohttp.ClientTimeout(total=5)
        async with web.get(f"{origin}/readyz", timeout=timeout, ssl=False) as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False
