"""What goes in and out of secrets. A value only ever goes in."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, SecretStr

from apibuilder.domain import Secret


class SetSecret(BaseModel):
    """A secret's value; no message, log line or answer repeats it."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    value: SecretStr


class SecretOut(BaseModel):
    """That a secret is there."""

    name: str
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, secret: Secret) -> Self:
        """From the domain."""
        return cls(name=secret.name, created_at=secret.created_at, updated_at=secret.updated_at)


class SecretList(BaseModel):
    """Secrets of an Api, by name."""

    secrets: list[SecretOut]


class SecretChanged(BaseModel):
    """A secret was set or deleted; the Deployment starts the Api afresh."""

    name: str
    deployment_id: UUID
