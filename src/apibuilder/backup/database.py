"""The database of a backup: Postgres' own dump and restore, on a server that may have to be run."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from apibuilder.errors import Unavailable
from apibuilder.local import migrate
from apibuilder.local.postgres import BundledPostgres, binaries

_START_SECONDS = 60.0
_STOP_SECONDS = 60.0
# Of a database that is not the bundled one, only what is ours: the rest is its host's.
_OURS = ("public", "internal", "supabase_migrations")


@contextmanager
def running(data: Path) -> Generator[str]:
    """Run the cluster in `data` on a socket nobody else knows: its DSN. Makes it if need be."""
    sockets = Path(tempfile.mkdtemp(prefix="apibuilder-"))  # short: a socket's path must be
    postgres = BundledPostgres(data, sockets)
    try:
        postgres.initialise()
        server = subprocess.Popen(postgres.command(), stderr=subprocess.DEVNULL)  # noqa: S603
        try:
            _wait(server, sockets)
            yield dsn(sockets)
        finally:
            server.send_signal(BundledPostgres.STOP_SIGNAL)
            server.wait(_STOP_SECONDS)
    finally:
        shutil.rmtree(sockets, ignore_errors=True)


def dsn(sockets: Path, database: str = "postgres") -> str:
    """Of the bundled server."""
    return f"postgresql://postgres@/{database}?host={quote(str(sockets))}"


def dump(source: str, target: Path, *, bundled: bool) -> None:
    """Write a consistent dump; writers go on meanwhile. Raises Unavailable with its words."""
    only = [] if bundled else [f"--schema={name}" for name in _OURS]
    _run("pg_dump", "--format=custom", "--compress=0", *only, f"--file={target}", source)


async def restore(server: str, source: Path) -> None:
    """Fill a new cluster: its roles first, then a database that has nothing, then the dump."""
    await migrate.bootstrap(server)
    by_way_of = f"--maintenance-db={server.replace('/postgres?', '/template1?')}"
    _run("dropdb", "--force", by_way_of, "postgres")
    _run("createdb", "--template=template0", by_way_of, "postgres")
    # What template0 has is not in the dump, so nothing is there that could be in its way.
    _run("pg_restore", "--exit-on-error", f"--dbname={server}", str(source))


def _wait(server: subprocess.Popen[bytes], sockets: Path) -> None:
    ready = [str(binaries() / "pg_isready"), "-q", "-h", str(sockets)]
    deadline = time.monotonic() + _START_SECONDS
    while subprocess.run(ready, check=False).returncode:  # noqa: S603 - our own program
        if server.poll() is not None or time.monotonic() > deadline:
            raise Unavailable("The database of this data folder does not start.")
        time.sleep(0.05)


def _run(program: str, *words: str) -> None:
    done = subprocess.run(  # noqa: S603 - our own program
        [str(binaries() / program), *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PGOPTIONS": "-c statement_timeout=0"},
    )
    if done.returncode != 0:
        raise Unavailable(f"{program} failed: {done.stderr.strip()}")
