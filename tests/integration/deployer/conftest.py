"""The deployer's loop on a real database and the Backend's twin in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from apibuilder.backends.memory import MemoryBackend
from apibuilder.deployer.reconcile import Pace, Reconciler
from apibuilder.store.postgres import Database
from tests.integration.store.conftest import Stores


@pytest.fixture
async def stores(dsn: str) -> AsyncIterator[Stores]:
    async with Database(dsn) as database:
        await database.execute("delete from public.profiles")  # and all that belongs to them
        yield Stores(database)


@pytest.fixture
async def owner(stores: Stores) -> UUID:
    return await stores.account()


@pytest.fixture
def backend() -> MemoryBackend:
    return MemoryBackend()


@pytest.fixture
def reconciler(stores: Stores, backend: MemoryBackend) -> Reconciler:
    return Reconciler(stores.deployer, backend, Pace(settle=0, grace=0))


async def settle(reconciler: Reconciler, passes: int = 5) -> None:
    """As many passes as any change needs."""
    for _ in range(passes):
        await reconciler.look()
        await reconciler.idle()
