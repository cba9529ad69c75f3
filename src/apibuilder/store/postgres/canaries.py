"""Canaries: as their maker steers them, and as they are judged."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from apibuilder.domain import Arm, Canary, CanaryStatus, CanaryWish
from apibuilder.errors import CanaryWorse, Conflict, NotFound
from apibuilder.store.base import CanaryEnd, Trial
from apibuilder.store.postgres import publishing
from apibuilder.store.postgres.database import Connection, Database, Row
from apibuilder.store.postgres.queries import query

_LATEST = query("canaries.latest")
_TRIALS = query("canaries.trials")
_ARMS = query("canaries.arms")
_LOOKED = query("canaries.looked")
_LOCK = query("canaries.lock")
_END = query("canaries.end")
_SET_CURRENT = query("canaries.set_current")
_TOUCH = query("canaries.touch")
_GIVE_UP = query("canaries.give_up")
_DRAIN_OTHERS = query("deployer.drain_others")
_UNDER_WAY = (CanaryStatus.STARTING, CanaryStatus.RUNNING)


class PostgresCanaryStore:
    """store.base.CanaryStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def latest(self, user_id: UUID, ref: str) -> Canary:
        """The newest of an Api. Raises NotFound."""
        async with self._database.transaction() as tx:
            api = await publishing.lock_api(tx, user_id, ref)
            return await _latest(tx, api.id)

    async def arms(self, canary: Canary) -> tuple[Arm, Arm]:
        """What the old and the new Revision did, from the minute it began in until it ended."""
        stable = canary.stable_revision or 0
        if canary.started_at is None:
            return Arm(revision=stable), Arm(revision=canary.revision)
        until = canary.ended_at or datetime.now(UTC)
        found = await self._database.fetch(
            _ARMS, canary.api_id, [stable, canary.revision], canary.started_at, until
        )
        arms = {row["revision"]: _arm(row) for row in found}
        return (
            arms.get(stable, Arm(revision=stable)),
            arms.get(canary.revision, Arm(revision=canary.revision)),
        )

    async def steer(self, user_id: UUID, ref: str, end: Literal["promoted", "aborted"]) -> Canary:
        """Its maker ends it. Raises NotFound, or Conflict if none runs."""
        async with self._database.transaction() as tx:
            api = await publishing.lock_api(tx, user_id, ref)
            canary = await _latest(tx, api.id)
            if canary.status not in _UNDER_WAY:
                raise Conflict(f"No canary of this API runs; the last one was {canary.status}.")
            if end == "promoted" and canary.status is CanaryStatus.STARTING:
                raise Conflict("This canary is still starting; promote it once it runs.")
            await _end(tx, canary.id, end, "Its maker said so.", None)
            await publishing.audit(
                tx,
                user_id,
                f"canary.{'promote' if end == 'promoted' else 'abort'}",
                api_id=api.id,
                subject_id=canary.id,
            )
            return await _latest(tx, api.id)

    async def trials(self) -> list[Trial]:
        """All that run, of Apis that are not paused."""
        trials: list[Trial] = []
        for row in await self._database.fetch(_TRIALS):
            canary = _canary(row)
            stable, new = await self.arms(canary)
            trials.append(
                Trial(canary=canary, age_seconds=row["age_seconds"], stable=stable, new=new)
            )
        return trials

    async def looked(self, canary: Canary, verdict: dict[str, Any]) -> None:
        """It was judged, and goes on."""
        await self._database.execute(_LOOKED, canary.id, verdict)

    async def end(
        self, canary: Canary, end: CanaryEnd, *, reason: str, verdict: dict[str, Any] | None
    ) -> bool:
        """Promote it or give it up, at once. False if it had ended already."""
        async with self._database.transaction() as tx:
            return await _end(tx, canary.id, end, reason, verdict)


async def _latest(tx: Connection, api_id: UUID) -> Canary:
    row = await tx.fetchrow(_LATEST, api_id)
    if row is None:
        raise NotFound("This API has had no canary: `deploy FILE.py --api ID --canary 10`.")
    return _canary(row)


async def _end(
    tx: Connection, canary_id: UUID, end: CanaryEnd, reason: str, verdict: dict[str, Any] | None
) -> bool:
    """The canary's row first: the trigger of its Deployment ends only what has not ended."""
    row = await tx.fetchrow(_LOCK, canary_id)
    if row is None or row["status"] not in _UNDER_WAY:
        return False
    await tx.execute(_END, canary_id, end, reason, verdict)
    if end == "promoted":
        await tx.execute(_DRAIN_OTHERS, row["api_id"], row["deployment_id"])
        await tx.execute(_TOUCH, row["deployment_id"])
        await tx.execute(_SET_CURRENT, row["api_id"], row["deployment_id"], row["revision_id"])
    else:
        error = CanaryWorse(reason).failure().as_dict() if end == "rolled_back" else None
        await tx.execute(_GIVE_UP, row["deployment_id"], error)
    return True


def _canary(row: Row) -> Canary:
    return Canary(
        id=row["id"],
        api_id=row["api_id"],
        deployment_id=row["deployment_id"],
        revision=row["revision"],
        stable_revision=row["stable_revision"],
        wish=CanaryWish(
            share=row["share"], bake_seconds=row["bake_seconds"], min_calls=row["min_calls"]
        ),
        status=CanaryStatus(row["status"]),
        looks=row["looks"],
        verdict=row["verdict"],
        reason=row["reason"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
    )


def _arm(row: Row) -> Arm:
    latency = {int(bucket): int(calls) for bucket, calls in row["latency"].items()}
    return Arm(revision=row["revision"], calls=row["calls"], errors=row["errors"], latency=latency)
