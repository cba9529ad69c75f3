"""Keys of callers."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from apibuilder.domain import Key, KeyScope
from apibuilder.errors import Conflict, Forbidden, NotFound, TooManyKeys
from apibuilder.store.keys import NewKey
from apibuilder.store.postgres import publishing, rows
from apibuilder.store.postgres.database import Connection, Database, Row
from apibuilder.store.postgres.queries import query

_COUNT_LIVE = query("keys.count_live")
_INSERT = query("keys.insert")
_LIST = query("keys.list")
_LOCK = query("keys.lock")
_REVOKE = query("keys.revoke")
_REPLACE = query("keys.replace")
_GET = query("keys.get")

MAX_LIVE_KEYS = 1000  # an Api; every gateway holds them all in memory


class PostgresKeyStore:
    """store.base.KeyStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

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
        async with self._database.transaction() as tx:
            api = await publishing.lock_api(tx, user_id, ref)
            await _refuse_too_many(tx, api.id)
            made = await insert_key(
                tx,
                api.id,
                key,
                name=name,
                requests_per_second=requests_per_second,
                burst=burst,
                expires_at=expires_at,
                scopes=scopes,
            )
            await publishing.audit(tx, user_id, "key.create", api_id=api.id, subject_id=made.id)
            return made

    async def of_api(self, user_id: UUID, ref: str) -> list[Key]:
        """Oldest first, revoked ones too."""
        async with self._database.transaction() as tx:
            api = await publishing.lock_api(tx, user_id, ref)
            return [rows.key(row) for row in await tx.fetch(_LIST, api.id)]

    async def rotate(
        self, user_id: UUID, key_id: UUID, key: NewKey, grace: timedelta = timedelta(0)
    ) -> Key:
        """Replace one by another with the same name, limits and scopes.

        The old one goes on for `grace`. Raises Conflict if it is revoked or replaced already, and
        Forbidden for a subscriber's: only its holder may see a clear text.
        """
        async with self._database.transaction() as tx:
            old = await _lock(tx, user_id, key_id)
            _refuse_to_replace(old)
            made = await insert_key(
                tx,
                old["api_id"],
                key,
                name=old["name"],
                requests_per_second=old["requests_per_second"],
                burst=old["burst"],
                expires_at=old["expires_at"],
                scopes=tuple(KeyScope(scope) for scope in old["scopes"]),
                subscription_id=old["subscription_id"],
                plan_id=old["plan_id"],
            )
            await tx.execute(_REPLACE, key_id, made.id, grace)
            await publishing.audit(
                tx,
                user_id,
                "key.rotate",
                api_id=made.api_id,
                subject_id=made.id,
                details={"replaces": str(key_id), "grace_seconds": grace.total_seconds()},
            )
            return made

    async def revoke(self, user_id: UUID, key_id: UUID) -> Key:
        """The Key is dead; repeating it changes nothing."""
        async with self._database.transaction() as tx:
            old = await _lock(tx, user_id, key_id)
            if await tx.execute(_REVOKE, key_id) == "UPDATE 1":
                await publishing.audit(
                    tx, user_id, "key.revoke", api_id=old["api_id"], subject_id=key_id
                )
            row = await tx.fetchrow(_GET, key_id)
            assert row is not None  # it is locked
            return rows.key(row)


async def insert_key(
    tx: Connection,
    api_id: UUID,
    key: NewKey,
    *,
    name: str,
    requests_per_second: float | None = None,
    burst: int | None = None,
    expires_at: datetime | None = None,
    scopes: tuple[KeyScope, ...] = (KeyScope.CALL,),
    subscription_id: UUID | None = None,
    plan_id: str | None = None,
) -> Key:
    """Store the hash of a new Key."""
    row = await tx.fetchrow(
        _INSERT,
        api_id,
        name,
        key.hash,
        key.start,
        requests_per_second,
        burst,
        expires_at,
        [scope.value for scope in scopes],
        subscription_id,
        plan_id,
    )
    assert row is not None  # an insert that does not raise returns its row
    return rows.key(row)


async def _lock(tx: Connection, user_id: UUID, key_id: UUID) -> Row:
    row = await tx.fetchrow(_LOCK, user_id, key_id)
    if row is None:
        raise NotFound(f"You have no key {key_id}. `apibuilder keys list API` shows key ids.")
    return row


def _refuse_to_replace(old: Row) -> None:
    if not old["held"]:
        raise Forbidden("This key is a subscriber's: you may revoke it, not replace it.")
    if old["revoked_at"] is not None:
        raise Conflict("This key is revoked already; create a new one instead.")
    if old["replaced_by"] is not None:
        raise Conflict("This key was replaced already and is in its grace; rotate the new one.")


async def _refuse_too_many(tx: Connection, api_id: UUID) -> None:
    count: int = await tx.fetchval(_COUNT_LIVE, api_id)
    if count >= MAX_LIVE_KEYS:
        raise TooManyKeys(
            f"An API can have {MAX_LIVE_KEYS} live keys; revoke those that nobody uses.",
            limit="live_keys",
            allowed=MAX_LIVE_KEYS,
            seen=count + 1,
        )
