"""Apis, Revisions and Deployments as their maker sees them."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import asyncpg
import pytest

from apibuilder.domain import ApiStatus, DeploymentStatus, Failure
from apibuilder.errors import Conflict, NotFound, TooManyApis
from apibuilder.store.base import IdempotencyKey, NewApi, NewRevision
from apibuilder.store.keys import new_key
from tests.integration.store.conftest import GATEWAY_URL, SOURCE, Stores, started

BROKEN = Failure(code="import_failed", detail="ZeroDivisionError", file="main.py", line=3)


async def test_a_new_api_is_deploying_and_has_an_address(stores: Stores, owner: UUID) -> None:
    made = await stores.new_api(owner, "shop")
    api = await stores.apis.get(owner, "shop")
    assert api.id == made.api_id
    assert api.status is ApiStatus.DEPLOYING
    assert api.endpoint_url == f"{GATEWAY_URL}/{api.id}"
    assert api.current_revision is None
    assert len(await stores.keys.of_api(owner, "shop")) == 1
    (deployment,) = await stores.deployments.of_api(owner, "shop")
    assert deployment.status is DeploymentStatus.PENDING
    assert deployment.revision == 1


async def test_status_follows_the_deployments(stores: Stores, owner: UUID) -> None:
    made = await stores.new_api(owner)
    await stores.deployer.fail(made.deployment_id, BROKEN)
    api = await stores.get(owner, made)
    assert (api.status, api.error) == (ApiStatus.FAILED, BROKEN)

    second = await stores.publish(owner, made.api_id)
    assert (await stores.get(owner, made)).status is ApiStatus.DEPLOYING
    assert await stores.serve(second)
    api = await stores.get(owner, made)
    assert (api.status, api.current_revision, api.error) == (ApiStatus.ACTIVE, 2, None)

    third = await stores.publish(owner, made.api_id)
    assert (await stores.get(owner, made)).status is ApiStatus.ACTIVE
    await stores.deployer.fail(third.deployment_id, BROKEN)
    api = await stores.get(owner, made)
    assert (api.status, api.current_revision, api.error) == (ApiStatus.ACTIVE, 2, BROKEN)


async def test_pause_and_resume(stores: Stores, owner: UUID) -> None:
    made = await stores.new_api(owner)
    await stores.serve(made)
    assert (await stores.apis.pause(owner, str(made.api_id))).status is ApiStatus.PAUSED
    again = await stores.publish(owner, made.api_id)
    await stores.serve(again)
    assert (await stores.get(owner, made)).status is ApiStatus.PAUSED
    assert (await stores.apis.resume(owner, str(made.api_id))).status is ApiStatus.ACTIVE


async def test_a_taken_slug_falls_to_the_next_and_a_deleted_api_gives_it_back(
    stores: Stores, owner: UUID
) -> None:
    await stores.new_api(owner, "taken")
    other = NewApi(name="X", slugs=["taken", "taken-2"], description="", key=new_key())
    await stores.apis.create(owner, other, NewRevision(source=SOURCE), None)
    assert (await stores.apis.get(owner, "taken-2")).name == "X"
    with pytest.raises(Conflict):
        await stores.new_api(owner, "taken")
    await stores.apis.delete(owner, "taken")
    await stores.new_api(owner, "taken")


async def test_a_slug_that_could_be_an_id_is_found(stores: Stores, owner: UUID) -> None:
    made = await stores.new_api(owner, "a" * 32)
    assert (await stores.apis.get(owner, "a" * 32)).id == made.api_id
    with pytest.raises(asyncpg.CheckViolationError):
        await stores.new_api(owner, str(uuid4()))


async def test_the_plan_bounds_the_number_of_apis_even_in_parallel(stores: Stores) -> None:
    user_id = await stores.account("free")
    tries = [stores.new_api(user_id) for _ in range(6)]
    done = await asyncio.gather(*tries, return_exceptions=True)
    refused = [one for one in done if isinstance(one, TooManyApis)]
    assert len(refused) == 3
    assert refused[0].facts == {"limit": "max_apis", "allowed": 3, "seen": 4}
    assert len(await stores.apis.of_account(user_id)) == 3


async def test_another_account_sees_and_changes_nothing(stores: Stores, owner: UUID) -> None:
    made = await stores.new_api(owner, "private")
    stranger = await stores.account()
    (key,) = await stores.keys.of_api(owner, "private")
    tries = [
        stores.apis.get(stranger, "private"),
        stores.apis.get(stranger, str(made.api_id)),
        stores.apis.pause(stranger, "private"),
        stores.apis.resume(stranger, "private"),
        stores.apis.delete(stranger, "private"),
        stores.apis.revisions(stranger, "private"),
        stores.apis.revision(stranger, "private", 1),
        stores.publish(stranger, made.api_id),
        stores.deployments.redeploy(stranger, "private", "current", action="reload", request=None),
        stores.deployments.of_api(stranger, "private"),
        stores.deployments.get(stranger, made.deployment_id),
        stores.keys.of_api(stranger, "private"),
        stores.keys.rotate(stranger, key.id, new_key()),
        stores.keys.revoke(stranger, key.id),
        stores.generations.start(stranger, "change it", "private"),
    ]
    for attempt in tries:
        with pytest.raises(NotFound):
            await attempt
    assert await stores.apis.of_account(stranger) == []
    assert (await stores.apis.get(owner, "private")).status is ApiStatus.DEPLOYING


async def test_revisions_are_numbered_and_immutable(stores: Stores, owner: UUID) -> None:
    made = await stores.new_api(owner)
    await asyncio.gather(*(stores.publish(owner, made.api_id) for _ in range(5)))
    revisions = await stores.apis.revisions(owner, str(made.api_id))
    assert [one.number for one in revisions] == [6, 5, 4, 3, 2, 1]
    for change in ("source = 'other'", "number = 9", "checks = '[{}]'"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await stores.database.execute(
                f"update revisions set {change} where id = $1", revisions[0].id
            )
    await stores.serve(made)
    assert (await stores.apis.revision(owner, str(made.api_id), 1)).openapi == {"openapi": "3.1.0"}
    with pytest.raises(asyncpg.RestrictViolationError):
        await stores.database.execute(
            "update revisions set openapi = '{}' where id = $1", revisions[-1].id
        )


async def test_rollback_skips_what_never_served(stores: Stores, owner: UUID) -> None:
    made = await stores.new_api(owner)
    await stores.serve(made)
    broken = await stores.publish(owner, made.api_id)
    await stores.deployer.fail(broken.deployment_id, BROKEN)
    await stores.serve(await stores.publish(owner, made.api_id))
    back = await stores.deployments.redeploy(
        owner, str(made.api_id), "previous", action="rollback", request=None
    )
    assert (await stores.deployments.get(owner, back.deployment_id)).revision == 1
    await stores.serve(back)
    with pytest.raises(Conflict):
        await stores.deployments.redeploy(
            owner, str(made.api_id), "previous", action="rollback", request=None
        )
    with pytest.raises(NotFound):
        await stores.deployments.redeploy(
            owner, str(made.api_id), 9, action="rollback", request=None
        )


async def test_a_repeated_request_makes_one_deployment(stores: Stores, owner: UUID) -> None:
    made = await stores.new_api(owner)
    request = IdempotencyKey(key=str(uuid4()), request_hash=b"x" * 32)

    async def publish(request: IdempotencyKey) -> UUID:
        again = await stores.deployments.publish(
            owner, str(made.api_id), NewRevision(source=SOURCE), name=None, request=request
        )
        return again.deployment_id

    ids = await asyncio.gather(*(publish(request) for _ in range(5)))
    assert len(set(ids)) == 1
    assert len(await stores.deployments.of_api(owner, str(made.api_id))) == 2
    with pytest.raises(Conflict):
        await publish(IdempotencyKey(key=request.key, request_hash=b"y" * 32))
    stranger = await stores.account()
    theirs = await stores.new_api(stranger)
    reused = await stores.deployments.publish(
        stranger, str(theirs.api_id), NewRevision(source=SOURCE), name=None, request=request
    )
    assert reused.fresh


async def test_a_deleted_api_is_gone_with_its_keys_and_then_its_source(
    stores: Stores, owner: UUID
) -> None:
    made = await stores.new_api(owner)
    await stores.serve(made)
    assert any(grant.api_id == made.api_id for grant in await stores.gateway.grants())
    api_id, deleted_at = await stores.apis.delete(owner, str(made.api_id))
    assert (api_id, deleted_at is not None) == (made.api_id, True)
    assert await stores.gateway.grants_of(made.api_id) == []
    assert await stores.gateway.route(made.api_id) is None
    with pytest.raises(NotFound):
        await stores.get(owner, made)
    await stores.deployer.purged(made.api_id)
    assert made.api_id not in {one.api_id for one in await stores.deployer.wanted(0)}
    left = await stores.database.fetchval(
        "select count(*) from revisions where api_id = $1", made.api_id
    )
    assert left == 0


async def test_purge_leaves_a_living_api_alone(stores: Stores, owner: UUID) -> None:
    made = await stores.new_api(owner)
    await stores.deployer.purged(made.api_id)
    assert len(await stores.apis.revisions(owner, str(made.api_id))) == 1


async def test_the_newer_deployment_wins_whatever_finishes_first(
    stores: Stores, owner: UUID
) -> None:
    first = await stores.new_api(owner)
    second = await stores.publish(owner, first.api_id)
    assert await stores.serve(second)
    assert not await stores.serve(first)
    assert (await stores.get(owner, first)).current_deployment_id == second.deployment_id
    late = await stores.deployments.get(owner, first.deployment_id)
    assert late.status is DeploymentStatus.DRAINING


async def test_the_swap_drains_what_served_before(stores: Stores, owner: UUID) -> None:
    first = await stores.new_api(owner)
    await stores.serve(first)
    second = await stores.publish(owner, first.api_id)
    await stores.serve(second)
    old = await stores.deployments.get(owner, first.deployment_id)
    assert old.status is DeploymentStatus.DRAINING
    await stores.deployer.stopped(first.deployment_id)
    await stores.deployer.stopped(second.deployment_id)
    assert (
        await stores.deployments.get(owner, first.deployment_id)
    ).status is DeploymentStatus.STOPPED
    assert (
        await stores.deployments.get(owner, second.deployment_id)
    ).status is DeploymentStatus.ACTIVE
    row = await stores.database.fetchrow("select * from apis where id = $1", first.api_id)
    assert row is not None
    assert row["code_snapshot"] == SOURCE
    assert row["container_id"] == started(second).instance.id


async def test_every_change_is_in_the_audit_log_for_good(stores: Stores, owner: UUID) -> None:
    made = await stores.new_api(owner)
    await stores.publish(owner, made.api_id)
    (key,) = await stores.keys.of_api(owner, str(made.api_id))
    other = await stores.keys.rotate(owner, key.id, new_key())
    await stores.keys.revoke(owner, other.id)
    await stores.apis.pause(owner, str(made.api_id))
    await stores.apis.pause(owner, str(made.api_id))
    await stores.apis.resume(owner, str(made.api_id))
    await stores.apis.delete(owner, str(made.api_id))
    rows = await stores.database.fetch(
        "select action from audit_log where user_id = $1 order by id", owner
    )
    assert [row["action"] for row in rows] == [
        "api.create", "api.publish", "key.rotate", "key.revoke", "api.pause", "api.resume",
        "api.delete",
    ]  # fmt: skip
    for statement in ("delete from audit_log", "update audit_log set action = 'a.b'"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await stores.database.execute(statement)
