"""Row level security: who sees and changes what, table by table and verb by verb."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import pytest

from apibuilder.store.base import GenerationEnd, IdempotencyKey, NewApi, NewRevision
from apibuilder.store.keys import new_key
from apibuilder.store.postgres import Database
from tests.integration.store.conftest import SOURCE, Stores
from tests.integration.store.test_gateway import a_call

OWNED = (
    "profiles", "apis", "revisions", "deployments", "api_keys", "usage_events", "generations",
    "audit_log",
)  # fmt: skip
CLOSED = ("usage_segments", "idempotency_keys")
SHARED = ("plans",)
MARKETPLACE = (
    "public_profiles", "listings", "listing_plans", "subscriptions", "reviews", "secrets",
    "usage_minutes", "usage_days", "api_logs",
)  # fmt: skip
WRITABLE = {"profiles": "handle = 'changed'", "apis": "name = 'changed', description = 'changed'"}
REFUSED_COLUMNS = {
    "profiles": ("plan_id = 'business'", "id = gen_random_uuid()"),
    "apis": (
        "status = 'active'",
        "slug = 'x1'",
        "endpoint_url = 'x'",
        "limits = '{}'",
        "user_id = gen_random_uuid()",
        "target = 'paused'",
        "deleted_at = null",
        "code_snapshot = ''",
        "current_deployment_id = null",
    ),
}


@dataclass
class Seeded:
    connection: asyncpg.Connection
    owner: UUID
    other: UUID


@pytest.fixture
async def seeded(dsn: str) -> AsyncIterator[Seeded]:
    async with Database(dsn) as database:
        stores = Stores(database)
        owner, other = await stores.account(), await stores.account()
        for user_id in (owner, other):
            await _fill(stores, user_id)
    connection = await asyncpg.connect(dsn)
    try:
        yield Seeded(connection, owner, other)
    finally:
        await connection.close()


async def _fill(stores: Stores, user_id: UUID) -> None:
    """A row of every table."""
    request = IdempotencyKey(key="a", request_hash=b"x" * 32)
    api = NewApi(name="A", slugs=[f"a-{user_id.hex[:12]}"], description="", key=new_key())
    made = await stores.apis.create(user_id, api, NewRevision(source=SOURCE), request)
    await stores.serve(made)
    generation = await stores.generations.start(user_id, "do it", str(made.api_id))
    end = GenerationEnd(status="succeeded", deployment_id=made.deployment_id)
    await stores.generations.finish(generation, end)
    await stores.gateway.ship(f"s-{user_id}", 0, 1, [a_call(api_id=made.api_id)])


@asynccontextmanager
async def acting(
    seeded: Seeded, role: str, user_id: UUID | None = None
) -> AsyncIterator[asyncpg.Connection]:
    """As PostgREST does it; all is undone afterwards."""
    transaction = seeded.connection.transaction()
    await transaction.start()
    try:
        claims = {"role": role, **({"sub": str(user_id)} if user_id else {})}
        await seeded.connection.execute(
            "select set_config('request.jwt.claims', $1, true)", json.dumps(claims)
        )
        await seeded.connection.execute(f"set local role {role}")
        yield seeded.connection
    finally:
        await transaction.rollback()


async def test_rls_is_on_and_forced_on_every_table(seeded: Seeded) -> None:
    rows = await seeded.connection.fetch(
        "select n.nspname, c.relname, c.relrowsecurity and c.relforcerowsecurity as walled"
        " from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where c.relkind in ('r', 'p') and n.nspname in ('public', 'internal')"
    )
    assert [row["relname"] for row in rows if not row["walled"]] == []
    public = {row["relname"] for row in rows if row["nspname"] == "public"}
    assert public == {*OWNED, *CLOSED, *SHARED, *MARKETPLACE}


@pytest.mark.parametrize("table", OWNED)
async def test_the_owner_reads_own_rows_and_no_others(seeded: Seeded, table: str) -> None:
    async with acting(seeded, "authenticated", seeded.owner) as connection:
        mine = {row["id"] for row in await connection.fetch(f"select id from {table}")}
    async with acting(seeded, "authenticated", seeded.other) as connection:
        theirs = {row["id"] for row in await connection.fetch(f"select id from {table}")}
    assert mine
    assert theirs
    assert mine.isdisjoint(theirs)


@pytest.mark.parametrize("table", OWNED)
async def test_it_is_the_policy_that_hides_them(seeded: Seeded, table: str) -> None:
    """The negative control: with the wall down, the other's rows are there to be seen."""
    async with acting(seeded, "authenticated", seeded.owner) as connection:
        before = await connection.fetchval(f"select count(id) from {table}")
        await connection.execute("reset role")
        for name in ("apis", table):  # rows of an Api's are seen through the Api
            await connection.execute(f"alter table {name} disable row level security")
        await connection.execute("set local role authenticated")
        assert await connection.fetchval(f"select count(id) from {table}") > before


@pytest.mark.parametrize("table", [*OWNED, *CLOSED, *SHARED])
async def test_anonymous_reads_nothing(seeded: Seeded, table: str) -> None:
    async with acting(seeded, "anon") as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch(f"select 1 from {table}")


@pytest.mark.parametrize("table", CLOSED)
async def test_closed_tables_are_closed(seeded: Seeded, table: str) -> None:
    async with acting(seeded, "authenticated", seeded.owner) as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch(f"select 1 from {table}")


async def test_plans_are_for_everybody_who_is_signed_in(seeded: Seeded) -> None:
    async with acting(seeded, "authenticated", seeded.owner) as connection:
        assert await connection.fetchval("select count(*) from plans") == 3


async def test_a_signed_in_person_without_an_account_reads_nothing(seeded: Seeded) -> None:
    async with acting(seeded, "authenticated") as connection:
        for table in OWNED:
            assert await connection.fetchval(f"select count(id) from {table}") == 0


async def test_the_hash_of_a_key_is_never_read(seeded: Seeded) -> None:
    for column in ("key_hash", "*"):
        async with acting(seeded, "authenticated", seeded.owner) as connection:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch(f"select {column} from api_keys")


@pytest.mark.parametrize("table", WRITABLE)
async def test_the_owner_changes_what_is_theirs_to_change(seeded: Seeded, table: str) -> None:
    async with acting(seeded, "authenticated", seeded.owner) as connection:
        # Without a WHERE: the policy alone keeps it to the owner's row.
        assert await connection.execute(f"update {table} set {WRITABLE[table]}") == "UPDATE 1"


@pytest.mark.parametrize(
    ("table", "change"),
    [(table, change) for table, changes in REFUSED_COLUMNS.items() for change in changes],
)
async def test_what_is_not_theirs_to_change(seeded: Seeded, table: str, change: str) -> None:
    async with acting(seeded, "authenticated", seeded.owner) as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(f"update {table} set {change}")


@pytest.mark.parametrize("role", ["anon", "authenticated"])
@pytest.mark.parametrize("table", [*OWNED, *CLOSED, *SHARED])
async def test_nobody_adds_or_removes_rows_directly(seeded: Seeded, table: str, role: str) -> None:
    for statement in (f"insert into {table} default values", f"delete from {table}"):
        async with acting(seeded, role, seeded.owner) as connection:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)


@pytest.mark.parametrize("table", [*OWNED, *CLOSED, *SHARED])
async def test_the_service_reads_everything(seeded: Seeded, table: str) -> None:
    async with acting(seeded, "service_role") as connection:
        assert await connection.fetchval(f"select count(*) from {table}") >= 2


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
async def test_the_internal_schema_is_out_of_reach(seeded: Seeded, role: str) -> None:
    for statement in (
        "select internal.ensure_usage_partition(current_date)",
        "select * from internal.api_details",
        "select * from internal.usage_events_default",
    ):
        async with acting(seeded, role, seeded.owner) as connection:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)


async def test_a_deleted_api_is_gone_for_its_owner_too(seeded: Seeded) -> None:
    await seeded.connection.execute(
        "update apis set deleted_at = now() where user_id = $1", seeded.owner
    )
    async with acting(seeded, "authenticated", seeded.owner) as connection:
        for table in ("apis", "revisions", "deployments", "api_keys"):
            assert await connection.fetchval(f"select count(id) from {table}") == 0
