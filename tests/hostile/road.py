"""The real road: a program is deployed through a fork Backend and called through a gateway."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp

from apibuilder import errors
from apibuilder.backends.fork.supervisor import Supervisor
from apibuilder.backends.fork.watch import Intervals
from apibuilder.domain import ApiStatus, DeploymentSpec, Route
from apibuilder.store.base import Change
from tests.contracts.backends import ROOT, fork_backend, spec
from tests.hostile.neighbour import PAUSE_SECONDS, QUIET_CALLS, Neighbour, rss_mb
from tests.hostile.program import NotDeployed, Program, Seen
from tests.integration.gateway.harness import Published, World

INTERVALS = Intervals(
    beat=0.1, memory=0.05, storage=0.05, hung=0.3, overdue=0.4, drain=0.2, leak=3600
)
_SECRET = """
import os
from fastapi import FastAPI
app = FastAPI()
open(os.environ["DATA_DIR"] + "/secret.txt", "w").write("the neighbour's secret")

@app.get("/alive")
def alive():
    return "alive"
"""
_PATIENCE = 15.0  # seconds, for what has to come in the end


class Road:
    """A Backend, a gateway before it, and a neighbour that has to answer all the while."""

    def __init__(self, backend: Supervisor, world: World, client: aiohttp.ClientSession) -> None:
        self.backend = backend
        self.tier = backend.sandbox.tier
        self.uncounted = "memory" not in backend._hierarchy.parents
        self._world = world
        self._client = client
        self._neighbour: Published | None = None
        self._secret = ""
        self._pid = 0
        self.watched: dict[str, Neighbour] = {}  # by program, if it is measured

    async def begin(self) -> None:
        """Deploy the neighbour."""
        wanted = spec(_SECRET)
        await self.backend.place(wanted)
        self._neighbour = await self._publish(wanted, "neighbour")
        self._pid = self.backend._placements[wanted.deployment_id].running[0].handle.pid
        self._secret = str(self.backend._folders.apis_dir / str(wanted.api_id) / "data/secret.txt")

    async def run(self, program: Program, *, measure: bool = False) -> tuple[Seen, list[int]]:
        """What became of it, and each status of the neighbour's other than 200."""
        limits = {"memory_mb": 96, "timeout_seconds": 8} | program.limits
        wanted = spec(self._source(program), **limits)
        odd: list[int] = []
        watched = Neighbour()
        if measure:
            self.watched[program.name] = watched
            for _ in range(QUIET_CALLS):
                watched.before_ms.append((await self._ask_neighbour())[1])
                await asyncio.sleep(PAUSE_SECONDS)
        watched.before_mb = rss_mb(self._pid)
        watching = asyncio.create_task(self._watch_neighbour(odd, watched))
        try:
            seen = await self._deploy_and_call(program, wanted)
        finally:
            watching.cancel()
            await asyncio.wait([watching])
            await self.backend.forget_api(wanted.api_id)
            self._world.store.table.pop(wanted.api_id, None)
        return replace(seen, uncounted=self.uncounted), odd

    async def _deploy_and_call(self, program: Program, wanted: DeploymentSpec) -> Seen:
        try:
            await self.backend.place(wanted)
        except errors.DeployRefused as refused:
            return Seen(refused=(refused.code, refused.line), detail=refused.detail)
        api = await self._publish(wanted, f"api-{wanted.api_id.hex[:12]}")
        status, body = await self._call(api, program.path)
        if program.recovers:
            await self._recovered(api)
        return Seen(status=status, body=body, log=await self._log(program, wanted))

    def _source(self, program: Program) -> str:
        values = {
            "{secret}": self._secret,
            "{root}": str(ROOT),
            "{port}": str(self._world.port),
            "{socket}": str(self._world.folder / "s"),
        }
        source = program.source
        for name, value in values.items():
            source = source.replace(name, value)
        return source

    async def _publish(self, wanted: DeploymentSpec, slug: str) -> Published:
        route = Route(
            api_id=wanted.api_id,
            slug=slug,
            status=ApiStatus.ACTIVE,
            deployment_id=wanted.deployment_id,
            revision=1,
            limits=replace(wanted.limits, requests_per_second=1e5, burst=100_000),
        )
        store = self._world.store
        store.table[route.api_id] = route
        api = self._world.add_key(route)
        for kind in ("route", "keys"):
            store.queue.put_nowait(Change(kind, route.api_id))
        while (await self._call(api, "/nothing"))[0] == 401:
            await asyncio.sleep(0.01)
        return api

    async def _call(self, api: Published, path: str) -> tuple[int, Any]:
        """Status 0: the answer broke off."""
        url = f"{self._world.url}/{api.route.slug}{path}"
        try:
            async with self._client.get(url, headers=api.headers) as answer:
                body = await answer.read()
                is_json = "json" in answer.headers.get("content-type", "")
                return answer.status, await answer.json(content_type=None) if is_json else body
        except aiohttp.ClientError:
            return 0, None

    async def _ask_neighbour(self) -> tuple[int, float]:
        """Status and milliseconds."""
        assert self._neighbour is not None
        begun = time.perf_counter()
        status, _ = await self._call(self._neighbour, "/alive")
        return status, (time.perf_counter() - begun) * 1e3

    async def _watch_neighbour(self, odd: list[int], watched: Neighbour) -> None:
        while True:
            status, took = await self._ask_neighbour()
            if status != 200:
                odd.append(status)
            watched.during_ms.append(took)
            watched.during_mb = max(watched.during_mb, rss_mb(self._pid))
            await asyncio.sleep(PAUSE_SECONDS)

    async def _recovered(self, api: Published) -> None:
        """Wait until the Api serves again; what is stuck is replaced."""
        deadline = time.monotonic() + _PATIENCE
        while (found := await self._call(api, "/alive"))[0] not in (200, 404):
            if time.monotonic() > deadline:
                raise AssertionError(f"the Api did not recover: {found}")
            await asyncio.sleep(0.05)

    async def _log(self, program: Program, wanted: DeploymentSpec) -> str:
        said = ""
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                while True:
                    lines = self.backend.logs(wanted.api_id, tail=3000, follow=False)
                    said = "\n".join([line.message async for line in lines])
                    if all(text in said for text in program.says):
                        break
                    await asyncio.sleep(0.05)
        return said


def verdict(program: Program, seen: Seen, odd: list[int]) -> list[str]:
    """What was not as it has to be."""
    wrong = [f"the neighbour answered {odd[:5]}"] if odd else []
    if seen.uncounted and program.uncounted is not None and program.uncounted.holds(seen):
        return wrong
    if not program.expect.holds(seen):
        wrong.append(f"expected {program.expect}, saw {seen.status} {seen.body} {seen.refused}")
    wrong += [f"the log does not say {text!r}" for text in program.says if text not in seen.log]
    told = f"{seen.body}{seen.detail}{seen.log}"
    if (
        str(ROOT) in told
        and "{root}" not in program.source
        and not isinstance(program.expect, NotDeployed)
    ):
        wrong.append("a path of the host was told")
    return wrong


@asynccontextmanager
async def open_road(tier: str, *, base: Path | None = None) -> AsyncIterator[Road]:
    """A Road on one tier."""
    async with (
        fork_backend((tier,), base=base, intervals=INTERVALS, start_timeout_seconds=2.0) as backend,
        World(backend) as world,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as client,
    ):
        await world.start()
        road = Road(backend, world, client)
        await road.begin()
        yield road
