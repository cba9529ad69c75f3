"""Secrets of Apis: written sealed, listed by name, opened for the deployer only."""

from __future__ import annotations

from uuid import UUID

import structlog

from apibuilder.domain import Secret
from apibuilder.errors import NotFound, SecretUnreadable, TooManySecrets
from apibuilder.store.postgres import publishing
from apibuilder.store.postgres.database import Connection, Database, Row
from apibuilder.store.postgres.queries import query
from apibuilder.store.sealing import Sealed, Sealer

_COUNT_OTHERS = query("secrets.count_others")
_SET = query("secrets.set")
_LIST = query("secrets.list")
_DELETE = query("secrets.delete")
_SEALED_OTHERWISE = query("secrets.sealed_otherwise")
_RESEAL = query("secrets.reseal")
_CURRENT = query("revisions.current")

MAX_SECRETS = 50  # an Api; with their largest size they still fit a worker's first frame

_log = structlog.get_logger()


class PostgresSecretStore:
    """store.base.SecretStore."""

    def __init__(self, database: Database, sealer: Sealer, *, backend: str) -> None:
        self._database = database
        self._sealer = sealer
        self._backend = backend

    async def set(self, user_id: UUID, ref: str, name: str, value: str) -> Secret:
        """Write one and start the Api afresh with it. Raises TooManySecrets."""
        async with self._database.transaction() as tx:
            api = await publishing.lock_api(tx, user_id, ref)
            await _refuse_too_many(tx, api.id, name)
            sealed = self._sealer.seal(api.id, name, value)
            row = await tx.fetchrow(_SET, api.id, name, sealed.key_id, sealed.data)
            assert row is not None  # an insert that does not raise returns its row
            await publishing.audit(
                tx,
                user_id,
                "secret.set",
                api_id=api.id,
                subject_id=row["id"],
                details={"name": name},
            )
            return _secret(row, await self._reload(tx, user_id, api.id))

    async def of_api(self, user_id: UUID, ref: str) -> list[Secret]:
        """By name."""
        async with self._database.transaction() as tx:
            api = await publishing.lock_api(tx, user_id, ref)
            return [_secret(row) for row in await tx.fetch(_LIST, api.id)]

    async def delete(self, user_id: UUID, ref: str, name: str) -> UUID:
        """Remove one and start the Api afresh without it: the id of that Deployment."""
        async with self._database.transaction() as tx:
            api = await publishing.lock_api(tx, user_id, ref)
            row = await tx.fetchrow(_DELETE, api.id, name)
            if row is None:
                raise NotFound(f"This API has no secret {name!r}.")
            await publishing.audit(
                tx,
                user_id,
                "secret.delete",
                api_id=api.id,
                subject_id=row["id"],
                details={"name": name},
            )
            return await self._reload(tx, user_id, api.id)

    async def reseal(self) -> None:
        """Seal with the present key what an older one sealed; what does not open stays."""
        async with self._database.transaction() as tx:
            for row in await tx.fetch(_SEALED_OTHERWISE, self._sealer.key_id):
                old = Sealed(row["key_id"], row["sealed"])
                try:
                    value = self._sealer.open(row["api_id"], row["name"], old)
                except SecretUnreadable as error:
                    _log.warning("a secret cannot be read", detail=error.detail)
                    continue
                new = self._sealer.seal(row["api_id"], row["name"], value)
                await tx.execute(_RESEAL, row["id"], new.key_id, new.data)

    async def _reload(self, tx: Connection, user_id: UUID, api_id: UUID) -> UUID:
        """Ask for a Deployment of what serves: a worker reads its secrets once."""
        revision_id: UUID = await tx.fetchval(_CURRENT, api_id)
        made = await publishing.add_deployment(
            tx,
            user_id,
            api_id,
            revision_id,
            backend=self._backend,
            action="api.reload",
            request=None,
        )
        return made.deployment_id


async def _refuse_too_many(tx: Connection, api_id: UUID, name: str) -> None:
    others: int = await tx.fetchval(_COUNT_OTHERS, api_id, name)
    if others >= MAX_SECRETS:
        raise TooManySecrets(
            f"An API can have {MAX_SECRETS} secrets; delete those that it does not use.",
            limit="secrets",
            allowed=MAX_SECRETS,
            seen=others + 1,
        )


def _secret(row: Row, deployment_id: UUID | None = None) -> Secret:
    return Secret(
        name=row["name"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        deployment_id=deployment_id,
    )
