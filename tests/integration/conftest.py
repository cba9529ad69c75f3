"""A real Postgres for the whole run, and a migrated database of its own for every test module."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg
import psutil
import pytest

from apibuilder.local.postgres import BundledPostgres, binaries

ROOT = Path(__file__).parents[2]
BOOTSTRAP = ROOT / "src/apibuilder/local/bootstrap.sql"
MIGRATIONS = ROOT / "supabase/migrations"


@dataclass
class Server:
    """A Postgres on a socket in a folder of its own."""

    root: Path
    process: subprocess.Popen[bytes] | None = None

    def dsn(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@/{database}?host={self.root}"

    def start(self) -> None:
        self.process = subprocess.Popen(
            [*self._bundled().command(), "-c", "fsync=off"], stderr=subprocess.DEVNULL
        )
        ready = [binaries() / "pg_isready", "-q", "-h", self.root]
        while subprocess.run(ready, check=False).returncode:
            assert self.process.poll() is None, "postgres ended"

    def initialise(self) -> None:
        self._bundled().initialise()

    def _bundled(self) -> BundledPostgres:
        return BundledPostgres(self.root / "data", self.root)

    def kill(self) -> None:
        """As if the machine had taken it: no shutdown, no goodbye to its connections."""
        assert self.process is not None
        # Its backends too: by themselves they notice only when they next wait for something.
        family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.kill()
        for one in family:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        self.process.wait()
        psutil.wait_procs(family, timeout=30)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(BundledPostgres.STOP_SIGNAL)
            self.process.wait(30)


@contextmanager
def running_server() -> Iterator[Server]:
    """One that a test may kill."""
    root = Path(tempfile.mkdtemp(prefix="ab-", dir="/tmp"))
    it = Server(root)
    it.initialise()
    try:
        it.start()
        yield it
    finally:
        it.stop()
        shutil.rmtree(root)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with running_server() as it:
        yield it


async def migrate(dsn: str) -> None:
    """What the bundled database is given at a first start."""
    connection = await asyncpg.connect(dsn)
    try:
        for file in (BOOTSTRAP, *sorted(MIGRATIONS.glob("*.sql"))):
            async with connection.transaction():
                await connection.execute(file.read_text())
    finally:
        await connection.close()


async def _create(server: Server, name: str, template: str) -> None:
    connection = await asyncpg.connect(server.dsn())
    await connection.execute(f"create database {name} template {template}")
    await connection.close()


async def _drop(server: Server, name: str) -> None:
    connection = await asyncpg.connect(server.dsn())
    await connection.execute(f"drop database {name} with (force)")
    await connection.close()


@asynccontextmanager
async def fresh_database(server: Server, template: str = "template0") -> AsyncIterator[str]:
    """An empty one, or a copy, for as long as the block runs: its DSN."""
    name = f"test_{uuid4().hex[:12]}"
    await _create(server, name, template)
    try:
        yield server.dsn(name)
    finally:
        await _drop(server, name)


@pytest.fixture(scope="session")
def template(server: Server) -> str:
    asyncio.run(_create(server, "migrated", "template0"))
    asyncio.run(migrate(server.dsn("migrated")))
    return "migrated"


@pytest.fixture(scope="module")
def dsn(server: Server, template: str) -> Iterator[str]:
    """A fresh, migrated database."""
    name = f"test_{uuid4().hex[:12]}"
    asyncio.run(_create(server, name, template))
    yield server.dsn(name)
    asyncio.run(_drop(server, name))
