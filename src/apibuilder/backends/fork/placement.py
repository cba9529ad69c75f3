"""One placed Deployment: its live Instances, a start that all who wait share, and its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from apibuilder import errors
from apibuilder.backends.base import LogLine
from apibuilder.backends.fork import frames
from apibuilder.backends.fork.console import BURST, LINES_PER_SECOND
from apibuilder.backends.fork.launcher import Launcher, Proof, Running, ending_of
from apibuilder.backends.fork.logs import platform_line, user_line
from apibuilder.domain import DeploymentSpec, Ending, Instance

_FIRST_BACKOFF_SECONDS = 1.0
_LONGEST_BACKOFF_SECONDS = 30.0
_FREE_CRASHES = 2  # in a row, before a start has to wait
_STEADY_SECONDS = 60.0  # an Instance that lived that long did not crash in a row


class Placement:
    """Keeps a Deployment running on demand."""

    def __init__(
        self,
        spec: DeploymentSpec,
        launcher: Launcher,
        write: Callable[[UUID, LogLine], None],
        proof: Proof | None = None,
        on_end: Callable[[Instance, Ending], None] = lambda _instance, _ending: None,
    ) -> None:
        """`write` takes a line of the Api's log; `proof` is what an earlier start showed, if there
        was one; `on_end` is told of each Instance that ended."""
        self.spec = spec
        self._proof = proof
        self.running: list[Running] = []
        self.awake = True  # it was not drained: its warm minimum may be kept
        self._launcher = launcher
        self._write = write
        self._on_end = on_end
        self._crashes = 0
        self._last_end = ""
        self._starting: asyncio.Task[Running] | None = None
        self._ending: set[asyncio.Task[Any]] = set()
        self._failures = 0
        self._retry_at = 0.0

    def instances(self) -> list[Instance]:
        """Those that take requests."""
        return [running.instance for running in self.running]

    @property
    def has_spare(self) -> bool:
        """Whether there are more Instances than its warm minimum."""
        return len(self.running) > self.spec.min_instances

    @property
    def crashing(self) -> str | None:
        """Why its Instances end again and again; None if they do not, or no longer."""
        steady = any(time.monotonic() - one.since > _STEADY_SECONDS for one in self.running)
        return None if steady or self._crashes <= _FREE_CRASHES else self._last_end

    async def first(self) -> Running:
        """A live Instance, started if there is none; parallel calls share one start.

        Raises what the start raised, to all who waited for it.
        """
        if self.running:
            return self.running[0]
        return await self._start()

    async def wake(self, instances: int = 1) -> list[Instance]:
        """The live Instances, at least one, and `instances` if as many are allowed and can be
        started. Raises InstanceUnavailable; after a failed start at once for a while, so that a
        broken Api does not keep the machine busy."""
        self.awake = True
        if not self.running:
            wait = self._retry_at - time.monotonic()
            if wait > 0:
                raise errors.InstanceUnavailable(
                    "The API could not start, or crashed too often; its log tells why.",
                    headers={"Retry-After": str(int(wait) + 1)},
                )
            try:
                await self._start()
            except errors.DeployRefused as error:
                raise errors.InstanceUnavailable(
                    f"The API could not be started: {error.detail}"
                ) from error
        await self._grow(min(instances, self.spec.limits.max_instances))
        return self.instances()

    async def _grow(self, wanted: int) -> None:
        while len(self.running) < wanted and time.monotonic() >= self._retry_at:
            try:
                await self._start()
            except errors.ApiBuilderError:  # it is in the Api's log; those that run go on
                return

    async def add(self) -> Running:
        """Start one more Instance."""
        return await self._start()

    async def stop(self, grace_seconds: float) -> None:
        """Drain all Instances; returns when they have ended."""
        self.drain(grace_seconds)
        while self._ending:
            await asyncio.wait(self._ending)

    def drain(self, grace_seconds: float) -> None:
        """Begin to drain all Instances: from now on they are not named to anyone. A start that
        is under way is given up."""
        self.awake = False
        if self._starting is not None:
            self._starting.cancel()
            self._keep_until_ended(self._starting)
            self._starting = None
        for running in tuple(self.running):
            self.drain_one(running, grace_seconds)

    def report_dropped_lines(self, running: Running) -> None:
        """Say so in the log if the worker dropped lines since this was called last."""
        handle = running.handle
        fresh = handle.beat.dropped_logs - handle.dropped_told
        if fresh > 0:
            handle.dropped_told += fresh
            self.say(
                f"log_rate_exceeded: {fresh} lines were dropped; {LINES_PER_SECOND} a second are "
                f"allowed, {BURST} at once"
            )

    def drain_one(self, running: Running, grace_seconds: float) -> None:
        """Begin to drain one Instance."""
        self.running.remove(running)
        self._keep_until_ended(asyncio.create_task(running.handle.drain(grace_seconds)))

    async def renew(self, running: Running, because: str, grace_seconds: float) -> None:
        """Replace an Instance: it is drained once another one is there to take its place."""
        self.say(because)
        await self.add()
        if running in self.running:
            self.drain_one(running, grace_seconds)

    def _keep_until_ended(self, task: asyncio.Task[Any]) -> None:
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _start(self) -> Running:
        if self._starting is None:
            self._starting = asyncio.create_task(self._launch())
            self._starting.add_done_callback(self._started)
        starting = self._starting
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            if starting.cancelled():  # by `drain`; the one who waits was not
                raise errors.InstanceUnavailable("The API was stopped while starting.") from None
            raise

    async def _launch(self) -> Running:
        running = await self._launcher.launch(self.spec, self._on_log, self._proof)
        self._proof = running.proof
        self.running.append(running)
        running.handle.exited.add_done_callback(lambda _: self._ended(running))
        return running

    def _started(self, task: asyncio.Task[Running]) -> None:
        if self._starting is task:
            self._starting = None
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            self._failures = 0
        elif isinstance(error, errors.DeployRefused):
            self._failures += 1
            self._back_off(self._failures)
            self.say(f"The API could not be started: {error.detail}")

    def _ended(self, running: Running) -> None:
        ending = ending_of(running.handle, self.spec.limits)
        self._on_end(running.instance, ending)
        if running not in self.running:
            return
        self.running.remove(running)
        self._last_end = ending.detail
        lived = time.monotonic() - running.since
        self._crashes = 1 if lived > _STEADY_SECONDS else self._crashes + 1
        if self._crashes > _FREE_CRASHES:
            self._back_off(self._crashes - _FREE_CRASHES)
        self.say(f"The API's process ended: {ending.detail}{_facts(ending)}. {self._what_next()}")

    def _back_off(self, times: int) -> None:
        pause = min(_FIRST_BACKOFF_SECONDS * 2 ** (times - 1), _LONGEST_BACKOFF_SECONDS)
        self._retry_at = time.monotonic() + pause

    def _what_next(self) -> str:
        wait = self._retry_at - time.monotonic()
        if wait <= 0:
            return "The next request starts it again."
        return f"It ended {self._crashes} times in a row: no start for {wait:.0f} s."

    def _on_log(self, line: frames.Log) -> None:
        told = user_line(line.stream, line.level, line.message, line.request_id, self.spec.revision)
        self._write(self.spec.api_id, told)

    def say(self, message: str) -> None:
        """Write a line of the platform's to the Api's log."""
        self._write(self.spec.api_id, platform_line(message, self.spec.revision))


def _facts(ending: Ending) -> str:
    if ending.limit is None:
        return ""
    return f" ({ending.code}: {ending.limit}, allowed {ending.allowed:g}, seen {ending.seen:g})"
