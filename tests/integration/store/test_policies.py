"""What holds for every table at once; who sees and changes which row is in the matrix."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.integration.store.matrix import MATRIX
from tests.integration.store.world import World, make_world

TABLES = sorted({subject.table for subject in MATRIX})
PUBLIC = {"categories", "test_replays", "listings", "listing_plans", "reviews", "public_profiles"}


@pytest.fixture(scope="module")
def world(dsn: str) -> World:
    return asyncio.run(make_world(dsn))


@pytest.fixture
async def connection(dsn: str, world: World) -> AsyncIterator[asyncpg.Connection]:
    """In a transaction that is undone, so that a test may become anybody."""
    it = await asyncpg.connect(dsn)
    transaction = it.transaction()
    await transaction.start()
    yield it
    await transaction.rollback()
    await it.close()


async def become(connection: asyncpg.Connection, role: str, user_id: str | None = None) -> None:
    """As PostgREST does it."""
    claims = {"role": role, **({"sub": user_id} if user_id else {})}
    await connection.execute(
        "select set_config('request.jwt.claims', $1, true)", json.dumps(claims)
    )
    await connection.execute(f"set local role {role}")


async def test_rls_is_on_and_forced_on_every_table(connection: asyncpg.Connection) -> None:
    rows = await connection.fetch(
        "select n.nspname, c.relname, c.relrowsecurity and c.relforcerowsecurity as walled"
        " from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where c.relkind in ('r', 'p') and n.nspname in ('public', 'internal')"
    )
    assert [row["relname"] for row in rows if not row["walled"]] == []
    assert {row["relname"] for row in rows if row["nspname"] == "public"} == set(TABLES)


async def test_views_are_held_to_the_rights_of_who_asks(connection: asyncpg.Connection) -> None:
    rows = await connection.fetch(
        "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where c.relkind in ('v', 'm') and n.nspname in ('public', 'internal')"
        " and not coalesce(c.reloptions, '{}') @> '{security_invoker=true}'"
    )
    assert rows == []


@pytest.mark.parametrize("table", TABLES)
async def test_a_token_without_an_account_sees_what_is_public(
    connection: asyncpg.Connection, table: str
) -> None:
    await become(connection, "authenticated")
    if table in PUBLIC | {"plans"}:
        assert await connection.fetchval(f"select count(*) from {table}") > 0
        return
    try:
        async with connection.transaction():
            assert await connection.fetchval(f"select count(*) from {table}") == 0
    except asyncpg.InsufficientPrivilegeError:
        assert table in {"api_keys", "secrets", "usage_segments", "idempotency_keys"}


@pytest.mark.parametrize("table", TABLES)
async def test_the_service_reads_everything(connection: asyncpg.Connection, table: str) -> None:
    await become(connection, "service_role")
    assert await connection.fetchval(f"select count(*) from {table}") >= 1


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
@pytest.mark.parametrize(
    "statement",
    [
        "select internal.ensure_usage_partition(current_date)",
        "select internal.install_auth_hooks()",
        "select internal.add_profile(gen_random_uuid(), 'x')",
        "select * from internal.api_details",
        "select * from internal.usage_events_default",
        "select * from internal.usage_marks",
    ],
)
async def test_the_internal_schema_is_out_of_reach(
    connection: asyncpg.Connection, world: World, role: str, statement: str
) -> None:
    await become(connection, role, world["maker"])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(statement)


@pytest.mark.parametrize("table", ["revisions", "deployments", "api_keys", "secrets", "api_logs"])
async def test_what_belongs_to_a_deleted_api_is_gone_with_it(
    connection: asyncpg.Connection, world: World, table: str
) -> None:
    count = f"select count(id) from {table} where api_id = '{world['api']}'"
    await become(connection, "authenticated", world["maker"])
    before = await connection.fetchval(count)
    await connection.execute("reset role")
    await connection.execute(f"update apis set deleted_at = now() where id = '{world['api']}'")
    await become(connection, "authenticated", world["maker"])
    assert (before > 0, await connection.fetchval(count)) == (True, 0)
