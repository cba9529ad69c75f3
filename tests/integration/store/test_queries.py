"""Every named query is valid against the migrated schema."""

from __future__ import annotations

import asyncpg
import pytest

from apibuilder.store.postgres.queries import QUERIES


@pytest.mark.parametrize("name", sorted(QUERIES))
async def test_prepares(dsn: str, name: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(QUERIES["gateway.batch"])
        await connection.prepare(QUERIES[name])
    finally:
        await connection.close()


def test_there_are_queries_of_every_noun() -> None:
    nouns = {name.split(".")[0] for name in QUERIES}
    assert {"accounts", "apis", "deployer", "deployments", "gateway", "keys", "usage"} <= nouns
