"""What else a maker has: keys, secrets, usage, generations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal, Protocol
from uuid import UUID

from apibuilder.domain import Failure, Key, KeyScope, Plan, Secret
from apibuilder.store.keys import NewKey


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


class AccountStore(Protocol):
    """Accounts and what they may use."""

    async def ensure_operator(self, user_id: UUID, handle: str, plan_id: str) -> None:
        """Make the local operator's account, or move it to this plan. Raises Invalid."""
        ...

    async def plan(self, user_id: UUID) -> Plan:
        """The account's plan."""
        ...
