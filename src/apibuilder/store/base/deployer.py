"""What the deployer's loop reads, and the steps it notes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from apibuilder.domain import DeploymentSpec, DeploymentStatus, Failure, Started


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveDeployment:
    """A Deployment that still wants a step, or serves."""

    id: UUID
    sequence: int
    status: DeploymentStatus
    settled: bool  # unless it drains and gateways may not have heard of that yet
    fresh: bool = False  # it began to serve minutes ago, and has not been rolled back from


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedApi:
    """An Api as the deployer should make it, with its live Deployments, oldest first."""

    api_id: UUID
    paused: bool
    deleted: bool
    current: UUID | None
    deployments: list[LiveDeployment]
    canary: UUID | None = None  # that runs beside the current one


class DeployerStore(Protocol):
    """What the deployer's loop reads, and the steps it notes."""

    async def wanted(self, settle_seconds: float) -> list[WantedApi]:
        """Every Api that is not yet purged."""
        ...

    async def spec(self, deployment_id: UUID) -> DeploymentSpec:
        """All that a Backend needs to run it."""
        ...

    async def starting(self, deployment_id: UUID) -> None:
        """It is being placed."""
        ...

    async def swap(self, deployment_id: UUID, started: Started) -> bool:
        """Make it the Api's current one in one transaction, and the one before drain.

        A canary gets its share of the calls instead, and the one before goes on.
        False if it may not be: a newer one serves, or it is no longer wanted. It drains then.
        """
        ...

    async def fail(self, deployment_id: UUID, failure: Failure) -> None:
        """It could not be placed; what served before goes on."""
        ...

    async def roll_back(self, deployment_id: UUID, failure: Failure) -> bool:
        """Note why an active one is given up, and ask for the last Revision before it that served.

        False if there is none. It goes on until the other one is there.
        """
        ...

    async def give_up_canary(self, deployment_id: UUID, failure: Failure) -> None:
        """The canary crashes: it drains, and what served beside it has all calls again."""
        ...

    async def stopped(self, deployment_id: UUID) -> None:
        """The Backend has taken it away."""
        ...

    async def purged(self, api_id: UUID) -> None:
        """The Backend has removed all of a deleted Api: drop its source and Deployments too."""
        ...

    def events(self) -> AsyncIterator[UUID | None]:
        """Deployments that changed, for ever; None after each (re)connection: read everything."""
        ...
