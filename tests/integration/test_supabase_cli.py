"""What the Supabase CLI finds in the schema."""

from __future__ import annotations

import asyncpg

from tests.integration.supabase_cli import TYPES, advisors, types

# A database that nobody has used yet has not used its indexes either.
NO_FINDING = {"unused_index"}


def test_the_types_are_fresh(dsn: str) -> None:
    assert TYPES.read_text() == types(dsn), "run `make types`"


def test_advisors_find_nothing(dsn: str) -> None:
    found = [one for one in advisors(dsn) if one["name"] not in NO_FINDING]
    assert found == []


async def test_advisors_would_find_an_open_table(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("create table public.open_to_all (id int)")
        assert "rls_disabled_in_public" in {one["name"] for one in advisors(dsn)}
    finally:
        await connection.execute("drop table public.open_to_all")
        await connection.close()
