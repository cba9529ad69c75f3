"""Keys of callers: made, replaced and revoked by the Api's maker."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from apibuilder.control.authentication import Principal
from apibuilder.domain import Key, KeyScope
from apibuilder.errors import Invalid
from apibuilder.store.base import KeyStore
from apibuilder.store.keys import new_key


class KeyService:
    """The clear text of a Key leaves here once, beside the Key that is stored."""

    def __init__(self, keys: KeyStore) -> None:
        self._keys = keys

    async def create(
        self,
        principal: Principal,
        ref: str,
        *,
        name: str,
        requests_per_second: float | None,
        burst: int | None,
        expires_at: datetime | None,
        scopes: tuple[KeyScope, ...],
    ) -> tuple[Key, str]:
        """Raises NotFound, TooManyKeys, and Invalid for an expiry that has passed."""
        if expires_at is not None and expires_at <= datetime.now(UTC):
            raise Invalid(f"expires_at is {expires_at.isoformat()}, which has passed.")
        key = new_key()
        stored = await self._keys.create(
            principal.user_id,
            ref,
            key,
            name=name,
            requests_per_second=requests_per_second,
            burst=burst,
            expires_at=expires_at,
            scopes=scopes,
        )
        return stored, key.clear

    async def of_api(self, principal: Principal, ref: str) -> list[Key]:
        """Oldest first. Raises NotFound."""
        return await self._keys.of_api(principal.user_id, ref)

    async def rotate(self, principal: Principal, key_id: UUID, grace: timedelta) -> tuple[Key, str]:
        """One with the same name, limits and scopes; the old one is dead after `grace`.

        Raises NotFound, Conflict, Forbidden.
        """
        key = new_key()
        return await self._keys.rotate(principal.user_id, key_id, key, grace), key.clear

    async def revoke(self, principal: Principal, key_id: UUID) -> Key:
        """Raises NotFound."""
        return await self._keys.revoke(principal.user_id, key_id)
