"""A fork Backend a tier, and a way to run a hostile function inside a worker of it."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from apibuilder.backends.fork.supervisor import Supervisor
from tests.contracts.backends import fork_backend, get, short_folder, spec

Attack = Callable[..., Awaitable[Any]]

_PROGRAM = """
import ctypes, errno, os, socket, subprocess, sys, threading, time
from fastapi import FastAPI
app = FastAPI()

def attack():
{body}

@app.get("/attack")
def run():
    try:
        return {{"got": attack()}}
    except BaseException as error:
        return {{"refused": type(error).__name__, "why": str(error)}}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["full", "no-namespace"])
async def backend(request: pytest.FixtureRequest) -> AsyncIterator[Supervisor]:
    async with fork_backend((request.param,)) as supervisor:
        yield supervisor


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a path short enough for a socket."""
    made = short_folder()
    yield made
    shutil.rmtree(made)


@pytest.fixture
def attack(backend: Supervisor) -> Attack:
    """Run a body in a worker: answers {"got": value} or {"refused": error, "why": text}."""

    async def run(body: str, **changes: Any) -> Any:
        wanted = spec(program(body), **changes)
        started = await backend.place(wanted)
        try:
            _, answer = await get(started.instance, "/attack")
            return answer
        finally:
            await backend.retire(wanted.deployment_id, 0)

    return run


def program(body: str) -> str:
    """An app whose GET /attack runs `body`."""
    return _PROGRAM.format(body=textwrap.indent(textwrap.dedent(body), "    "))
