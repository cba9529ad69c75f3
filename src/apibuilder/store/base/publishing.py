"""Apis, their Revisions and Deployments, as their maker sees them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from apibuilder.domain import Api, CanaryWish, Check, Deployment, Revision
from apibuilder.store.keys import NewKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What an Api asks of the runtime from now on; None: as before."""

    egress_hosts: list[str] | None = None
    min_instances: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRevision(Wishes):
    """Source that passed its checks, not yet stored."""

    source: str
    prompt: str | None = None
    model: str | None = None
    tests: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    checks: list[Check] = field(default_factory=list[Check])
    canary: CanaryWish | None = None  # a share of the calls first, then all of them or none


@dataclass(frozen=True, slots=True, kw_only=True)
class Remix:
    """Whose listing an Api is made of; `attribution` says it in words, and stays."""

    listing_id: UUID
    attribution: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApi:
    """An Api as its maker names it; its first free slug is taken."""

    name: str
    slugs: list[str]
    description: str
    key: NewKey
    remix: Remix | None = None


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
        wishes: Wishes | None = None,
    ) -> Made:
        """A pending Deployment of a Revision that is there; it and later ones have `wishes`."""
        ...

    async def of_api(self, user_id: UUID, ref: str) -> list[Deployment]:
        """Of one Api, newest first, at most 100."""
        ...

    async def get(self, user_id: UUID, deployment_id: UUID) -> Deployment:
        """One."""
        ...
