"""What the deployer does next, as a function of what is wanted and what is there. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from apibuilder.backends.base import Placed
from apibuilder.domain import DeploymentStatus
from apibuilder.store.base import LiveDeployment, WantedApi

_WAITING = (DeploymentStatus.PENDING, DeploymentStatus.STARTING)


@dataclass(frozen=True, slots=True)
class Forget:
    """The Api is deleted: take all of it away."""


@dataclass(frozen=True, slots=True)
class Supersede:
    """A newer Deployment waits: this one is not started any more."""

    deployment_id: UUID


@dataclass(frozen=True, slots=True)
class Deploy:
    """Place it and make it the current one."""

    deployment_id: UUID


@dataclass(frozen=True, slots=True)
class Restore:
    """The current Deployment is not in the Backend (a new machine, a lost folder): place it."""

    deployment_id: UUID


@dataclass(frozen=True, slots=True)
class Suspend:
    """The Api is paused and still has Instances."""

    deployment_id: UUID


@dataclass(frozen=True, slots=True)
class Retire:
    """It was replaced, and gateways have had time to hear of it."""

    deployment_id: UUID


@dataclass(frozen=True, slots=True)
class RemoveOrphan:
    """The Backend holds what nobody wants."""

    deployment_id: UUID


@dataclass(frozen=True, slots=True)
class RollBack:
    """It has just been swapped in and crashes again and again: back to what served before."""

    deployment_id: UUID
    why: str


@dataclass(frozen=True, slots=True)
class GiveUpCanary:
    """The canary crashes again and again."""

    deployment_id: UUID
    why: str


Step = (
    Forget
    | Supersede
    | Deploy
    | Restore
    | Suspend
    | Retire
    | RemoveOrphan
    | RollBack
    | GiveUpCanary
)


def steps_of(api: WantedApi, placed: Mapping[UUID, Placed]) -> list[Step]:
    """The steps that bring one Api to what is wanted of it, in their order."""
    if api.deleted:
        return [Forget()]
    return [
        *_deploys(api.deployments),
        *_retirements(api.deployments),
        *_current(api, placed),
        *_canary(api, placed),
    ]


def orphans(wanted: Iterable[WantedApi], placed: Iterable[Placed]) -> dict[UUID, list[Step]]:
    """By Api: Deployments that the Backend holds and no row wants. Test runs are left alone.

    `placed` must have been read before `wanted`: a row is written before its Deployment is placed,
    so what was there then and is not wanted now is an orphan for certain.
    """
    known = {one.id for api in wanted if not api.deleted for one in api.deployments}
    forgotten = {api.api_id for api in wanted if api.deleted}
    found: dict[UUID, list[Step]] = {}
    for one in placed:
        if one.ephemeral or one.deployment_id in known or one.api_id in forgotten:
            continue
        found.setdefault(one.api_id, []).append(RemoveOrphan(one.deployment_id))
    return found


def _deploys(deployments: list[LiveDeployment]) -> list[Step]:
    waiting = [one.id for one in deployments if one.status in _WAITING]
    return [*map(Supersede, waiting[:-1]), *map(Deploy, waiting[-1:])]


def _retirements(deployments: list[LiveDeployment]) -> list[Step]:
    return [
        Retire(one.id)
        for one in deployments
        if one.status is DeploymentStatus.DRAINING and one.settled
    ]


def _current(api: WantedApi, placed: Mapping[UUID, Placed]) -> list[Step]:
    if api.current is None:
        return []
    there = placed.get(api.current)
    if api.paused:
        return [Suspend(api.current)] if there is not None and there.instances else []
    if there is None:
        return [Restore(api.current)]
    if there.crashing is not None and _may_roll_back(api):
        return [RollBack(api.current, there.crashing)]
    return []


def _canary(api: WantedApi, placed: Mapping[UUID, Placed]) -> list[Step]:
    if api.canary is None:
        return []
    there = placed.get(api.canary)
    if api.paused:
        return [Suspend(api.canary)] if there is not None and there.instances else []
    if there is None:
        return [Restore(api.canary)]
    return [] if there.crashing is None else [GiveUpCanary(api.canary, there.crashing)]


def _may_roll_back(api: WantedApi) -> bool:
    """Only right after the swap, once, and not while another one is on its way."""
    fresh = any(one.id == api.current and one.fresh for one in api.deployments)
    return fresh and not any(one.status in _WAITING for one in api.deployments)
