"""The operator's sign-in: local Auth has no way to make an account of a given id, so this does."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import bcrypt

from apibuilder.local.migrate import connected

EMAIL = "operator@apibuilder.local"
_INSERT = Path(__file__).with_name("operator.sql")
_ROUNDS = 10  # as Auth itself
_PASSWORD_BYTES = 15


@dataclass(frozen=True, slots=True)
class NewOperator:
    """What to sign in with, in the one moment that the password exists in clear."""

    email: str
    password: str = field(repr=False)


async def ensure(dsn: str, user_id: UUID, handle: str) -> NewOperator | None:
    """Make the account at the first start. None when there is one: its password is its own."""
    async with connected(dsn) as connection:
        if await connection.fetchval("select true from auth.users where id = $1", user_id):
            return None
        password = secrets.token_urlsafe(_PASSWORD_BYTES)
        hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt(_ROUNDS)).decode()
        sql = _INSERT.read_text()
        made = await connection.fetchval(sql, user_id, EMAIL, hashed, handle)
    return NewOperator(EMAIL, password) if made else None
