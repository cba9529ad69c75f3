"""From what is wanted to what is there, through the loop."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

from apibuilder.backends.memory import MemoryBackend
from apibuilder.deployer.reconcile import Pace, Reconciler
from apibuilder.domain import ApiStatus, DeploymentSpec, DeploymentStatus, Started
from apibuilder.errors import ApiBuilderError, Unavailable
from apibuilder.store.base import NewRevision
from tests.integration.deployer.conftest import settle
from tests.integration.store.conftest import SOURCE, Stores


async def there(backend: MemoryBackend) -> set[UUID]:
    return {one.deployment_id for one in await backend.placed()}


async def status(stores: Stores, owner: UUID, deployment_id: UUID) -> DeploymentStatus:
    return (await stores.deployments.get(owner, deployment_id)).status


async def test_first_second_and_rollback(
    stores: Stores, owner: UUID, backend: MemoryBackend, reconciler: Reconciler
) -> None:
    first = await stores.new_api(owner)
    await settle(reconciler)
    api = await stores.get(owner, first)
    assert (api.status, api.current_revision) == (ApiStatus.ACTIVE, 1)
    deployment = await stores.deployments.get(owner, first.deployment_id)
    assert [check.name for check in deployment.checks] == ["import"]

    second = await stores.publish(owner, first.api_id)
    await settle(reconciler)
    assert await there(backend) == {second.deployment_id}
    assert await status(stores, owner, first.deployment_id) is DeploymentStatus.STOPPED

    back = await stores.deployments.redeploy(
        owner, str(first.api_id), "previous", action="rollback", request=None
    )
    await settle(reconciler)
    assert await there(backend) == {back.deployment_id}
    assert (await stores.get(owner, first)).current_revision == 1


async def test_a_refused_source_fails_and_the_old_one_serves(
    stores: Stores, owner: UUID, backend: MemoryBackend, reconciler: Reconciler
) -> None:
    first = await stores.new_api(owner)
    await settle(reconciler)
    bad = await stores.deployments.publish(
        owner, str(first.api_id), NewRevision(source="1 +"), name=None, request=None
    )
    await settle(reconciler)
    failed = await stores.deployments.get(owner, bad.deployment_id)
    assert failed.status is DeploymentStatus.FAILED
    assert failed.error is not None
    assert (failed.error.code, failed.error.file, failed.error.line) == (
        "syntax_error",
        "main.py",
        1,
    )
    assert (await stores.get(owner, first)).status is ApiStatus.ACTIVE
    assert await there(backend) == {first.deployment_id}


async def test_of_a_burst_only_the_newest_is_placed(
    stores: Stores, owner: UUID, backend: MemoryBackend, reconciler: Reconciler
) -> None:
    first = await stores.new_api(owner)
    more = [await stores.publish(owner, first.api_id) for _ in range(4)]
    await settle(reconciler)
    assert await there(backend) == {more[-1].deployment_id}
    passed_over = await stores.deployments.get(owner, more[0].deployment_id)
    assert passed_over.error is not None
    assert passed_over.error.code == "superseded"
    assert (await stores.get(owner, first)).status is ApiStatus.ACTIVE


async def test_pause_suspends_and_resume_leaves_it_to_the_next_call(
    stores: Stores, owner: UUID, backend: MemoryBackend, reconciler: Reconciler
) -> None:
    made = await stores.new_api(owner)
    await settle(reconciler)
    await stores.apis.pause(owner, str(made.api_id))
    await settle(reconciler)
    (placed,) = await backend.placed()
    assert placed.instances == []
    await stores.apis.resume(owner, str(made.api_id))
    await settle(reconciler)
    assert len(await backend.acquire(made.deployment_id)) == 1


async def test_delete_takes_everything_away(
    stores: Stores, owner: UUID, backend: MemoryBackend, reconciler: Reconciler
) -> None:
    made = await stores.new_api(owner)
    await settle(reconciler)
    await stores.apis.delete(owner, str(made.api_id))
    await settle(reconciler)
    assert await there(backend) == set()
    assert await stores.deployer.wanted(0) == []


async def test_drift_is_mended(
    stores: Stores, owner: UUID, backend: MemoryBackend, reconciler: Reconciler
) -> None:
    made = await stores.new_api(owner)
    await settle(reconciler)
    await backend.retire(made.deployment_id, 0)
    stray = DeploymentSpec(
        deployment_id=uuid4(),
        api_id=uuid4(),
        revision=1,
        source=SOURCE,
        limits=(await stores.get(owner, made)).limits,
    )
    await backend.place(stray)
    await settle(reconciler)
    assert await there(backend) == {made.deployment_id}


class Crash(BaseException):
    """As `kill -9`: no handler of ours sees it."""


class Fragile:
    """Dies at its n-th call, before or after the call has had its effect."""

    def __init__(self, inner: object, fuse: Fuse) -> None:
        self._inner = inner
        self._fuse = fuse

    def __getattr__(self, name: str) -> object:
        method = getattr(self._inner, name)

        async def call(*args: object) -> object:
            self._fuse.burn()
            result = await method(*args)
            self._fuse.burn()
            return result

        return call


class Fuse:
    def __init__(self, length: int) -> None:
        self.left = length

    def burn(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Crash


async def test_a_crash_at_any_point_is_mended_by_the_next_start(
    stores: Stores, owner: UUID, backend: MemoryBackend, reconciler: Reconciler
) -> None:
    made = await stores.new_api(owner)
    await settle(reconciler)
    crashes = 0
    for length in range(1, 100):
        newest = await stores.publish(owner, made.api_id)
        fuse = Fuse(length)
        dying = Reconciler(
            Fragile(stores.deployer, fuse),  # type: ignore[arg-type]
            Fragile(backend, fuse),  # type: ignore[arg-type]
            Pace(settle=0, grace=0),
        )
        crashed = await run_until_crash(dying)
        await settle(reconciler)
        assert await there(backend) == {newest.deployment_id}, length
        api = await stores.get(owner, made)
        assert (api.status, api.current_deployment_id) == (ApiStatus.ACTIVE, newest.deployment_id)
        states = [one.status for one in await stores.deployments.of_api(owner, str(made.api_id))]
        assert states == [DeploymentStatus.ACTIVE] + [DeploymentStatus.STOPPED] * (len(states) - 1)
        if not crashed:
            break
        crashes += 1
    assert crashes >= 16, "eight calls make up a swap, and each was cut off on both sides"


async def run_until_crash(reconciler: Reconciler) -> bool:
    try:
        for _ in range(3):
            await reconciler.look()
            tasks = list(reconciler._running.values())
            for result in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(result, BaseException):
                    raise result
    except Crash:
        return True
    return False


class Moody(MemoryBackend):
    """Refuses a few starts for a reason that is not the code's."""

    def __init__(self, error: ApiBuilderError, times: int) -> None:
        super().__init__()
        self.error = error
        self.times = times

    async def place(self, spec: DeploymentSpec) -> Started:
        if self.times:
            self.times -= 1
            raise self.error
        return await super().place(spec)


async def test_a_runtime_that_is_away_is_waited_for(stores: Stores, owner: UUID) -> None:
    made = await stores.new_api(owner)
    moody = Moody(Unavailable("restarting"), times=2)
    reconciler = Reconciler(stores.deployer, moody, Pace(settle=0, grace=0))
    async with asyncio.timeout(30):
        running = asyncio.create_task(reconciler.run())
        try:
            async for _ in stores.deployer.events():
                reconciler.wake()
                if (await stores.get(owner, made)).status is ApiStatus.ACTIVE:
                    break
        finally:
            running.cancel()
    assert moody.times == 0


async def test_a_broken_runtime_fails_the_deployment(stores: Stores, owner: UUID) -> None:
    made = await stores.new_api(owner)
    broken = Moody(ApiBuilderError("out of file descriptors"), times=1)
    await settle(Reconciler(stores.deployer, broken, Pace(settle=0, grace=0)))
    api = await stores.get(owner, made)
    assert api.status is ApiStatus.FAILED
    assert api.error is not None
    assert "file descriptors" in api.error.detail


async def test_one_api_that_hangs_holds_up_no_other(stores: Stores, owner: UUID) -> None:
    slow, quick = await stores.new_api(owner), await stores.new_api(owner)
    release = asyncio.Event()

    class Hanging(MemoryBackend):
        async def place(self, spec: DeploymentSpec) -> Started:
            if spec.api_id == slow.api_id:
                await release.wait()
            return await super().place(spec)

    reconciler = Reconciler(stores.deployer, Hanging(), Pace(settle=0, grace=0))
    running = asyncio.create_task(reconciler.run())
    async with asyncio.timeout(30):
        async for _ in stores.deployer.events():
            reconciler.wake()
            if (await stores.get(owner, quick)).status is ApiStatus.ACTIVE:
                break
    assert (await stores.get(owner, slow)).status is ApiStatus.DEPLOYING
    release.set()
    await reconciler.idle()
    assert (await stores.get(owner, slow)).status is ApiStatus.ACTIVE
    running.cancel()


async def test_a_deployment_drains_no_sooner_than_gateways_have_heard(
    stores: Stores, owner: UUID, backend: MemoryBackend
) -> None:
    reconciler = Reconciler(stores.deployer, backend, Pace(settle=3600, grace=0))
    first = await stores.new_api(owner)
    await settle(reconciler)
    second = await stores.publish(owner, first.api_id)
    await settle(reconciler)
    assert await there(backend) == {first.deployment_id, second.deployment_id}
    assert (await stores.get(owner, first)).current_deployment_id == second.deployment_id


async def test_a_crash_loop_right_after_a_swap_rolls_back_by_itself(
    stores: Stores, owner: UUID, backend: MemoryBackend, reconciler: Reconciler
) -> None:
    first = await stores.new_api(owner)
    await settle(reconciler)
    second = await stores.publish(owner, first.api_id)
    await settle(reconciler)
    assert (await stores.get(owner, first)).current_revision == 2

    backend.crash_again_and_again(second.deployment_id)
    await settle(reconciler)
    api = await stores.get(owner, first)
    assert (api.status, api.current_revision) == (ApiStatus.ACTIVE, 1)
    crashed = await stores.deployments.get(owner, second.deployment_id)
    assert crashed.error is not None
    assert crashed.error.code == "crash_loop"
    assert crashed.status is DeploymentStatus.STOPPED
    assert second.deployment_id not in await there(backend)

    (serving,) = await there(backend)  # nothing before it: it stays, and is not tried for ever
    backend.crash_again_and_again(serving)
    await settle(reconciler)
    assert await there(backend) == {serving}
