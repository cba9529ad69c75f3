"""Runs of a generator, and the plans that edits start from."""

from __future__ import annotations

from uuid import UUID

import pytest

from apibuilder.domain import Failure
from apibuilder.errors import TooManyGenerations
from apibuilder.store.base import GenerationEnd
from apibuilder.store.postgres import PostgresEditStore
from tests.integration.store.conftest import Stores


async def test_a_plan_is_behind_its_revision_and_those_after_it(
    stores: Stores, owner: UUID
) -> None:
    edits = PostgresEditStore(stores.database)
    first_run = await stores.generations.start(owner, "a shop", None)
    first = await stores.new_api(owner)
    end = GenerationEnd(
        status="succeeded", deployment_id=first.deployment_id, model="recipes", plan={"n": 1}
    )
    await stores.generations.finish(first_run, end)
    await stores.publish(owner, first.api_id)  # by hand
    third_run = await stores.generations.start(owner, "add a price", str(first.api_id))
    third = await stores.publish(owner, first.api_id)
    end = GenerationEnd(status="succeeded", deployment_id=third.deployment_id, plan={"n": 3})
    await stores.generations.finish(third_run, end)
    found = [await edits.plan_behind(first.api_id, number) for number in (1, 2, 3)]
    assert found == [{"n": 1}, {"n": 1}, {"n": 3}]
    other = await stores.new_api(owner)
    assert await edits.plan_behind(other.api_id, 1) is None


async def test_a_run_ends_once(stores: Stores, owner: UUID) -> None:
    run = await stores.generations.start(owner, "a shop", None)
    failure = Failure(code="needs_model", detail="no recipe")
    await stores.generations.finish(run, GenerationEnd(status="failed", error=failure))
    await stores.generations.finish(run, GenerationEnd(status="cancelled"))
    row = await stores.database.fetchrow("select * from generations where id = $1", run)
    assert row is not None
    assert (row["status"], row["error"]["code"]) == ("failed", "needs_model")
    assert row["finished_at"] is not None


async def test_the_plan_bounds_runs_a_day(stores: Stores) -> None:
    user_id = await stores.account("free")
    for _ in range(10):
        await stores.generations.start(user_id, "again", None)
    with pytest.raises(TooManyGenerations):
        await stores.generations.start(user_id, "again", None)
    await stores.database.execute(
        "update generations set created_at = created_at - interval '1 day' where user_id = $1",
        user_id,
    )
    await stores.generations.start(user_id, "a new day", None)


async def test_runs_of_dead_processes_are_closed(stores: Stores, owner: UUID) -> None:
    old = await stores.generations.start(owner, "old", None)
    new = await stores.generations.start(owner, "new", None)
    await stores.database.execute(
        "update generations set created_at = now() - interval '2 hours' where id = $1", old
    )
    await stores.generations.abandon_dead()
    rows = await stores.database.fetch(
        "select id, status from generations where user_id = $1", owner
    )
    assert {row["id"]: row["status"] for row in rows} == {old: "failed", new: "running"}
