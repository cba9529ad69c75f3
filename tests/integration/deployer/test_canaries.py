"""A canary from its deploy to its end, on a real database: what is judged, promoted, given up."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from apibuilder.backends.memory import MemoryBackend
from apibuilder.deployer.canaries import CanaryWatch
from apibuilder.deployer.reconcile import Reconciler
from apibuilder.domain import CanaryStatus, CanaryWish, DeploymentStatus, Usage
from apibuilder.errors import Conflict, NotFound
from apibuilder.store.base import Made, NewRevision
from apibuilder.store.latency import BOUNDS_US
from tests.integration.deployer.conftest import settle
from tests.integration.store.conftest import Stores

WISH = CanaryWish(share=20, bake_seconds=0, min_calls=100)


class Canaried:
    """An Api with revision 1 serving and revision 2 as its canary."""

    def __init__(self, stores: Stores, owner: UUID, first: Made, second: Made) -> None:
        self.stores, self.owner, self.first, self.second = stores, owner, first, second
        self.watch = CanaryWatch(stores.canaries)

    @property
    def ref(self) -> str:
        return str(self.first.api_id)

    async def calls(self, revision: int, count: int, status: int = 200, ms: float = 2) -> None:
        """As a gateway ships them, and a rollup counts them."""
        usages = [
            Usage(
                id=uuid4(), at=datetime.now(UTC), api_id=self.first.api_id, key_id=self.owner,
                revision=revision, status=status, duration_us=int(ms * 1000),
                request_bytes=0, response_bytes=0, route=1,
            )
            for _ in range(count)
        ]  # fmt: skip
        await self.stores.gateway.ship(uuid4().hex, 0, count, usages)
        while await self.stores.usage.roll_up(1000):
            pass

    async def status(self) -> CanaryStatus:
        return (await self.stores.canaries.latest(self.owner, self.ref)).status

    async def current(self) -> int | None:
        return (await self.stores.apis.get(self.owner, self.ref)).current_revision


@pytest.fixture
async def api(stores: Stores, owner: UUID, reconciler: Reconciler) -> Canaried:
    first = await stores.new_api(owner)
    await settle(reconciler)
    second = await stores.publish(owner, first.api_id, WISH)
    await settle(reconciler)
    return Canaried(stores, owner, first, second)


async def placed(backend: MemoryBackend) -> set[UUID]:
    return {one.deployment_id for one in await backend.placed()}


async def test_both_serve_and_the_route_says_so(
    api: Canaried, stores: Stores, backend: MemoryBackend
) -> None:
    assert await placed(backend) == {api.first.deployment_id, api.second.deployment_id}
    assert (await api.current(), await api.status()) == (1, CanaryStatus.RUNNING)
    route = await stores.gateway.route(api.first.api_id)
    assert route is not None
    assert route.canary is not None
    assert route.deployment_id == api.first.deployment_id
    assert (route.canary.deployment_id, route.canary.share) == (api.second.deployment_id, 20)
    assert (route.revision, route.canary.revision) == (1, 2)


async def test_a_good_one_is_promoted_after_enough_calls(
    api: Canaried, backend: MemoryBackend, reconciler: Reconciler
) -> None:
    await api.calls(1, 400)
    await api.calls(2, 99)
    await api.watch.look()
    assert await api.status() is CanaryStatus.RUNNING
    await api.calls(2, 1)
    await api.watch.look()
    assert (await api.current(), await api.status()) == (2, CanaryStatus.PROMOTED)
    await settle(reconciler)
    assert await placed(backend) == {api.second.deployment_id}


async def test_a_failing_one_is_rolled_back(
    api: Canaried, backend: MemoryBackend, reconciler: Reconciler
) -> None:
    await api.calls(1, 300)
    await api.calls(2, 3, status=500)
    await api.watch.look()
    assert await api.status() is CanaryStatus.RUNNING, "three calls decide nothing"
    await api.calls(2, 40, status=500)
    await api.watch.look()
    assert (await api.current(), await api.status()) == (1, CanaryStatus.ROLLED_BACK)
    await settle(reconciler)
    assert await placed(backend) == {api.first.deployment_id}
    given_up = await api.stores.deployments.get(api.owner, api.second.deployment_id)
    assert given_up.status is DeploymentStatus.STOPPED
    assert given_up.error is not None
    assert given_up.error.code == "canary_worse"
    stable, new = await api.stores.canaries.arms(
        await api.stores.canaries.latest(api.owner, api.ref)
    )
    assert (stable.calls, stable.errors, new.calls, new.errors) == (300, 0, 43, 43)


async def test_a_slow_one_is_rolled_back(api: Canaried) -> None:
    await api.calls(1, 300, ms=2)
    await api.calls(2, 80, ms=2)
    await api.calls(2, 20, ms=400)
    await api.watch.look()
    canary = await api.stores.canaries.latest(api.owner, api.ref)
    assert canary.status is CanaryStatus.ROLLED_BACK
    assert canary.reason is not None
    assert "p95" in canary.reason


async def test_looks_are_remembered(api: Canaried) -> None:
    await api.calls(1, 300)
    await api.calls(2, 40)
    for _ in range(3):
        await CanaryWatch(api.stores.canaries).look()  # a new one, as after a restart
    assert (await api.stores.canaries.latest(api.owner, api.ref)).looks == 1
    await api.calls(2, 10)
    await CanaryWatch(api.stores.canaries).look()
    assert (await api.stores.canaries.latest(api.owner, api.ref)).looks == 2


async def test_its_maker_decides(
    api: Canaried, stores: Stores, owner: UUID, reconciler: Reconciler
) -> None:
    with pytest.raises(Conflict, match="runs already"):
        await stores.publish(owner, api.first.api_id, WISH)
    assert (await stores.canaries.steer(owner, api.ref, "aborted")).status is CanaryStatus.ABORTED
    with pytest.raises(Conflict, match="the last one was aborted"):
        await stores.canaries.steer(owner, api.ref, "promoted")
    await settle(reconciler)
    await stores.publish(owner, api.first.api_id)
    await settle(reconciler)
    assert await api.current() == 3
    await stores.deployments.redeploy(owner, api.ref, "previous", action="rollback", request=None)
    await settle(reconciler)
    assert await api.current() == 1, "not 2, which was aborted"
    await stores.publish(owner, api.first.api_id, WISH)
    await settle(reconciler)
    await stores.canaries.steer(owner, api.ref, "promoted")
    assert await api.current() == 4
    with pytest.raises(NotFound):
        await stores.canaries.latest(await stores.account(), api.ref)


async def test_another_deploy_ends_it(api: Canaried, reconciler: Reconciler) -> None:
    await api.stores.publish(api.owner, api.first.api_id)
    await settle(reconciler)
    assert (await api.current(), await api.status()) == (3, CanaryStatus.ABORTED)


async def test_one_that_cannot_start_changes_nothing(
    stores: Stores, owner: UUID, reconciler: Reconciler
) -> None:
    first = await stores.new_api(owner)
    with pytest.raises(Conflict, match="Nothing of this API serves"):
        await stores.publish(owner, first.api_id, WISH)
    await settle(reconciler)
    bad = NewRevision(source="1 +", canary=WISH)
    await stores.deployments.publish(owner, str(first.api_id), bad, name=None, request=None)
    await settle(reconciler)
    canary = await stores.canaries.latest(owner, str(first.api_id))
    assert canary.status is CanaryStatus.FAILED
    assert (await stores.get(owner, first)).current_revision == 1


async def test_a_crash_loop_is_given_up_at_once(
    api: Canaried, backend: MemoryBackend, reconciler: Reconciler
) -> None:
    backend.crash_again_and_again(api.second.deployment_id)
    await settle(reconciler)
    canary = await api.stores.canaries.latest(api.owner, api.ref)
    assert canary.status is CanaryStatus.ROLLED_BACK
    assert canary.reason == "Its process ended again and again: signal SIGKILL."
    assert await placed(backend) == {api.first.deployment_id}


async def test_a_pause_suspends_both(
    api: Canaried, backend: MemoryBackend, reconciler: Reconciler
) -> None:
    await api.stores.apis.pause(api.owner, api.ref)
    await settle(reconciler)
    assert [one.instances for one in await backend.placed()] == [[], []]


async def test_the_rule_knows_the_database_s_buckets(stores: Stores) -> None:
    assert tuple(await stores.database.fetchval("select public.latency_bounds()")) == BOUNDS_US
