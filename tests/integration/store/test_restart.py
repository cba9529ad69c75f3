"""A database that dies and comes back: what is answered meanwhile, and that all goes on after."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from apibuilder.errors import Unavailable
from apibuilder.store.base import Change
from apibuilder.store.postgres import Database, PostgresGatewayStore
from tests.integration.conftest import Server, migrate, running_server


@pytest.fixture(scope="module")
def mortal() -> Iterator[Server]:
    with running_server() as server:
        asyncio.run(migrate(server.dsn()))
        yield server


async def until_away(database: Database) -> None:
    """A backend answers until it notices that its postmaster is gone."""
    with pytest.raises(Unavailable):
        async with asyncio.timeout(30):
            while True:
                await database.fetchval("select 1")
                await asyncio.sleep(0.01)


async def test_the_pool_goes_on_after_a_kill(mortal: Server) -> None:
    async with Database(mortal.dsn(), patience_seconds=0) as database:
        assert await database.fetchval("select 1") == 1
        mortal.kill()
        await until_away(database)
        with pytest.raises(Unavailable):
            await database.version()
        mortal.start()
        assert await database.fetchval("select 1") == 1


async def test_a_query_waits_for_a_database_that_is_starting(mortal: Server) -> None:
    async with Database(mortal.dsn(), patience_seconds=30) as database:
        mortal.kill()
        waiting = asyncio.create_task(database.fetchval("select 1"))
        await asyncio.to_thread(mortal.start)
        assert await waiting == 1


async def test_a_transaction_that_was_cut_off_is_unavailable_and_undone(mortal: Server) -> None:
    async with Database(mortal.dsn(), patience_seconds=30) as database:
        await database.execute("create table if not exists torn (n int)")
        with pytest.raises(Unavailable):
            async with database.transaction() as tx:
                await tx.execute("insert into torn values (1)")
                mortal.kill()
                while True:  # its backend may answer until it notices
                    await tx.execute("insert into torn values (2)")
                    await asyncio.sleep(0.01)
        mortal.start()
        assert await database.fetchval("select count(*) from torn") == 0


async def test_changes_go_on_and_say_resync(mortal: Server) -> None:
    async with asyncio.timeout(60), Database(mortal.dsn()) as database:
        changes = PostgresGatewayStore(database).changes()
        assert await anext(changes) == Change("resync")
        mortal.kill()
        following = asyncio.ensure_future(anext(changes))
        await asyncio.to_thread(mortal.start)
        assert await following == Change("resync")
        await changes.aclose()
