"""The demo seed fits the schema, and its Apis are Apis."""

from __future__ import annotations

import ast

import asyncpg

from tests.integration.conftest import ROOT

SEED = ROOT / "supabase/seed.sql"


async def test_the_seed_applies_and_may_be_repeated(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    for _ in range(2):
        await connection.execute(SEED.read_text())
    assert await connection.fetchval("select count(*) from usage_events") == 2880
    listing = await connection.fetchrow("select * from listings")
    assert listing is not None
    assert (listing["status"], listing["rating_count"], listing["subscriber_count"]) == (
        "published", 1, 1,
    )  # fmt: skip
    sources = await connection.fetch("select source from revisions")
    assert len([ast.parse(row["source"]) for row in sources]) == 2
    await connection.execute("set role anon")
    assert await connection.fetchval("select count(*) from listing_plans") == 2
    await connection.close()
