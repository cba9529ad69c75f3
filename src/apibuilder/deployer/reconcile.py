"""The mending loop: reads what is wanted and what is there, and takes the steps between.

It keeps nothing but what runs just now, so that it can die anywhere: the next pass finds the same
difference. Steps of one Api run one after the other, those of different Apis beside each other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import structlog

from apibuilder.backends.base import Backend
from apibuilder.deployer.decide import Step, orphans, steps_of
from apibuilder.deployer.steps import Steps
from apibuilder.errors import ApiBuilderError
from apibuilder.store.base import DeployerStore

_log = structlog.get_logger()

_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.25, 30.0  # of an Api whose steps fail
_RETRY_SECONDS = 0.5  # of the loop itself, while runtime or database is away


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often, how many, how patient; all in seconds but `parallel`."""

    every: float = 5.0
    settle: float = 1.0  # between the swap and the end of the old one: gateways switch meanwhile
    grace: float = 30.0
    parallel: int = 4


@dataclass(slots=True)
class _Backoff:
    """How long an Api whose step failed is left alone."""

    pause: float
    until: float


class Reconciler:
    """Runs `run()` for as long as the process lives; `wake()` makes it look at once."""

    def __init__(self, store: DeployerStore, backend: Backend, pace: Pace) -> None:
        self._store = store
        self._backend = backend
        self._pace = pace
        self._steps = Steps(store=store, backend=backend, grace_seconds=pace.grace)
        self._wake = asyncio.Event()
        self._slots = asyncio.Semaphore(pace.parallel)
        self._running: dict[UUID, asyncio.Task[None]] = {}
        self._backoffs: dict[UUID, _Backoff] = {}
        self._away: str | None = None  # why the last pass could not look; said once
        self._settling = False  # a Deployment waits for its time to be retired

    def wake(self) -> None:
        """Something changed."""
        self._wake.set()

    async def run(self) -> None:
        """For ever; a cancellation ends the steps under way, which the next start repeats."""
        try:
            while True:
                self._wake.clear()
                pause = self._pause() if await self._look_safely() else _RETRY_SECONDS
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._wake.wait()
        finally:
            await self._end()

    async def look(self) -> None:
        """One pass: start the steps of every Api that wants some and has none under way."""
        placed = await self._backend.placed()  # before `wanted`: see decide.orphans
        wanted = await self._store.wanted(self._pace.settle)
        there = {one.deployment_id: one for one in placed}
        todo = orphans(wanted, placed)
        for api in wanted:
            todo[api.api_id] = steps_of(api, there) + todo.get(api.api_id, [])
        for api_id, steps in todo.items():
            if steps and api_id not in self._running and not self._backs_off(api_id):
                self._start(api_id, steps)
        self._drop_backoffs(todo)
        self._settling = any(not one.settled for api in wanted for one in api.deployments)

    async def idle(self) -> None:
        """Return when no step is under way."""
        while self._running:
            await asyncio.wait(self._running.values())

    async def _look_safely(self) -> bool:
        try:
            await self.look()
        except ApiBuilderError as error:  # runtime or database away: they are restarted
            if self._away != error.detail:
                _log.warning("cannot look just now", error=error.code, detail=error.detail)
            self._away = error.detail
        except Exception:  # noqa: BLE001 - the loop must outlive a bug in one pass; it is logged
            _log.exception("a pass of the deployer failed")
        else:
            self._away = None
            return True
        return False

    def _start(self, api_id: UUID, steps: list[Step]) -> None:
        task = asyncio.create_task(self._take(api_id, steps), name=f"deployer {api_id}")
        self._running[api_id] = task

    async def _take(self, api_id: UUID, steps: list[Step]) -> None:
        try:
            async with self._slots:
                for step in steps:
                    await self._steps.take(api_id, step)
            self._backoffs.pop(api_id, None)
        except ApiBuilderError as error:
            self._back_off(api_id)
            _log.warning("a step failed", api=str(api_id), error=error.code, detail=error.detail)
        except Exception:  # noqa: BLE001 - one Api's trouble must not end the others'; it is logged
            self._back_off(api_id)
            _log.exception("a step failed", api=str(api_id))
        finally:
            del self._running[api_id]
            self._wake.set()  # what changed meanwhile was passed over

    def _back_off(self, api_id: UUID) -> None:
        before = self._backoffs.get(api_id)
        pause = _FIRST_PAUSE_SECONDS if before is None else before.pause * 2
        pause = min(pause, _LONGEST_PAUSE_SECONDS)
        self._backoffs[api_id] = _Backoff(pause, asyncio.get_running_loop().time() + pause)

    def _backs_off(self, api_id: UUID) -> bool:
        backoff = self._backoffs.get(api_id)
        return backoff is not None and asyncio.get_running_loop().time() < backoff.until

    def _drop_backoffs(self, todo: Mapping[UUID, list[Step]]) -> None:
        self._backoffs = {key: value for key, value in self._backoffs.items() if todo.get(key)}

    def _pause(self) -> float:
        """Until the next pass, unless something wakes it before."""
        now = asyncio.get_running_loop().time()
        every = self._pace.settle if self._settling else self._pace.every
        return min([every, *(max(one.until - now, 0.01) for one in self._backoffs.values())])

    async def _end(self) -> None:
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)
