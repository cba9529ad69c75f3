"""Apis and their Revisions."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

from apibuilder.domain import Api, Revision
from apibuilder.errors import Conflict, NotFound, TooManyApis
from apibuilder.store.base import IdempotencyKey, Made, NewApi, NewRevision
from apibuilder.store.postgres import publishing, rows
from apibuilder.store.postgres.database import Connection, Database
from apibuilder.store.postgres.keys import insert_key
from apibuilder.store.postgres.queries import query

_COUNT = query("apis.count")
_INSERT = query("apis.insert")
_LIST = query("apis.list")
_GET = query("apis.get")
_SET_TARGET = query("apis.set_target")
_DELETE = query("apis.delete")
_REVOKE_KEYS = query("apis.revoke_keys")
_SET_ENDPOINT_URLS = query("apis.set_endpoint_urls")
_REVISIONS = query("revisions.list")
_REVISION = query("revisions.get")


class PostgresApiStore:
    """store.base.ApiStore. `gateway_url` is what endpoint URLs begin with."""

    def __init__(self, database: Database, *, backend: str, gateway_url: str) -> None:
        self._database = database
        self._backend = backend
        self._gateway_url = gateway_url

    async def set_endpoint_urls(self) -> None:
        """Follow a gateway whose address has changed since the last start."""
        await self._database.execute(_SET_ENDPOINT_URLS, self._gateway_url)

    async def create(
        self, user_id: UUID, api: NewApi, revision: NewRevision, request: IdempotencyKey | None
    ) -> Made:
        """An Api with Revision 1, a Key and a pending Deployment. Raises TooManyApis, Conflict."""
        async with self._database.transaction() as tx:
            account = await publishing.lock_account(tx, user_id)
            repeated = await publishing.find_repeated(tx, user_id, request)
            if repeated is not None:
                return repeated
            await _refuse_too_many(tx, user_id, account["max_apis"])
            api_id = await self._insert(tx, user_id, api, revision.prompt)
            await insert_key(tx, api_id, api.key, name="default")
            revision_id = await publishing.add_revision(tx, api_id, revision)
            return await publishing.add_deployment(
                tx,
                user_id,
                api_id,
                revision_id,
                backend=self._backend,
                action="api.create",
                request=request,
            )

    async def _insert(self, tx: Connection, user_id: UUID, api: NewApi, prompt: str | None) -> UUID:
        api_id = uuid4()
        url = f"{self._gateway_url}/{api_id}"
        origin = (None, "") if api.remix is None else (api.remix.listing_id, api.remix.attribution)
        for slug in api.slugs:
            values = (api_id, user_id, api.name, slug, prompt, api.description, url)
            if await tx.fetchval(_INSERT, *values, *origin) is not None:
                return api_id
        raise Conflict("No address is free for this name; give the API another one.")

    async def of_account(self, user_id: UUID) -> list[Api]:
        """The account's Apis, newest first."""
        return [rows.api(row) for row in await self._database.fetch(_LIST, user_id)]

    async def get(self, user_id: UUID, ref: str) -> Api:
        """By id or slug."""
        row = await self._database.fetchrow(_GET, user_id, *rows.parse_ref(ref))
        if row is None:
            raise publishing.unknown_api(ref)
        return rows.api(row)

    async def pause(self, user_id: UUID, ref: str) -> Api:
        """Gateways refuse its calls from now on."""
        return await self._set_target(user_id, ref, "paused", "api.pause")

    async def resume(self, user_id: UUID, ref: str) -> Api:
        """Undo a pause."""
        return await self._set_target(user_id, ref, "active", "api.resume")

    async def _set_target(
        self, user_id: UUID, ref: str, target: Literal["active", "paused"], action: str
    ) -> Api:
        async with self._database.transaction() as tx:
            api = await publishing.lock_api(tx, user_id, ref)
            if await tx.execute(_SET_TARGET, api.id, target) == "UPDATE 1":
                await publishing.audit(tx, user_id, action, api_id=api.id, subject_id=api.id)
        return await self.get(user_id, str(api.id))

    async def delete(self, user_id: UUID, ref: str) -> tuple[UUID, datetime]:
        """The Api is gone and its Keys are dead; answers its id and when."""
        async with self._database.transaction() as tx:
            api = await publishing.lock_api(tx, user_id, ref)
            deleted_at: datetime = await tx.fetchval(_DELETE, api.id)
            await tx.execute(_REVOKE_KEYS, api.id)
            await publishing.audit(tx, user_id, "api.delete", api_id=api.id, subject_id=api.id)
        return api.id, deleted_at

    async def revisions(self, user_id: UUID, ref: str) -> list[Revision]:
        """Newest first, without openapi and tests."""
        api = await self.get(user_id, ref)
        return [rows.revision(row) for row in await self._database.fetch(_REVISIONS, api.id)]

    async def revision(self, user_id: UUID, ref: str, number: int) -> Revision:
        """One, whole."""
        api = await self.get(user_id, ref)
        row = await self._database.fetchrow(_REVISION, api.id, number)
        if row is None:
            raise NotFound(f"{api.slug} has no revision {number}.")
        return rows.revision(row)


async def _refuse_too_many(tx: Connection, user_id: UUID, allowed: int) -> None:
    count: int = await tx.fetchval(_COUNT, user_id)
    if count >= allowed:
        raise TooManyApis(
            f"Your plan allows {allowed} APIs and you have {count}; delete one first.",
            limit="max_apis",
            allowed=allowed,
            seen=count + 1,
        )
