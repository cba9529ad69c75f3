"""Runs of a generator, and the plans that edits start from."""

from __future__ import annotations

from uuid import UUID

import pytest

from apibuilder.domain import Failure
from apibuilder.errors import TooManyGenerations
from apibuilder.store.base import GenerationEnd
from tests.integration.store.conftest import Stores


async def test_a_plan_is_found_by_the_revision_that_serves(stores: Stores, owner: UUID) -> None:
    first_run = await stores.generations.start(owner, "a shop", None)
    first = await stores.new_api(owner)
    ref = str(first.api_id)
    end = GenerationEnd(
        status="succeeded", deployment_id=first.deployment_id, model="recipes", plan={"n": 1}
    )
    await stores.generations.finish(first_run, end)
    assert await stores.generations.plan_of(owner, ref) is None
    await stores.serve(first)
    assert await stores.generations.plan_of(owner, ref) == {"n": 1}

    second_run = await stores.generations.start(owner, "add a price", ref)
    second = await stores.publish(owner, first.api_id)
    end = GenerationEnd(status="succeeded", deployment_id=second.deployment_id, plan={"n": 2})
    await stores.generations.finish(second_run, end)
    assert await stores.generations.plan_of(owner, ref) == {"n": 1}
    await stores.serve(second)
    assert await stores.generations.plan_of(owner, ref) == {"n": 2}


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
