"""Who is asking: a bearer token becomes a Principal, in one place.

The local operator's token is one Authenticator; people's sign-in tokens are another one.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Protocol
from uuid import UUID

from fastapi import Depends, Request

from apibuilder import private_file
from apibuilder.errors import Unauthenticated

OPERATOR_ID = UUID("00000000-0000-4000-8000-000000000001")
OPERATOR_HANDLE = "operator"
_PREFIX = "ab_operator_"


@dataclass(frozen=True, slots=True)
class Principal:
    """The account that a request acts for."""

    user_id: UUID


class Authenticator(Protocol):
    """Knows one kind of token."""

    async def authenticate(self, token: str) -> Principal | None:
        """None if the token is not of its kind. Raises Unauthenticated for a bad one of it."""
        ...


class OperatorToken:
    """The one token of the operator of this machine, kept in a file that only they can read."""

    def __init__(self, token: str) -> None:
        self._digest = hashlib.sha256(token.encode()).digest()

    async def authenticate(self, token: str) -> Principal | None:
        """Compares digests, so that the time it takes tells nothing of the token."""
        given = hashlib.sha256(token.encode()).digest()
        return Principal(OPERATOR_ID) if hmac.compare_digest(given, self._digest) else None


def load_operator_token(path: Path) -> str:
    """Read it, or draw it at the very first start. Raises OSError."""
    return private_file.load_or_draw(path, lambda: f"{_PREFIX}{secrets.token_urlsafe(32)}")


async def current_principal(request: Request) -> Principal:
    """The dependency of every endpoint that needs an account. Raises Unauthenticated."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        authenticators: tuple[Authenticator, ...] = request.app.state.authenticators
        for authenticator in authenticators:
            principal = await authenticator.authenticate(token.strip())
            if principal is not None:
                return principal
    raise Unauthenticated(
        "Send `Authorization: Bearer <token>`: a sign-in token of this platform, or the local "
        "operator's, which is in `operator.token` in the data folder.",
        headers={"WWW-Authenticate": "Bearer"},
    )


CurrentPrincipal = Annotated[Principal, Depends(current_principal)]
