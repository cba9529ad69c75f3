"""What the deployer's loop reads, and the steps it notes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from apibuilder.domain import DeploymentSpec, DeploymentStatus, Failure, Started
from apibuilder.errors import NotFound
from apibuilder.store.base import LiveDeployment, WantedApi
from apibuilder.store.postgres import rows
from apibuilder.store.postgres.database import Connection, Database, Row
from apibuilder.store.postgres.listen import notices
from apibuilder.store.postgres.queries import query
from apibuilder.store.sealing import Sealed, Sealer

_WANTED = query("deployer.wanted")
_SPEC = query("deployer.spec")
_SECRETS = query("secrets.of_deployment")
_STARTING = query("deployer.starting")
_LOCK = query("deployer.lock")
_ACTIVATE = query("deployer.activate")
_SET_OPENAPI = query("deployer.set_openapi")
_SET_CURRENT = query("deployer.set_current")
_DRAIN_OTHERS = query("deployer.drain_others")
_DRAIN = query("deployer.drain")
_FAIL = query("deployer.fail")
_CRASHING = query("deployer.crashing")
_ROLL_BACK = query("deployer.roll_back")
_STOPPED = query("deployer.stopped")
_BEGIN_CANARY = query("canaries.begin")
_CRASHED_CANARY = query("canaries.crashed")
_GIVE_UP_CANARY = query("canaries.give_up")
_PURGE_SOURCE = query("deployer.purge_source")
_PURGE_SECRETS = query("deployer.purge_secrets")
_PURGED = query("deployer.purged")


class PostgresDeployerStore:
    """store.base.DeployerStore."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def wanted(self, settle_seconds: float) -> list[WantedApi]:
        """Every Api that is not yet purged."""
        return [_wanted(row) for row in await self._database.fetch(_WANTED, settle_seconds)]

    async def spec(self, deployment_id: UUID) -> DeploymentSpec:
        """All that a Backend needs to run it. Raises SecretUnreadable."""
        row = await self._database.fetchrow(_SPEC, deployment_id)
        if row is None:
            raise NotFound(f"There is no deployment {deployment_id}.")
        return DeploymentSpec(
            deployment_id=row["deployment_id"],
            api_id=row["api_id"],
            revision=row["revision"],
            source=row["source"],
            limits=rows.limits(row["plan"], row["limits"]),
            egress_hosts=tuple(row["egress_hosts"]),
            min_instances=row["min_instances"],
            env=await self._env(deployment_id, row["api_id"]),
        )

    async def _env(self, deployment_id: UUID, api_id: UUID) -> dict[str, str]:
        found = await self._database.fetch(_SECRETS, deployment_id)
        sealed = {row["name"]: Sealed(row["key_id"], row["sealed"]) for row in found}
        return {name: self._sealer.open(api_id, name, one) for name, one in sealed.items()}

    async def starting(self, deployment_id: UUID) -> None:
        """It is being placed."""
        await self._database.execute(_STARTING, deployment_id)

    async def swap(self, deployment_id: UUID, started: Started) -> bool:
        """Make it the Api's current one in one transaction, and the one before drain.

        A canary gets its share of the calls instead, and the one before goes on.
        False if it may not be: a newer one serves, or it is no longer wanted. It drains then.
        """
        async with self._database.transaction() as tx:
            row = await tx.fetchrow(_LOCK, deployment_id)
            if row is None:
                return False
            if not _may_serve(row):
                await tx.execute(_DRAIN, deployment_id)
                return False
            if row["is_canary"]:
                await _begin_canary(tx, row, deployment_id, started)
            else:
                await _make_current(tx, row, deployment_id, started)
            return True

    async def fail(self, deployment_id: UUID, failure: Failure) -> None:
        """It could not be placed; what served before goes on."""
        await self._database.execute(_FAIL, deployment_id, failure.as_dict())

    async def roll_back(self, deployment_id: UUID, failure: Failure) -> bool:
        """Note why an active one is given up, and ask for the last Revision before it that served.

        False if there is none. It goes on until the other one is there.
        """
        async with self._database.transaction() as tx:
            row = await tx.fetchrow(_CRASHING, deployment_id, failure.as_dict())
            return row is not None and await tx.fetchrow(_ROLL_BACK, deployment_id) is not None

    async def give_up_canary(self, deployment_id: UUID, failure: Failure) -> None:
        """The canary crashes: it drains, and what served beside it has all calls again."""
        async with self._database.transaction() as tx:
            await tx.execute(_CRASHED_CANARY, deployment_id, failure.detail)
            await tx.execute(_GIVE_UP_CANARY, deployment_id, failure.as_dict())

    async def stopped(self, deployment_id: UUID) -> None:
        """The Backend has taken it away."""
        await self._database.execute(_STOPPED, deployment_id)

    async def purged(self, api_id: UUID) -> None:
        """The Backend has removed all of a deleted Api: drop its source and Deployments too."""
        async with self._database.transaction() as tx:
            await tx.execute(_PURGE_SOURCE, api_id)
            await tx.execute(_PURGE_SECRETS, api_id)
            await tx.execute(_PURGED, api_id)

    async def events(self) -> AsyncIterator[UUID | None]:
        """Deployments that changed, for ever; None after each (re)connection: read everything."""
        async for notice in notices(self._database.dsn, ("apibuilder_deployment",)):
            yield UUID(notice.payload) if notice is not None and notice.payload else None


def _may_serve(row: Row) -> bool:
    waiting = row["status"] in (DeploymentStatus.PENDING, DeploymentStatus.STARTING)
    return waiting and not row["deleted"] and row["current_sequence"] < row["sequence"]


async def _make_current(tx: Connection, row: Row, deployment_id: UUID, started: Started) -> None:
    await tx.execute(_DRAIN_OTHERS, row["api_id"], deployment_id)
    await tx.execute(_ACTIVATE, deployment_id, rows.checks_json(started.checks))
    await tx.execute(_SET_OPENAPI, row["revision_id"], started.openapi)
    await tx.execute(
        _SET_CURRENT, row["api_id"], deployment_id, row["revision_id"], started.instance.id
    )


async def _begin_canary(tx: Connection, row: Row, deployment_id: UUID, started: Started) -> None:
    await tx.execute(_ACTIVATE, deployment_id, rows.checks_json(started.checks))
    await tx.execute(_SET_OPENAPI, row["revision_id"], started.openapi)
    await tx.execute(_BEGIN_CANARY, deployment_id)


def _wanted(row: Row) -> WantedApi:
    deployments: list[dict[str, Any]] = row["deployments"]
    return WantedApi(
        api_id=row["api_id"],
        paused=row["paused"],
        deleted=row["deleted"],
        current=row["current"],
        canary=row["canary"],
        deployments=[
            LiveDeployment(
                id=UUID(one["id"]),
                sequence=one["sequence"],
                status=DeploymentStatus(one["status"]),
                settled=one["settled"],
                fresh=one["fresh"],
            )
            for one in deployments
        ],
    )
