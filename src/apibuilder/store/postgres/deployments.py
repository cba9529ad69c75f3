"""Deployments, as their maker asks for them and sees them."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from apibuilder.domain import Deployment
from apibuilder.errors import Conflict, NotFound
from apibuilder.store.base import IdempotencyKey, Made, NewRevision, Wishes
from apibuilder.store.postgres import publishing, rows
from apibuilder.store.postgres.database import Connection, Database
from apibuilder.store.postgres.publishing import LockedApi
from apibuilder.store.postgres.queries import query

_RENAME = query("apis.rename")
_REVISION = query("revisions.get")
_CURRENT = query("revisions.current")
_PREVIOUS = query("revisions.previous")
_LIST = query("deployments.list")
_GET = query("deployments.get")
_FORGET_OLD = query("deployments.forget_old")


class PostgresDeploymentStore:
    """store.base.DeploymentStore."""

    def __init__(self, database: Database, *, backend: str) -> None:
        self._database = database
        self._backend = backend

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
        async with self._database.transaction() as tx:
            await publishing.lock_account(tx, user_id)
            repeated = await publishing.find_repeated(tx, user_id, request)
            if repeated is not None:
                return repeated
            api = await publishing.lock_api(tx, user_id, ref)
            if revision.canary is not None:
                await publishing.check_canary(tx, api.id)
            if name is not None:
                await tx.execute(_RENAME, api.id, name)
            revision_id = await publishing.add_revision(tx, api.id, revision)
            made = await publishing.add_deployment(
                tx,
                user_id,
                api.id,
                revision_id,
                backend=self._backend,
                action="api.publish",
                request=request,
            )
            if revision.canary is not None:
                await publishing.add_canary(tx, made, revision.canary)
            return made

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
        """A pending Deployment of a Revision that is there."""
        async with self._database.transaction() as tx:
            await publishing.lock_account(tx, user_id)
            repeated = await publishing.find_repeated(tx, user_id, request)
            if repeated is not None:
                return repeated
            api = await publishing.lock_api(tx, user_id, ref)
            if wishes is not None:
                await publishing.set_wishes(tx, api.id, wishes)
            return await publishing.add_deployment(
                tx,
                user_id,
                api.id,
                await _choose(tx, api, choice),
                backend=self._backend,
                action=f"api.{action}",
                request=request,
            )

    async def of_api(self, user_id: UUID, ref: str) -> list[Deployment]:
        """Of one Api, newest first, at most 100."""
        async with self._database.transaction() as tx:
            api = await publishing.lock_api(tx, user_id, ref)
            return [rows.deployment(row) for row in await tx.fetch(_LIST, api.id)]

    async def get(self, user_id: UUID, deployment_id: UUID) -> Deployment:
        """One."""
        row = await self._database.fetchrow(_GET, user_id, deployment_id)
        if row is None:
            raise NotFound(f"You have no deployment {deployment_id}.")
        return rows.deployment(row)

    async def forget_old_requests(self) -> None:
        """Idempotency keys live for a day."""
        await self._database.execute(_FORGET_OLD)


async def _choose(
    tx: Connection, api: LockedApi, choice: int | Literal["current", "previous"]
) -> UUID:
    if choice == "current":
        return await tx.fetchval(_CURRENT, api.id)
    if choice == "previous":
        revision_id: UUID | None = await tx.fetchval(_PREVIOUS, api.id)
        if revision_id is None:
            raise Conflict("No earlier revision of this API has served; there is none to go to.")
        return revision_id
    row = await tx.fetchrow(_REVISION, api.id, choice)
    if row is None:
        raise NotFound(f"This API has no revision {choice}.")
    return row["id"]
