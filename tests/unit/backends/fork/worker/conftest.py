"""Fixtures: real workers, ended with the test."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from apibuilder.backends.fork.frames import Ready
from tests.unit.backends.fork.worker.harness import Nursery, WorkerProcess

StartWorker = Callable[..., Awaitable[WorkerProcess]]


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """One for all tests: it takes a second to get warm."""
    nursery = Nursery()
    yield nursery
    nursery.close()


@pytest.fixture
async def process(nursery: Nursery) -> AsyncIterator[Callable[[], WorkerProcess]]:
    """Makes WorkerProcesses that have not been started."""
    made: list[WorkerProcess] = []
    folders: list[Path] = []

    def make() -> WorkerProcess:
        folders.append(Path(tempfile.mkdtemp(prefix="ab-", dir="/tmp")))
        made.append(WorkerProcess(nursery, folders[-1]))
        return made[-1]

    yield make
    for worker in made:
        await worker.stop()
    for folder in folders:
        shutil.rmtree(folder)


@pytest.fixture
def serve(process: Callable[[], WorkerProcess]) -> StartWorker:
    """Starts a worker on a source that has to become ready."""

    async def start(source: str, **boot: object) -> WorkerProcess:
        worker = process()
        answer = await worker.start(source, **boot)
        assert isinstance(answer, Ready), answer
        return worker

    return start
