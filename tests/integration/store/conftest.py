"""Accounts and stores on the module's database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest

from apibuilder.domain import Api, CanaryWish, Check, Instance, Started
from apibuilder.store.base import Made, NewApi, NewRevision
from apibuilder.store.keys import NewKey, new_key
from apibuilder.store.postgres import (
    Database,
    PostgresAccountStore,
    PostgresApiStore,
    PostgresCanaryStore,
    PostgresDeployerStore,
    PostgresDeploymentStore,
    PostgresGatewayStore,
    PostgresGenerationStore,
    PostgresKeyStore,
    PostgresSecretStore,
    PostgresUsageStore,
)
from apibuilder.store.sealing import Sealer

GATEWAY_URL = "http://gateway.test"
SOURCE = "from fastapi import FastAPI\napp = FastAPI()\n"


@dataclass
class Stores:
    """Every port, on one database."""

    database: Database

    def __post_init__(self) -> None:
        self.accounts = PostgresAccountStore(self.database)
        self.apis = PostgresApiStore(self.database, backend="memory", gateway_url=GATEWAY_URL)
        self.deployments = PostgresDeploymentStore(self.database, backend="memory")
        self.canaries = PostgresCanaryStore(self.database)
        self.sealer = Sealer([bytes(32)])
        self.deployer = PostgresDeployerStore(self.database, self.sealer)
        self.secrets = PostgresSecretStore(self.database, self.sealer, backend="memory")
        self.keys = PostgresKeyStore(self.database)
        self.usage = PostgresUsageStore(self.database)
        self.generations = PostgresGenerationStore(self.database)
        self.gateway = PostgresGatewayStore(self.database)

    async def account(self, plan_id: str = "business") -> UUID:
        user_id = uuid4()
        await self.accounts.ensure_operator(user_id, f"u{user_id.hex[:12]}", plan_id)
        return user_id

    async def new_api(self, user_id: UUID, slug: str = "", key: NewKey | None = None) -> Made:
        slug = slug or f"api-{uuid4().hex[:8]}"
        api = NewApi(name="An API", slugs=[slug], description="", key=key or new_key())
        return await self.apis.create(user_id, api, NewRevision(source=SOURCE), None)

    async def publish(self, user_id: UUID, api_id: UUID, canary: CanaryWish | None = None) -> Made:
        revision = NewRevision(source=SOURCE, canary=canary)
        return await self.deployments.publish(
            user_id, str(api_id), revision, name=None, request=None
        )

    async def serve(self, made: Made) -> bool:
        """As the deployer does when the Backend has placed it."""
        await self.deployer.starting(made.deployment_id)
        return await self.deployer.swap(made.deployment_id, started(made))

    async def get(self, user_id: UUID, made: Made) -> Api:
        return await self.apis.get(user_id, str(made.api_id))


def started(made: Made) -> Started:
    instance = Instance(
        id=f"i-{made.deployment_id.hex[:8]}",
        deployment_id=made.deployment_id,
        api_id=made.api_id,
        address="/nowhere",
    )
    checks = [Check(name="start", passed=True, seconds=0.01)]
    return Started(instance=instance, openapi={"openapi": "3.1.0"}, checks=checks)


@pytest.fixture
async def stores(dsn: str) -> AsyncIterator[Stores]:
    async with Database(dsn) as database:
        yield Stores(database)


@pytest.fixture
async def owner(stores: Stores) -> UUID:
    return await stores.account()
