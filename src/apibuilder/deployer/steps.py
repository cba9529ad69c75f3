"""The deployer's steps. Each may be repeated after a crash at any point in it.

Only a DeployRefused ends a Deployment: it says what is wrong with the code. Anything else (runtime
or database away) is raised, and the loop tries again.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import structlog

from apibuilder.backends.base import Backend
from apibuilder.deployer.decide import (
    Deploy,
    Forget,
    GiveUpCanary,
    RemoveOrphan,
    Restore,
    Retire,
    RollBack,
    Step,
    Supersede,
    Suspend,
)
from apibuilder.errors import (
    ApiBuilderError,
    CanaryWorse,
    CrashLoop,
    DeployRefused,
    Superseded,
    Unavailable,
)
from apibuilder.store.base import DeployerStore

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Carries steps out, on a Backend and in the store."""

    store: DeployerStore
    backend: Backend
    grace_seconds: float

    async def take(self, api_id: UUID, step: Step) -> None:
        """One step of one Api."""
        match step:
            case Deploy(deployment_id):
                await self._deploy(deployment_id)
            case Supersede(deployment_id):
                await self.store.fail(deployment_id, Superseded().failure())
            case Retire(deployment_id):
                await self.backend.retire(deployment_id, self.grace_seconds)
                await self.store.stopped(deployment_id)
            case Restore(deployment_id):
                await self.backend.place(await self.store.spec(deployment_id))
            case Suspend(deployment_id):
                await self.backend.suspend(deployment_id, self.grace_seconds)
            case RemoveOrphan(deployment_id):
                await self.backend.retire(deployment_id, self.grace_seconds)
            case RollBack(deployment_id, why):
                await self._roll_back(deployment_id, why)
            case GiveUpCanary(deployment_id, why):
                reason = f"Its process ended again and again: {why}."
                await self.store.give_up_canary(deployment_id, CanaryWorse(reason).failure())
            case Forget():
                await self.backend.forget_api(api_id)
                await self.store.purged(api_id)

    async def _roll_back(self, deployment_id: UUID, why: str) -> None:
        crashing = CrashLoop(f"The process of this deployment ended again and again: {why}.")
        rolled_back = await self.store.roll_back(deployment_id, crashing.failure())
        _log.warning(
            "a deployment crashes again and again",
            deployment=str(deployment_id),
            rolled_back=rolled_back,
        )

    async def _deploy(self, deployment_id: UUID) -> None:
        await self.store.starting(deployment_id)
        try:
            started = await self.backend.place(await self.store.spec(deployment_id))
        except Unavailable:
            raise
        except DeployRefused as refused:
            await self.store.fail(deployment_id, refused.failure())
            return
        except ApiBuilderError as error:  # the runtime answered, and will answer the same again
            _log.exception("a deployment failed for a reason of ours", deployment=deployment_id)
            await self.store.fail(deployment_id, DeployRefused(error.detail).failure())
            return
        if not await self.store.swap(deployment_id, started):
            _log.info("a newer deployment serves", deployment=str(deployment_id))
