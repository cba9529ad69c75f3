"""What a maker does with Apis that are there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

from apibuilder.backends.base import Backend, LogLine
from apibuilder.control.authentication import Principal
from apibuilder.control.logs.filters import LogFilter, matching
from apibuilder.domain import Api, Revision
from apibuilder.store.base import ApiStore


class ApiService:
    """Reads, pauses, resumes and deletes."""

    def __init__(self, apis: ApiStore, backend: Backend) -> None:
        self._apis = apis
        self._backend = backend

    async def of_account(self, principal: Principal) -> list[Api]:
        """Newest first."""
        return await self._apis.of_account(principal.user_id)

    async def get(self, principal: Principal, ref: str) -> Api:
        """By id or slug. Raises NotFound."""
        return await self._apis.get(principal.user_id, ref)

    async def pause(self, principal: Principal, ref: str) -> Api:
        """Gateways refuse its calls from now on. Raises NotFound."""
        return await self._apis.pause(principal.user_id, ref)

    async def resume(self, principal: Principal, ref: str) -> Api:
        """Undo a pause. Raises NotFound."""
        return await self._apis.resume(principal.user_id, ref)

    async def delete(self, principal: Principal, ref: str) -> tuple[UUID, datetime]:
        """Its keys die now; the deployer removes what runs and its data. Raises NotFound."""
        return await self._apis.delete(principal.user_id, ref)

    async def revisions(self, principal: Principal, ref: str) -> tuple[Api, list[Revision]]:
        """The Api and its Revisions, newest first. Raises NotFound."""
        api = await self.get(principal, ref)
        return api, await self._apis.revisions(principal.user_id, str(api.id))

    async def revision(self, principal: Principal, ref: str, number: int) -> Revision:
        """One. Raises NotFound."""
        return await self._apis.revision(principal.user_id, ref, number)

    async def logs(
        self, principal: Principal, ref: str, wanted: LogFilter, *, tail: int, follow: bool
    ) -> AsyncIterator[LogLine]:
        """What it printed, of its last `tail` lines. Raises NotFound; Unavailable when read."""
        api = await self.get(principal, ref)
        return matching(self._backend.logs(api.id, tail=tail, follow=follow), wanted)
