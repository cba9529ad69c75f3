"""The port of a Backend: what runs Deployments, wherever that is.

The contract, in prose, for whoever writes another one:

* `place` starts the first Instance of a Deployment, checks that it imports, builds its OpenAPI,
  runs its lifespan and answers a probe, and only then returns. It never disturbs another
  Deployment of the same Api: during a swap two of them run side by side. Placing a Deployment
  that is placed already answers its present Instance.
* `acquire` answers the live Instances, starting one if there is none (scale from zero). Parallel
  calls share one start. It is on the path of a request, so it must be quick when one is live.
  A gateway that finds those it knows CROWDED asks for more; it gets as many as the Deployment's
  limits allow and as could be started. Which of them are not needed any more the Backend sees.
* `retire` takes a Deployment away: its Instances take no new requests, finish those in flight
  within the grace time, and end. Retiring what is not there is not an error.
* `suspend` does the same to its Instances but keeps the Deployment, ready for `acquire`.
* `overdue` tells a gateway whose call was not answered in time whether its Instance computes; one
  that is stuck at it is ended, so that it holds no other call.
* `ending` tells a gateway that lost an Instance why, so that its callers hear of the limit.
* `placed` lists what the Backend knows, so that the deployer's loop can mend drift.

Every method is safe to repeat, and a crash between any two of them loses nothing that a repeat
does not restore.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from apibuilder.domain import DeploymentSpec, Ending, Instance, Started

CROWDED = 8  # requests in flight an Instance, from which on another one is worth its memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A Deployment as a Backend knows it."""

    deployment_id: UUID
    api_id: UUID
    revision: int
    ephemeral: bool
    instances: list[Instance]
    crashing: str | None = None  # why, if its Instances end again and again


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line that user code printed or logged, or that the platform says about it."""

    at: str  # RFC 3339, UTC
    stream: str  # "stdout" | "stderr" | "log" | "platform"
    message: str
    level: str = "info"
    request_id: str | None = None
    revision: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLine:
    """A line, and whose it is."""

    api_id: UUID
    line: LogLine


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFeed:
    """Lines of all Apis, in order."""

    epoch: str  # changes when the numbers begin anew
    last: int  # number of the last line here
    lost: int  # lines that were asked for and are not kept any more
    lines: list[FeedLine]


class Backend(Protocol):
    """See the module's docstring for the contract."""

    async def place(self, spec: DeploymentSpec) -> Started:
        """Start and verify; raises a DeployRefused that names file, line and cause."""
        ...

    async def acquire(self, deployment_id: UUID, instances: int = 1) -> list[Instance]:
        """Live Instances, at least one, and `instances` of them if that can be done.

        Raises NotFound (not placed) or InstanceUnavailable."""
        ...

    async def suspend(self, deployment_id: UUID, grace_seconds: float) -> None:
        """Drain and stop the Instances; keep the Deployment."""
        ...

    async def retire(self, deployment_id: UUID, grace_seconds: float) -> None:
        """Drain and stop the Instances; forget the Deployment. Returns once draining has begun."""
        ...

    async def forget_api(self, api_id: UUID) -> None:
        """Retire all of an Api at once and remove its data folder and logs."""
        ...

    async def ending(self, instance_id: str) -> Ending | None:
        """Why an Instance ended, if it did so lately; one that just hung up is waited for."""
        ...

    async def overdue(self, instance_id: str) -> Ending | None:
        """The limit that an Instance breaks on which a call is overdue; None if it only waits."""
        ...

    async def placed(self) -> list[Placed]:
        """All Deployments this Backend holds."""
        ...

    async def note(self, api_id: UUID, message: str) -> None:
        """Write a line of the platform's to an Api's log."""
        ...

    def logs(self, api_id: UUID, *, tail: int, follow: bool) -> AsyncIterator[LogLine]:
        """The last `tail` lines, then, if `follow`, new ones as they come."""
        ...

    async def log_feed(self, epoch: str, after: int) -> LogFeed:
        """Lines of all Apis that follow number `after` of `epoch`; of another epoch, all kept."""
        ...

    async def status(self) -> dict[str, Any]:
        """What `doctor` shows: tier, layers in force, zygote, workers, what is missing."""
        ...
