"""What goes in and out of keys."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from apibuilder.domain import Key, KeyScope

_LONGEST_GRACE = timedelta(days=30)


class CreateKey(BaseModel):
    """A new Key; its limits can only lower the plan's."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(default="", max_length=100)
    requests_per_second: float | None = Field(default=None, gt=0, le=1_000_000)
    burst: int | None = Field(default=None, gt=0, le=1_000_000)
    expires_at: AwareDatetime | None = None
    scopes: list[KeyScope] = Field(
        default=[KeyScope.CALL],
        min_length=1,
        description="`call`: every method; `read` alone: GET and HEAD only.",
    )


class RotateKey(BaseModel):
    """How a Key is replaced."""

    model_config = ConfigDict(extra="forbid")

    grace_seconds: float = Field(
        default=0,
        ge=0,
        le=_LONGEST_GRACE.total_seconds(),
        description="The old one goes on so long.",
    )

    @property
    def grace(self) -> timedelta:
        """As a span of time."""
        return timedelta(seconds=self.grace_seconds)


class KeyOut(BaseModel):
    """A Key as its owner recognises it."""

    key_id: UUID
    api_id: UUID
    name: str
    key_start: str
    requests_per_second: float | None
    burst: int | None
    scopes: list[KeyScope]
    subscription_id: UUID | None
    replaced_by: UUID | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    @classmethod
    def of(cls, key: Key) -> Self:
        """From the domain."""
        return cls(
            key_id=key.id,
            api_id=key.api_id,
            name=key.name,
            key_start=key.key_start,
            requests_per_second=key.requests_per_second,
            burst=key.burst,
            scopes=list(key.scopes),
            subscription_id=key.subscription_id,
            replaced_by=key.replaced_by,
            created_at=key.created_at,
            expires_at=key.expires_at,
            revoked_at=key.revoked_at,
            last_used_at=key.last_used_at,
        )


class NewKeyOut(KeyOut):
    """A Key in the one answer that holds it."""

    api_key: str = Field(description="The key. It is not shown again.")


class KeyList(BaseModel):
    """Keys of an Api, oldest first."""

    keys: list[KeyOut]


class RevokedOut(BaseModel):
    """A Key that is dead."""

    key_id: UUID
    revoked_at: datetime | None
