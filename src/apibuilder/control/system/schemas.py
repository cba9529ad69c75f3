"""What goes out about the platform itself."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel


class Health(BaseModel):
    """This process answers."""

    status: Literal["ok"] = "ok"


class PublicConfig(BaseModel):
    """What a browser or a script needs to begin. Holds no secret."""

    supabase_url: str | None
    supabase_publishable_key: str | None
    gateway_url: str
    version: str


class Database(BaseModel):
    """The database as this process sees it."""

    ok: bool
    version: str | None = None
    detail: str = ""


class Versions(BaseModel):
    """What runs."""

    apibuilder: str
    python: str


class StatusOut(BaseModel):
    """The facts that `doctor` shows."""

    ok: bool
    versions: Versions
    database: Database
    backend: dict[str, Any]
