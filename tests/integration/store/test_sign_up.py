"""Profiles come and go with sign-ups, wherever auth.users comes from."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.integration.store.conftest import Stores

# As much of it as hosted Supabase and the local stand-in have in common.
AUTH_USERS = """
create table if not exists auth.users (
  id uuid primary key default gen_random_uuid(), email text, raw_user_meta_data jsonb)
"""
INSTALL = "select internal.install_auth_hooks()"


@pytest.fixture
async def database(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn)
    await connection.execute(AUTH_USERS)
    await connection.execute(INSTALL)
    yield connection
    await connection.close()


async def sign_up(database: asyncpg.Connection, data: str | None = None) -> UUID:
    return await database.fetchval(
        "insert into auth.users (raw_user_meta_data) values ($1::jsonb) returning id", data
    )


async def profile(database: asyncpg.Connection, user_id: UUID) -> Any:
    return await database.fetchrow("select * from profiles where id = $1", user_id)


async def test_a_sign_up_makes_a_profile_on_the_free_plan(database: asyncpg.Connection) -> None:
    handle = f"ada-{uuid4().hex[:8]}"
    user_id = await sign_up(database, f'{{"handle": "{handle.upper()}", "plan_id": "business"}}')
    found = await profile(database, user_id)
    assert (found["handle"], found["plan_id"]) == (handle, "free")
    public = await database.fetchval("select handle from public_profiles where id = $1", user_id)
    assert public == handle


@pytest.mark.parametrize("data", [None, "{}", '{"handle": "no spaces"}', '{"handle": 7}', "[]"])
async def test_no_handle_or_a_bad_one_is_no_obstacle(
    database: asyncpg.Connection, data: str | None
) -> None:
    found = await profile(database, await sign_up(database, data))
    assert found["handle"].startswith("user-")


async def test_a_handle_that_is_taken_is_no_obstacle(database: asyncpg.Connection) -> None:
    wanted = f'{{"handle": "h-{uuid4().hex[:8]}"}}'
    first, second = [await profile(database, await sign_up(database, wanted)) for _ in range(2)]
    assert second["handle"].startswith("user-")
    assert first["handle"] != second["handle"]


async def test_installing_again_changes_nothing_and_finds_who_came_before(
    database: asyncpg.Connection,
) -> None:
    await database.execute("drop trigger apibuilder_sign_up on auth.users")
    early = await sign_up(database)
    assert await profile(database, early) is None
    for _ in range(2):
        await database.execute(INSTALL)
    assert (await profile(database, early))["plan_id"] == "free"
    assert await profile(database, await sign_up(database)) is not None


async def test_without_auth_users_there_is_nothing_to_install(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    async with connection.transaction():
        await connection.execute("drop table if exists auth.users cascade")
        await connection.execute(INSTALL)
    await connection.execute(AUTH_USERS)
    await connection.execute(INSTALL)
    await connection.close()


async def test_who_leaves_takes_their_apis_along(
    database: asyncpg.Connection, stores: Stores
) -> None:
    user_id = await sign_up(database, f'{{"handle": "gone-{uuid4().hex[:8]}"}}')
    made = await stores.new_api(user_id)
    await stores.serve(made)
    await database.execute("delete from auth.users where id = $1", user_id)
    found = await profile(database, user_id)
    assert found["deleted_at"] is not None
    assert found["handle"].startswith("deleted-")
    assert await stores.gateway.route(made.api_id) is None
    assert await stores.gateway.grants_of(made.api_id) == []
    (wanted,) = [one for one in await stores.deployer.wanted(0) if one.api_id == made.api_id]
    assert wanted.deleted
