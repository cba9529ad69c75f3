"""Sign-in tokens: exactly the JWTs that the configured Supabase project issues, nothing else.

A token is signed with the project's shared secret (HS256) or with one of its signing keys (ES256
or RS256, published as JWKS). Which of the two is decided by the token's header, but each algorithm
only ever meets keys of its own kind, so that a public key is never taken for a secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import jwt

from apibuilder.control.authentication import Principal
from apibuilder.errors import Unauthenticated

_LEEWAY_SECONDS = 10  # clocks of two machines
_ASYMMETRIC = ("ES256", "RS256")
_ROLE = "authenticated"


class SigningKeys(Protocol):
    """The project's public keys."""

    async def find(self, kid: str) -> jwt.PyJWK | None:
        """None for an id that the project does not publish. Raises Unavailable."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a token must say. A local server says no issuer, so there it may be missing."""

    audience: str
    issuer: str
    issuer_required: bool = True


class SignInTokens:
    """control.authentication.Authenticator for people."""

    def __init__(
        self, expected: Expected, *, secret: str | None, keys: SigningKeys | None = None
    ) -> None:
        self._expected = expected
        self._secret = secret
        self._keys = keys

    async def authenticate(self, token: str) -> Principal | None:
        """None if it is no JWT. Raises Unauthenticated, and Unavailable without its keys."""
        try:
            header = jwt.get_unverified_header(token)
        except jwt.InvalidTokenError:
            return None
        key, algorithm = await self._key(header)
        try:
            return _principal(self._decode(token, key, algorithm))
        except jwt.ExpiredSignatureError:
            raise _refused("Your sign-in has expired: refresh it, or sign in again.") from None
        except (jwt.InvalidTokenError, ValueError):
            raise _refused() from None

    async def _key(self, header: dict[str, Any]) -> tuple[str | jwt.PyJWK, str]:
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm == "HS256" and self._secret is not None:
            return self._secret, "HS256"
        if algorithm in _ASYMMETRIC and self._keys is not None and isinstance(kid, str):
            found = await self._keys.find(kid)
            if found is not None and found.algorithm_name == algorithm:
                return found, algorithm
        raise _refused()

    def _decode(self, token: str, key: str | jwt.PyJWK, algorithm: str) -> dict[str, Any]:
        required = ["exp", "sub", "aud"]
        expected = self._expected
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=expected.audience,
            leeway=_LEEWAY_SECONDS,
            options={"require": [*required, "iss"] if expected.issuer_required else required},
        )
        if claims.get("iss", expected.issuer) != expected.issuer:
            raise jwt.InvalidIssuerError
        return claims


def _principal(claims: dict[str, Any]) -> Principal:
    """Raises ValueError for one that is nobody's, such as the project's service role."""
    if claims.get("role") != _ROLE:
        raise ValueError
    return Principal(UUID(claims["sub"]))


def _refused(detail: str = "This sign-in token is not valid here.") -> Unauthenticated:
    return Unauthenticated(detail, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
