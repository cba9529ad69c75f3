"""The ports of the store: one small Protocol a noun, and the values that go in.

Every method raises Unavailable when the database is away, and NotFound for what does not exist or
belongs to another account: ownership is part of the query, never checked beside it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal, Protocol
from uuid import UUID

from apibuilder.domain import (
    Api,
    Check,
    Deployment,
    DeploymentSpec,
    DeploymentStatus,
    Failure,
    Key,
    KeyGrant,
    KeyScope,
    Plan,
    Revision,
    Route,
    Schedule,
    Secret,
    Started,
    Usage,
)
from apibuilder.store.keys import NewKey

# --- the gateway -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """What a gateway should read again; `resync` (of no Api) means everything."""

    kind: Literal["route", "keys", "resync"]
    api_id: UUID | None = None


class GatewayStore(Protocol):
    """What a gateway reads, and the ledger it writes."""

    async def routes(self) -> list[Route]:
        """Of all Apis."""
        ...

    async def route(self, api_id: UUID) -> Route | None:
        """None once the Api is deleted."""
        ...

    async def grants(self) -> list[KeyGrant]:
        """Of all Keys that are neither revoked nor expired."""
        ...

    async def grants_of(self, api_id: UUID) -> list[KeyGrant]:
        """Of one Api's Keys that are neither revoked nor expired."""
        ...

    async def month_calls(self) -> dict[UUID, int]:
        """Calls of this calendar month (UTC) by Api."""
        ...

    def changes(self) -> AsyncIterator[Change]:
        """For ever: reconnects by itself, and says `resync` after each (re)connection."""
        ...

    async def ship(self, segment: str, start: int, stop: int, usages: list[Usage]) -> None:
        """Add rows and move the segment's offset in one transaction.

        A Usage that is there already (the end of a stream whose start was shipped) replaces it.
        Raises Conflict if the stored offset is not `start`.
        """
        ...

    async def shipped(self, segment: str) -> int:
        """Offset up to which the segment is in the ledger; 0 for an unknown one."""
        ...

    async def touch_keys(self, last_used: dict[UUID, datetime]) -> None:
        """Note when Keys were last used; never moves one back."""
        ...


# --- the maker's things ------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRevision:
    """Source that passed its checks, not yet stored."""

    source: str
    prompt: str | None = None
    model: str | None = None
    tests: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    checks: list[Check] = field(default_factory=list[Check])
    # What the Api asks of the runtime from now on; None: as before.
    egress_hosts: list[str] | None = None
    min_instances: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApi:
    """An Api as its maker names it; its first free slug is taken."""

    name: str
    slugs: list[str]
    description: str
    key: NewKey


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKey:
    """A name that the client gave its request, and the SHA-256 of what it asked."""

    key: str
    request_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The Deployment of a request; `fresh` is False when a repeated request found it there."""

    deployment_id: UUID
    api_id: UUID
    fresh: bool


class ApiStore(Protocol):
    """Apis and their Revisions."""

    async def create(
        self, user_id: UUID, api: NewApi, revision: NewRevision, request: IdempotencyKey | None
    ) -> Made:
        """An Api with Revision 1, a Key and a pending Deployment. Raises TooManyApis, Conflict."""
        ...

    async def of_account(self, user_id: UUID) -> list[Api]:
        """The account's Apis, newest first."""
        ...

    async def get(self, user_id: UUID, ref: str) -> Api:
        """By id or slug."""
        ...

    async def pause(self, user_id: UUID, ref: str) -> Api:
        """Gateways refuse its calls from now on."""
        ...

    async def resume(self, user_id: UUID, ref: str) -> Api:
        """Undo a pause."""
        ...

    async def delete(self, user_id: UUID, ref: str) -> tuple[UUID, datetime]:
        """The Api is gone and its Keys are dead; answers its id and when."""
        ...

    async def revisions(self, user_id: UUID, ref: str) -> list[Revision]:
        """Newest first, without openapi and tests."""
        ...

    async def revision(self, user_id: UUID, ref: str, number: int) -> Revision:
        """One, whole."""
        ...


class DeploymentStore(Protocol):
    """Deployments as their maker asks for them and sees them."""

    async def publish(
        self,
        user_id: UUID,
        ref: str,
        revision: NewRevision,
        *,
        name: str | None,
        request: IdempotencyKey | None,
    ) -> Made:
        """A new Revision and its pending Deployment; `name` renames the Api too."""
        ...

    async def redeploy(
        self,
        user_id: UUID,
        ref: str,
        choice: int | Literal["current", "previous"],
        *,
        action: Literal["rollback", "reload"],
        request: IdempotencyKey | None,
    ) -> Made:
        """A pending Deployment of a Revision that is there."""
        ...

    async def of_api(self, user_id: UUID, ref: str) -> list[Deployment]:
        """Of one Api, newest first, at most 100."""
        ...

    async def get(self, user_id: UUID, deployment_id: UUID) -> Deployment:
        """One."""
        ...


class KeyStore(Protocol):
    """Keys of callers."""

    async def create(
        self,
        user_id: UUID,
        ref: str,
        key: NewKey,
        *,
        name: str,
        requests_per_second: float | None,
        burst: int | None,
        expires_at: datetime | None,
        scopes: tuple[KeyScope, ...] = (KeyScope.CALL,),
    ) -> Key:
        """Raises TooManyKeys."""
        ...

    async def of_api(self, user_id: UUID, ref: str) -> list[Key]:
        """Oldest first, revoked ones too."""
        ...

    async def rotate(
        self, user_id: UUID, key_id: UUID, key: NewKey, grace: timedelta = timedelta(0)
    ) -> Key:
        """Replace one by another with the same name, limits and scopes.

        The old one goes on for `grace`. Raises Conflict if it is revoked or replaced already, and
        Forbidden for a subscriber's: only its holder may see a clear text.
        """
        ...

    async def revoke(self, user_id: UUID, key_id: UUID) -> Key:
        """The Key is dead; repeating it changes nothing."""
        ...


class SecretStore(Protocol):
    """Secrets of Apis. No method answers a value."""

    async def set(self, user_id: UUID, ref: str, name: str, value: str) -> Secret:
        """Write one and start the Api afresh with it. Raises TooManySecrets."""
        ...

    async def of_api(self, user_id: UUID, ref: str) -> list[Secret]:
        """By name."""
        ...

    async def delete(self, user_id: UUID, ref: str, name: str) -> UUID:
        """Remove one and start the Api afresh without it: the id of that Deployment."""
        ...


class UsageStore(Protocol):
    """What was called."""

    async def offsets(self) -> dict[str, int]:
        """Up to where each segment file is in the ledger; one that is missing is at 0."""
        ...

    async def calls_by_status(self, api_id: UUID, *, besides: list[UUID]) -> dict[int, int]:
        """Count an Api's rows in the ledger, leaving out those with the ids `besides`."""
        ...

    async def ensure_partitions(self, first: date, last: date) -> None:
        """Make the ledger's partitions of these days (UTC), both included."""
        ...

    async def roll_up(self, marks: int) -> int:
        """Count up to so many marked minutes anew; answers how many marks were taken.

        0 when there is nothing to do or another process is at it. Exactly once: what it counts and
        the marks it takes are one transaction.
        """
        ...

    async def retain(self, first: date) -> int:
        """Drop the ledger and the minutes before this day (UTC); answers how many partitions.

        Days are kept. Drops nothing while calls before `first` are not rolled up.
        """
        ...

    async def drop_logs(self, before: datetime) -> None:
        """Drop log lines that are older."""
        ...

    async def refresh_listings(self) -> None:
        """Write the measured figures of the last 30 days into published listings."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationEnd:
    """How a Generation ended."""

    status: Literal["succeeded", "failed", "cancelled"]
    deployment_id: UUID | None = None
    model: str | None = None
    plan: dict[str, Any] | None = None
    error: Failure | None = None


class GenerationStore(Protocol):
    """Runs of a generator."""

    async def start(self, user_id: UUID, prompt: str, ref: str | None) -> UUID:
        """Note a run, for a new Api or for `ref`. Raises TooManyGenerations."""
        ...

    async def finish(self, generation_id: UUID, end: GenerationEnd) -> None:
        """Note its end, and what was made of it."""
        ...

    async def plan_of(self, user_id: UUID, ref: str) -> dict[str, Any] | None:
        """The plan that the Api's current Revision was generated from, if one was."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSchedule:
    """Which route is called, and when; its name is where it is put."""

    cron: str
    method: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What becomes of a schedule that is due."""

    next_at: datetime
    missed: int  # occurrences that were due and are not run
    running_until: datetime | None  # it is run now, and given up then; None: it is not


class ScheduleStore(Protocol):
    """Schedules of Apis."""

    async def put(
        self, user_id: UUID, ref: str, name: str, schedule: NewSchedule, next_at: datetime
    ) -> Schedule:
        """Make it, or replace the one of that name. Raises TooManySchedules."""
        ...

    async def of_api(self, user_id: UUID, ref: str) -> list[Schedule]:
        """By name."""
        ...

    async def delete(self, user_id: UUID, ref: str, name: str) -> None:
        """It is gone."""
        ...

    async def take_due(
        self, now: datetime, turn: Callable[[Schedule, bool], Turn]
    ) -> list[Schedule]:
        """Move all that are due on by what `turn` says of each and of whether its Api serves;
        answers those that are to run now. Of several that ask at once, one gets a schedule."""
        ...

    async def finish(
        self, schedule_id: UUID, at: datetime, status: int | None, error: str | None
    ) -> None:
        """Note how a run ended; `error` is None for one that went well."""
        ...

    async def add_key(self, api_id: UUID, key: NewKey, expires_at: datetime) -> None:
        """A Key for the platform's own calls."""
        ...


class AccountStore(Protocol):
    """Accounts and what they may use."""

    async def ensure_operator(self, user_id: UUID, handle: str, plan_id: str) -> None:
        """Make the local operator's account, or move it to this plan. Raises Invalid."""
        ...

    async def plan(self, user_id: UUID) -> Plan:
        """The account's plan."""
        ...


# --- the deployer ------------------------------------------------------------


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

    async def stopped(self, deployment_id: UUID) -> None:
        """The Backend has taken it away."""
        ...

    async def purged(self, api_id: UUID) -> None:
        """The Backend has removed all of a deleted Api: drop its source and Deployments too."""
        ...

    def events(self) -> AsyncIterator[UUID | None]:
        """Deployments that changed, for ever; None after each (re)connection: read everything."""
        ...
