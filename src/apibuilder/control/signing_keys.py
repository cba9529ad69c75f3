"""The public keys of a hosted project, fetched when they are first needed and kept for a while."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiohttp
import jwt
import structlog

from apibuilder.errors import Unavailable

_log = structlog.get_logger()

_FRESH_SECONDS = 600.0  # as long as Supabase says that its answer may be kept
_PAUSE_SECONDS = 30.0  # between two fetches, whatever ids strangers make up
_TIMEOUT = aiohttp.ClientTimeout(total=5)
_USABLE = {("EC", "ES256"), ("RSA", "RS256")}


class Jwks:
    """sign_in.SigningKeys at a URL. When it is away, keys that were known stay good."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched = self._tried = float("-inf")
        self._fetching = asyncio.Lock()

    async def find(self, kid: str) -> jwt.PyJWK | None:
        """By its id. Raises Unavailable if no key was ever fetched."""
        if kid not in self._keys or time.monotonic() - self._fetched > _FRESH_SECONDS:
            await self._refresh()
        if not self._keys and self._fetched == float("-inf"):
            raise Unavailable("The keys that sign-in tokens are checked with cannot be fetched.")
        return self._keys.get(kid)

    async def _refresh(self) -> None:
        async with self._fetching:
            if time.monotonic() - self._tried < _PAUSE_SECONDS:
                return  # somebody has just asked
            self._tried = time.monotonic()
            try:
                self._keys = _usable(await self._fetch())
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
                _log.warning("signing keys could not be fetched", url=self._url, detail=str(error))
            else:
                self._fetched = time.monotonic()

    async def _fetch(self) -> Any:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT) as web,
            web.get(self._url, raise_for_status=True, allow_redirects=False) as answer,
        ):
            return await answer.json(content_type=None)


def _usable(document: Any) -> dict[str, jwt.PyJWK]:
    """Public keys of the kinds that are accepted, by id. Raises ValueError for no JWKS."""
    try:
        published: list[dict[str, Any]] = list(document["keys"])
        return {
            str(entry["kid"]): jwt.PyJWK(entry)
            for entry in published
            if (entry.get("kty"), entry.get("alg")) in _USABLE and entry.get("use", "sig") == "sig"
        }
    except (AttributeError, KeyError, TypeError, jwt.PyJWTError) as error:
        raise ValueError(f"not a JWKS document: {error}") from None
