"""Keys of callers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from apibuilder.domain import Key
from apibuilder.errors import Conflict, NotFound, TooManyKeys
from apibuilder.store.keys import NewKey
from apibuilder.store.postgres import publishing, rows
from apibuilder.store.postgres.database import Connection, Database, Row
from apibuilder.store.postgres.queries import query

_COUNT_LIVE = query("keys.count_live")
_INSERT = query("keys.insert")
_LIST = query("keys.list")
_LOCK = query("keys.lock")
_REVOKE = query("keys.revoke")
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
            )
            await publishing.audit(tx, user_id, "key.create", api_id=api.id, subject_id=made.id)
            return made

    async def of_api(self, user_id: UUID, ref: str) -> list[Key]:
        """Oldest first, revoked ones too."""
        async with self._database.transaction() as tx:
            api = await publishing.lock_api(tx, user_id, ref)
            return [rows.key(row) for row in await tx.fetch(_LIST, api.id)]

    async def rotate(self, user_id: UUID, key_id: UUID, key: NewKey) -> Key:
        """Replace one by another with the same name and limits. Raises Conflict if revoked."""
        async with self._database.transaction() as tx:
            old = await _lock(tx, user_id, key_id)
            if old["revoked_at"] is not None:
                raise Conflict("This key is revoked already; create a new one instead.")
            await tx.execute(_REVOKE, key_id)
            made = await insert_key(
                tx,
                old["api_id"],
                key,
                name=old["name"],
                requests_per_second=old["requests_per_second"],
                burst=old["burst"],
                expires_at=old["expires_at"],
            )
            await publishing.audit(
                tx,
                user_id,
                "key.rotate",
                api_id=made.api_id,
                subject_id=made.id,
                details={"replaces": str(key_id)},
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
) -> Key:
    """Store the hash of a new Key."""
    row = await tx.fetchrow(
        _INSERT, api_id, name, key.hash, key.start, requests_per_second, burst, expires_at
    )
    assert row is not None  # an insert that does not raise returns its row
    return rows.key(row)


async def _lock(tx: Connection, user_id: UUID, key_id: UUID) -> Row:
    row = await tx.fetchrow(_LOCK, user_id, key_id)
    if row is None:
        raise NotFound(f"You have no key {key_id}. `apibuilder keys list API` shows key ids.")
    return row


async def _refuse_too_many(tx: Connection, api_id: UUID) -> None:
    count: int = await tx.fetchval(_COUNT_LIVE, api_id)
    if count >= MAX_LIVE_KEYS:
        raise TooManyKeys(
            f"An API can have {MAX_LIVE_KEYS} live keys; revoke those that nobody uses.",
            limit="live_keys",
            allowed=MAX_LIVE_KEYS,
            seen=count + 1,
        )
