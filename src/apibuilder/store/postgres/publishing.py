"""What every transaction that publishes a Revision is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from apibuilder.domain import CanaryWish
from apibuilder.errors import Conflict, NotFound
from apibuilder.store.base import IdempotencyKey, Made, NewRevision, Wishes
from apibuilder.store.postgres.database import Connection, Row
from apibuilder.store.postgres.queries import query
from apibuilder.store.postgres.rows import checks_json, parse_ref

_LOCK_ACCOUNT = query("accounts.lock")
_LOCK_API = query("apis.lock")
_INSERT_REVISION = query("revisions.insert")
_SET_WISHES = query("apis.set_wishes")
_INSERT_DEPLOYMENT = query("deployments.insert")
_REMEMBERED = query("deployments.remembered")
_REMEMBER = query("deployments.remember")
_CANARY_RUNS = query("canaries.running")
_SERVES = query("canaries.serves")
_INSERT_CANARY = query("canaries.insert")
_AUDIT = query("audit.insert")


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedApi:
    """An Api that no other transaction changes now."""

    id: UUID
    current_revision: int | None


async def lock_account(tx: Connection, user_id: UUID) -> Row:
    """Its allowance; nothing else is made for this account until the transaction ends."""
    row = await tx.fetchrow(_LOCK_ACCOUNT, user_id)
    if row is None:
        raise NotFound("There is no such account.")
    return row


async def lock_api(tx: Connection, user_id: UUID, ref: str) -> LockedApi:
    """By id or slug. Raises NotFound."""
    row = await tx.fetchrow(_LOCK_API, user_id, *parse_ref(ref))
    if row is None:
        raise unknown_api(ref)
    return LockedApi(**row)


def unknown_api(ref: str) -> NotFound:
    """The one answer for an Api that does not exist, is deleted or is another account's."""
    return NotFound(f"You have no API {ref!r}. `apibuilder list` shows those you have.")


async def find_repeated(
    tx: Connection, user_id: UUID, request: IdempotencyKey | None
) -> Made | None:
    """What an earlier request of the same name made. Raises Conflict if that asked otherwise."""
    if request is None:
        return None
    row = await tx.fetchrow(_REMEMBERED, user_id, request.key)
    if row is None:
        return None
    if row["request_hash"] != request.request_hash:
        raise Conflict(
            f"The Idempotency-Key {request.key!r} was used for a different request; "
            "send another key, or none."
        )
    return Made(deployment_id=row["deployment_id"], api_id=row["api_id"], fresh=False)


async def set_wishes(tx: Connection, api_id: UUID, wishes: Wishes) -> None:
    """What Deployments that start from now on get; the Api is new or locked."""
    if wishes.egress_hosts is not None or wishes.min_instances is not None:
        await tx.execute(_SET_WISHES, api_id, wishes.egress_hosts, wishes.min_instances)


async def add_revision(tx: Connection, api_id: UUID, revision: NewRevision) -> UUID:
    """Store it under the next number; the Api is new or locked."""
    await set_wishes(tx, api_id, revision)
    return await tx.fetchval(
        _INSERT_REVISION,
        api_id,
        revision.source,
        revision.prompt,
        revision.model,
        revision.tests,
        checks_json(revision.checks),
    )


async def add_deployment(
    tx: Connection,
    user_id: UUID,
    api_id: UUID,
    revision_id: UUID,
    *,
    backend: str,
    action: str,
    request: IdempotencyKey | None,
) -> Made:
    """Ask for it, remember who asked, and under which name."""
    deployment_id: UUID = await tx.fetchval(_INSERT_DEPLOYMENT, api_id, revision_id, backend)
    if request is not None:
        await tx.execute(_REMEMBER, user_id, request.key, request.request_hash, deployment_id)
    await audit(tx, user_id, action, api_id=api_id, subject_id=deployment_id)
    return Made(deployment_id=deployment_id, api_id=api_id, fresh=True)


async def check_canary(tx: Connection, api_id: UUID) -> None:
    """One at a time, and beside something that serves. Raises Conflict."""
    if await tx.fetchval(_CANARY_RUNS, api_id):
        raise Conflict("A canary of this API runs already: promote or abort it first.")
    if not await tx.fetchval(_SERVES, api_id):
        raise Conflict("Nothing of this API serves that a canary could be compared with.")


async def add_canary(tx: Connection, made: Made, wish: CanaryWish) -> None:
    """The Deployment that was just made is tried with a share of the calls first."""
    await tx.execute(
        _INSERT_CANARY,
        made.api_id,
        made.deployment_id,
        wish.share,
        wish.bake_seconds,
        wish.min_calls,
    )


async def audit(
    tx: Connection,
    user_id: UUID,
    action: str,
    *,
    api_id: UUID,
    subject_id: UUID,
    details: dict[str, Any] | None = None,
) -> None:
    """Note who did what; in the transaction that does it."""
    await tx.execute(_AUDIT, user_id, action, api_id, subject_id, details or {})
