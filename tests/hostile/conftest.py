"""A fork Backend a tier, and a way to run a hostile function inside a worker of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from apibuilder.backends.fork.supervisor import Supervisor
from tests.contracts.backends import fork_backend, get, spec
from tests.hostile import program

Attack = Callable[..., Awaitable[Any]]

DENIED = {"PermissionError", "FileNotFoundError", "OSError"}


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["full", "no-namespace"])
async def backend(request: pytest.FixtureRequest) -> AsyncIterator[Supervisor]:
    async with fork_backend((request.param,)) as supervisor:
        yield supervisor


@pytest.fixture
def attack(backend: Supervisor) -> Attack:
    """Run a body in a worker: answers {"got": value} or {"refused": error, "why": text}."""

    async def run(body: str, **changes: Any) -> Any:
        wanted = spec(program.attack(body), **changes)
        started = await backend.place(wanted)
        try:
            _, answer = await get(started.instance, "/attack")
            return answer
        finally:
            await backend.retire(wanted.deployment_id, 0)

    return run
