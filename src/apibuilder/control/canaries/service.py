"""Canaries: seen, promoted and aborted by their maker."""

from __future__ import annotations

from typing import Literal

from apibuilder.control.authentication import Principal
from apibuilder.control.canaries.schemas import CanaryOut
from apibuilder.domain import Canary
from apibuilder.store.base import CanaryStore
from apibuilder.store.latency import figures


class CanaryService:
    """What endpoints call."""

    def __init__(self, canaries: CanaryStore) -> None:
        self._canaries = canaries

    async def latest(self, principal: Principal, ref: str) -> CanaryOut:
        """The newest of an Api, running or not. Raises NotFound."""
        return await self._shown(await self._canaries.latest(principal.user_id, ref))

    async def steer(
        self, principal: Principal, ref: str, end: Literal["promoted", "aborted"]
    ) -> CanaryOut:
        """End the one that runs. Raises NotFound, Conflict."""
        return await self._shown(await self._canaries.steer(principal.user_id, ref, end))

    async def _shown(self, canary: Canary) -> CanaryOut:
        stable, new = await self._canaries.arms(canary)
        return CanaryOut.of(canary, figures(stable), figures(new))
