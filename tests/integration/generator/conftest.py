"""The sandbox that generated code is tried in: the real fork Backend."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from apibuilder.backends.fork.supervisor import Supervisor
from apibuilder.control.generations.sandbox import BackendSandbox
from tests.contracts.backends import fork_backend


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def backend() -> AsyncIterator[Supervisor]:
    async with fork_backend(("full", "no-namespace"), spares=2) as supervisor:
        yield supervisor


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox(backend: Supervisor) -> BackendSandbox:
    return BackendSandbox(backend)
