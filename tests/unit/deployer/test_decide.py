"""What the deployer does next, case by case."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

from apibuilder.backends.base import Placed
from apibuilder.deployer.decide import (
    Deploy,
    Forget,
    RemoveOrphan,
    Restore,
    Retire,
    RollBack,
    Supersede,
    Suspend,
    orphans,
    steps_of,
)
from apibuilder.domain import DeploymentStatus, Instance
from apibuilder.store.base import LiveDeployment, WantedApi

API, ONE, TWO, THREE = (uuid4() for _ in range(4))


def live(
    deployment_id: UUID, sequence: int, status: DeploymentStatus, settled: bool = True
) -> LiveDeployment:
    return LiveDeployment(id=deployment_id, sequence=sequence, status=status, settled=settled)


def fresh(deployment_id: UUID, sequence: int) -> LiveDeployment:
    status = DeploymentStatus.ACTIVE
    return LiveDeployment(
        id=deployment_id, sequence=sequence, status=status, settled=True, fresh=True
    )


def wanted(
    *deployments: LiveDeployment,
    current: UUID | None = None,
    paused: bool = False,
    deleted: bool = False,
) -> WantedApi:
    return WantedApi(
        api_id=API,
        paused=paused,
        deleted=deleted,
        current=current,
        deployments=list(deployments),
    )


def placed(deployment_id: UUID, *, instances: int = 1, ephemeral: bool = False) -> Placed:
    instance = Instance(id="i", deployment_id=deployment_id, api_id=API, address="/a")
    return Placed(
        deployment_id=deployment_id,
        api_id=API,
        revision=1,
        ephemeral=ephemeral,
        instances=[instance] * instances,
    )


ACTIVE, PENDING, STARTING, DRAINING = (
    DeploymentStatus.ACTIVE,
    DeploymentStatus.PENDING,
    DeploymentStatus.STARTING,
    DeploymentStatus.DRAINING,
)


def test_a_pending_deployment_is_deployed() -> None:
    assert steps_of(wanted(live(ONE, 1, PENDING)), {}) == [Deploy(ONE)]


def test_one_that_was_starting_when_the_deployer_died_is_deployed_again() -> None:
    assert steps_of(wanted(live(ONE, 1, STARTING)), {}) == [Deploy(ONE)]


def test_of_several_that_wait_only_the_newest_is_deployed() -> None:
    api = wanted(live(ONE, 1, STARTING), live(TWO, 2, PENDING), live(THREE, 3, PENDING))
    assert steps_of(api, {}) == [Supersede(ONE), Supersede(TWO), Deploy(THREE)]


def test_what_serves_and_is_placed_is_left_alone() -> None:
    assert steps_of(wanted(live(ONE, 1, ACTIVE), current=ONE), {ONE: placed(ONE)}) == []


def test_what_serves_but_sleeps_is_left_alone() -> None:
    there = {ONE: placed(ONE, instances=0)}
    assert steps_of(wanted(live(ONE, 1, ACTIVE), current=ONE), there) == []


def test_what_serves_but_is_lost_is_restored() -> None:
    assert steps_of(wanted(live(ONE, 1, ACTIVE), current=ONE), {}) == [Restore(ONE)]


def test_what_drains_is_retired_once_gateways_have_heard() -> None:
    there = {ONE: placed(ONE), TWO: placed(TWO)}
    active = live(TWO, 2, ACTIVE)
    fresh = wanted(live(ONE, 1, DRAINING, settled=False), active, current=TWO)
    assert steps_of(fresh, there) == []
    settled = wanted(live(ONE, 1, DRAINING), active, current=TWO)
    assert steps_of(settled, there) == [Retire(ONE)]


def test_a_paused_api_is_suspended_once() -> None:
    api = wanted(live(ONE, 1, ACTIVE), current=ONE, paused=True)
    assert steps_of(api, {ONE: placed(ONE)}) == [Suspend(ONE)]
    assert steps_of(api, {ONE: placed(ONE, instances=0)}) == []
    assert steps_of(api, {}) == []


def test_a_paused_api_is_still_deployed_to() -> None:
    api = wanted(live(ONE, 1, ACTIVE), live(TWO, 2, PENDING), current=ONE, paused=True)
    assert steps_of(api, {ONE: placed(ONE)}) == [Deploy(TWO), Suspend(ONE)]


def test_a_deleted_api_is_forgotten_whatever_else() -> None:
    api = wanted(live(ONE, 1, ACTIVE), live(TWO, 2, PENDING), current=ONE, deleted=True)
    assert steps_of(api, {ONE: placed(ONE)}) == [Forget()]


def test_orphans_are_removed_but_not_test_runs_nor_what_is_wanted() -> None:
    api = wanted(live(ONE, 1, ACTIVE), current=ONE)
    there = [placed(ONE), placed(TWO), placed(THREE, ephemeral=True)]
    assert orphans([api], there) == {API: [RemoveOrphan(TWO)]}


def test_what_a_deleted_api_left_is_forgotten_and_not_an_orphan() -> None:
    api = wanted(live(ONE, 1, ACTIVE), current=ONE, deleted=True)
    assert orphans([api], [placed(ONE)]) == {}


def test_a_crash_loop_right_after_a_swap_is_rolled_back() -> None:
    crashing = {ONE: replace(placed(ONE), crashing="signal SIGSEGV")}
    assert steps_of(wanted(fresh(ONE, 2), current=ONE), crashing) == [
        RollBack(ONE, "signal SIGSEGV")
    ]
    assert steps_of(wanted(fresh(ONE, 2), current=ONE), {ONE: placed(ONE)}) == []


def test_an_old_crash_loop_or_one_about_to_be_replaced_is_left_alone() -> None:
    crashing = {ONE: replace(placed(ONE), crashing="signal SIGSEGV")}
    old = live(ONE, 2, DeploymentStatus.ACTIVE)
    assert steps_of(wanted(old, current=ONE), crashing) == []
    waiting = live(TWO, 3, DeploymentStatus.PENDING)
    assert steps_of(wanted(fresh(ONE, 2), waiting, current=ONE), crashing) == [Deploy(TWO)]
