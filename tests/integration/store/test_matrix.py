"""Every cell of the policy matrix on a real Postgres, and what happens when a wall is down."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from tests.integration.store.matrix import (
    ACTORS,
    ALL,
    ALLOWED,
    DENIED,
    MATRIX,
    NO_ROWS,
    VERBS,
    Actor,
    Outcome,
    Subject,
    Verb,
)
from tests.integration.store.matrix_docs import render, written
from tests.integration.store.world import World, make_world

CELLS = [(subject, verb, actor) for subject in MATRIX for verb in VERBS for actor in ACTORS]
TABLES = sorted({subject.table for subject in MATRIX})
POLICIES = """
select polname as name, polrelid::regclass::text as table, polcmd::text as command
from pg_policy
where polrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)
  and not 'service_role'::regrole = any (polroles)
order by 2, 1
"""


@pytest.fixture(scope="module")
def world(dsn: str) -> World:
    return asyncio.run(make_world(dsn))


@pytest.fixture
async def connection(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    it = await asyncpg.connect(dsn)
    yield it
    await it.close()


class Observer:
    """Tries what a cell speaks of; nothing of it stays."""

    def __init__(self, connection: asyncpg.Connection, world: World) -> None:
        self._connection = connection
        self._world = world

    async def observe(self, subject: Subject, verb: Verb, actor: Actor) -> Outcome:
        columns = await self._columns(subject.table)
        async with undone(self._connection):
            await self._become(subject, actor)
            match verb:
                case "select":
                    return await self._select(subject, columns)
                case "update":
                    return await self._update(subject, columns)
                case "delete":
                    return await self._delete(subject)
                case "insert":
                    return await self._insert(subject, columns)

    async def _become(self, subject: Subject, actor: Actor) -> None:
        person = subject.owner if actor == "owner" else actor
        role = "anon" if actor == "anonymous" else "authenticated"
        claims = {"role": role}
        if role == "authenticated":
            claims["sub"] = self._world[person]
        await self._connection.execute(
            "select set_config('request.jwt.claims', $1, true)", json.dumps(claims)
        )
        await self._connection.execute(f"set local role {role}")

    async def _columns(self, table: str) -> list[str]:
        rows = await self._connection.fetch(
            "select attname from pg_attribute where attrelid = $1::text::regclass"
            " and attnum > 0 and not attisdropped",
            table,
        )
        return [row["attname"] for row in rows]

    async def _select(self, subject: Subject, columns: list[str]) -> Outcome:
        where = subject.row.format_map(self._world)
        tags = {
            column: await self._try(f"select {column} from {subject.table} where {where}")
            for column in columns
        }
        return outcome(tags)

    async def _update(self, subject: Subject, columns: list[str]) -> Outcome:
        where = subject.row.format_map(self._world)
        tags = {
            column: await self._try(f"update {subject.table} set {column} = default where {where}")
            for column in columns
        }
        return outcome(tags)

    async def _delete(self, subject: Subject) -> Outcome:
        where = subject.row.format_map(self._world)
        tag = await self._try(f"delete from {subject.table} where {where}")
        return DENIED if tag is None else ALLOWED if tag else NO_ROWS

    async def _insert(self, subject: Subject, columns: list[str]) -> Outcome:
        values = subject.new.format_map(self._world) or "default values"
        if not await self._try(f"insert into {subject.table} {values}"):
            return DENIED
        rows = await self._connection.fetch(
            "select c from unnest($2::text[]) c where has_column_privilege($1::text, c, 'insert')",
            subject.table,
            columns,
        )
        return frozenset(row["c"] for row in rows)

    async def _try(self, statement: str) -> int | None:
        """How many rows it reached; None if it was refused for want of a right."""
        try:
            async with undone(self._connection):
                tag = await self._connection.execute(statement)
        except asyncpg.InsufficientPrivilegeError:
            return None
        except (asyncpg.IntegrityConstraintViolationError, asyncpg.RaiseError):
            return 1  # it may be written; only this value may not
        return int(tag.split()[-1])


def outcome(tags: dict[str, int | None]) -> Outcome:
    allowed = {column: reached for column, reached in tags.items() if reached is not None}
    if not allowed:
        return DENIED
    if not any(allowed.values()):
        return NO_ROWS
    reached = frozenset(column for column, count in allowed.items() if count)
    return ALL if len(reached) == len(tags) else reached


@asynccontextmanager
async def undone(connection: asyncpg.Connection) -> AsyncIterator[None]:
    transaction = connection.transaction()
    await transaction.start()
    try:
        yield
    finally:
        await transaction.rollback()


@pytest.mark.parametrize(
    ("subject", "verb", "actor"),
    [pytest.param(*cell, id=f"{cell[0].name}-{cell[1]}-{cell[2]}") for cell in CELLS],
)
async def test_cell(
    connection: asyncpg.Connection, world: World, subject: Subject, verb: Verb, actor: Actor
) -> None:
    observed = await Observer(connection, world).observe(subject, verb, actor)
    assert observed == subject.expected(verb, actor)


async def differing(connection: asyncpg.Connection, world: World, table: str) -> list[str]:
    """The cells of a table that are not as promised."""
    observer = Observer(connection, world)
    return [
        f"{subject.name}-{verb}-{actor}"
        for subject, verb, actor in CELLS
        if subject.table == table
        and await observer.observe(subject, verb, actor) != subject.expected(verb, actor)
    ]


async def test_every_policy_has_a_cell_that_fails_without_it(
    connection: asyncpg.Connection, world: World
) -> None:
    policies = await connection.fetch(POLICIES)
    assert len(policies) > 20
    idle: list[str] = []
    for policy in policies:
        async with undone(connection):
            await connection.execute(f'drop policy "{policy["name"]}" on {policy["table"]}')
            if not await differing(connection, world, policy["table"]):
                idle.append(f"{policy['table']}: {policy['name']}")
    assert idle == []


@pytest.mark.parametrize("table", TABLES)
async def test_with_row_level_security_off_a_cell_fails(
    connection: asyncpg.Connection, world: World, table: str
) -> None:
    async with undone(connection):
        await connection.execute(f"alter table {table} disable row level security")
        await connection.execute(f"grant all on {table} to anon, authenticated")
        assert await differing(connection, world, table)


@pytest.mark.parametrize("table", TABLES)
async def test_with_every_column_granted_a_cell_fails(
    connection: asyncpg.Connection, world: World, table: str
) -> None:
    async with undone(connection):
        await connection.execute(f"grant all on {table} to authenticated")
        assert await differing(connection, world, table)


async def test_the_matrix_speaks_of_every_table(connection: asyncpg.Connection) -> None:
    rows = await connection.fetch(
        "select relname from pg_class"
        " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')"
    )
    assert {row["relname"] for row in rows} == set(TABLES)


def test_the_page_is_fresh() -> None:
    assert written() == render(), "run: python -m tests.integration.store.matrix_docs"
