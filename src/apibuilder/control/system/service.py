"""The state of the platform, gathered from its parts."""

from __future__ import annotations

import platform
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import Any

from apibuilder.backends.base import Backend
from apibuilder.control.system.schemas import Database, PublicConfig, StatusOut, Versions
from apibuilder.errors import ApiBuilderError, Unavailable


class SystemService:
    """`database_version` asks the database for its version, which proves that it answers."""

    def __init__(
        self,
        *,
        backend: Backend,
        database_version: Callable[[], Awaitable[str]],
        public: PublicConfig,
    ) -> None:
        self._backend = backend
        self._database_version = database_version
        self._public = public

    def config(self) -> PublicConfig:
        """Public settings."""
        return self._public

    async def ready(self) -> None:
        """Raises Unavailable unless the database answers: nothing works without it."""
        await self._database_version()

    async def status(self) -> StatusOut:
        """Never raises for a part that is away: that is what it is there to say."""
        database, backend = await self._database(), await self._runtime()
        return StatusOut(
            ok=database.ok and backend["ok"] is True,
            versions=Versions(apibuilder=version("apibuilder"), python=platform.python_version()),
            database=database,
            backend=backend,
        )

    async def _database(self) -> Database:
        try:
            return Database(ok=True, version=await self._database_version())
        except Unavailable as error:
            return Database(ok=False, detail=error.detail)

    async def _runtime(self) -> dict[str, Any]:
        try:
            return {"ok": True, **await self._backend.status()}
        except ApiBuilderError as error:
            return {"ok": False, "detail": error.detail}
