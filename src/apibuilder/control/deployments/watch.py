"""Waiting for the outcome of a Deployment."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import suppress
from uuid import UUID

from apibuilder.domain import Deployment, DeploymentStatus
from apibuilder.store.base import DeploymentStore

_UNDER_WAY = (DeploymentStatus.PENDING, DeploymentStatus.STARTING)
_LOST_NOTICE_SECONDS = 1.0  # a notice can be lost with its connection; this bounds the damage


class DeploymentWatch:
    """Wakes those who wait; `changed` is told what the store's events say."""

    def __init__(self, deployments: DeploymentStore) -> None:
        self._deployments = deployments
        self._waiting: defaultdict[UUID, set[asyncio.Event]] = defaultdict(set)

    def changed(self, deployment_id: UUID) -> None:
        """It is worth reading again."""
        for event in self._waiting.get(deployment_id, ()):
            event.set()

    async def outcome(self, user_id: UUID, deployment_id: UUID, seconds: float) -> Deployment:
        """As it is once it serves or failed, or as it is after `seconds`."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + seconds
        event = asyncio.Event()
        self._waiting[deployment_id].add(event)
        try:
            while True:
                event.clear()
                deployment = await self._deployments.get(user_id, deployment_id)
                left = deadline - clock()
                if deployment.status not in _UNDER_WAY or left <= 0:
                    return deployment
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(left, _LOST_NOTICE_SECONDS)):
                        await event.wait()
        finally:
            self._waiting[deployment_id].discard(event)
            if not self._waiting[deployment_id]:
                del self._waiting[deployment_id]
