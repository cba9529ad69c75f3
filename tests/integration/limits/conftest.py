"""Processes that share limits, by a mapped table or by Redis."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import pytest

from tests.redis import Redis, redis_server

Callers = list["Caller"]
Start = Callable[[int], Callers]
LEASE_SECONDS = 1.5


class Caller:
    """One of them."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.limits.caller"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.write(json.dumps(facts))

    def write(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def read(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


@pytest.fixture(scope="module")
def redis() -> Iterator[Redis]:
    with redis_server() as server:
        yield server


@pytest.fixture(params=["shared", "redis"], scope="module")
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """Where they count."""
    if request.param == "shared":
        return {"shared": str(tmp_path_factory.mktemp("shared"))}
    server: Redis = request.getfixturevalue("redis")
    return {"redis": server.url, "lease": LEASE_SECONDS}


@pytest.fixture(scope="module")
def start(place: dict[str, Any]) -> Iterator[Start]:
    """Starts so many callers."""
    with ExitStack() as stack:

        def begin(count: int) -> Callers:
            callers = [Caller(place) for _ in range(count)]
            for one in callers:
                stack.callback(one.kill)
            assert [one.read() for one in callers] == ["ready"] * count
            return callers

        yield begin


def a_policy(**limits: float) -> dict[str, Any]:
    wide = {"rate": 1e-4, "burst": 10**5, "quota": 10**5, "concurrency": 10**5}
    return {"name": uuid4().hex, **wide, **limits}


def storm(callers: Callers, policy: dict[str, Any], calls: int) -> list[int]:
    """All at once; how many each let in."""
    for one in callers:
        one.write(json.dumps({**policy, "calls": calls}))
    return [int(one.read()) for one in callers]
