"""Connections to Postgres that outlive its restarts.

A process may start before its database and goes on when that restarts: connections are made when
one is needed, an attempt to connect is repeated for a while (nothing has been sent yet, so that is
safe), and what still fails is Unavailable, never a driver's error.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol, cast

import asyncpg

from apibuilder.errors import Invalid, Unavailable
from apibuilder.store.postgres.queries import query

Row = Mapping[str, Any]

_VERSION = query("system.version")
_PAUSE_SECONDS = 0.1
_COMMAND_SECONDS = 30.0
_CONNECT_SECONDS = 5.0

# What a driver says when the server is gone, going, or coming.
AWAY: tuple[type[Exception], ...] = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.InsufficientResourcesError,  # too many connections, a full disk, no memory
    asyncpg.PostgresSystemError,  # an error of its disk
)


class Connection(Protocol):
    """As much of asyncpg's Connection as the stores use."""

    async def execute(self, query: str, *args: Any) -> str:
        """Run it; answers the command tag, as `UPDATE 1`."""
        ...

    async def fetch(self, query: str, *args: Any) -> list[Row]:
        """All rows."""
        ...

    async def fetchrow(self, query: str, *args: Any) -> Row | None:
        """The first row, if there is one."""
        ...

    async def fetchval(self, query: str, *args: Any) -> Any:
        """The first column of the first row, or None."""
        ...

    async def copy_records_to_table(self, table_name: str, *, records: Sequence[Any]) -> str:
        """COPY."""
        ...


class Database:
    """A pool of connections to one database."""

    def __init__(self, dsn: str, *, connections: int = 8, patience_seconds: float = 5.0) -> None:
        self.dsn = dsn
        self._patience = patience_seconds
        # asyncpg is not annotated for strict checkers; its types end in this module.
        self._pool: Any = cast("Any", asyncpg).create_pool(
            dsn,
            min_size=0,
            max_size=connections,
            init=_decode_json,
            reset=_nothing,
            timeout=_CONNECT_SECONDS,
            command_timeout=_COMMAND_SECONDS,
        )

    async def __aenter__(self) -> Database:
        await self._pool  # no connection yet: min_size is 0
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()

    @asynccontextmanager
    async def connection(self) -> AsyncGenerator[Connection]:
        """One connection, without a transaction. Raises Unavailable."""
        held: Any = await self._acquire()
        try:
            yield held
        except AWAY as error:
            raise _failed(error) from error
        except (asyncpg.CharacterNotInRepertoireError, asyncpg.UntranslatableCharacterError):
            raise Invalid("Text cannot hold the character NUL (U+0000); remove it.") from None
        except asyncpg.InterfaceError as error:
            if _is_dead(held):  # the driver says no more of a connection that died
                raise _unavailable() from error
            raise
        finally:
            await self._release(held)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Connection]:
        """One connection in a transaction (read committed)."""
        async with self.connection() as held, cast("Any", held).transaction():
            yield held

    async def execute(self, query: str, *args: Any) -> str:
        """Run one statement; answers its command tag."""
        async with self.connection() as held:
            return await held.execute(query, *args)

    async def fetch(self, query: str, *args: Any) -> list[Row]:
        """All rows of one statement."""
        async with self.connection() as held:
            return await held.fetch(query, *args)

    async def fetchrow(self, query: str, *args: Any) -> Row | None:
        """The first row of one statement, if there is one."""
        async with self.connection() as held:
            return await held.fetchrow(query, *args)

    async def fetchval(self, query: str, *args: Any) -> Any:
        """The first column of the first row of one statement, or None."""
        async with self.connection() as held:
            return await held.fetchval(query, *args)

    async def version(self) -> str:
        """Postgres' version, which also proves that it answers. Raises Unavailable."""
        return await self.fetchval(_VERSION)

    async def _acquire(self) -> Any:
        clock = asyncio.get_running_loop().time
        deadline = clock() + self._patience
        while True:
            try:
                return await self._pool.acquire(timeout=_CONNECT_SECONDS)
            except AWAY as error:
                if clock() + _PAUSE_SECONDS > deadline:
                    raise _unavailable() from error
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _release(self, held: Any) -> None:
        try:
            await self._pool.release(held, timeout=_CONNECT_SECONDS)
        except AWAY:
            held.terminate()


async def _nothing(_connection: Any) -> None:
    """Instead of asyncpg's reset, a round trip a query: no store changes a session's state."""


async def _decode_json(connection: Any) -> None:
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads
    )


def _is_dead(connection: Any) -> bool:
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:  # the pool has taken it back already
        return True


def _unavailable() -> Unavailable:
    return Unavailable("The database does not answer. It is restarted by itself; try again soon.")


def _failed(error: Exception) -> Unavailable:
    """It answers, and says what it is short of."""
    if isinstance(error, asyncpg.InsufficientResourcesError | asyncpg.PostgresSystemError):
        return Unavailable(f"The database cannot go on: {error}. Free what it is short of.")
    return _unavailable()
