"""The supervisor's regular look at every worker: hung, overdue, idle, crowded, leaking.

Intervals in seconds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from apibuilder.backends.fork import frames, process
from apibuilder.backends.fork.launcher import Running, memory_ending
from apibuilder.backends.fork.placement import Placement
from apibuilder.backends.fork.storage import Storage
from apibuilder.domain import Ending

_MB = 1024 * 1024
_LEAKED = 0.85  # of its memory, above which an Instance is replaced before it is killed
_BUSY = 0.05  # of a core: who waits uses less, who computes gets more even on a busy machine
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """How often, and how long."""

    beat: float = 5.0
    memory: float = 0.5
    storage: float = 2.0
    idle: float = 300.0  # without a request, before an Instance is stopped
    hung: float = 2.0  # beyond the time a request may take, without a sign of life
    overdue: float = 5.0  # that a call may go on after its deadline
    leak: float = 60.0  # between two replacements of a leaking Instance
    drain: float = 5.0  # grace of an Instance that should have nothing in flight


@dataclass(slots=True)
class Watch:
    """Looks at what `placements` answers, until cancelled."""

    placements: Callable[[], Sequence[Placement]]
    storage: Storage
    intervals: Intervals
    memory_by_hand: bool  # no memory cgroup
    _working: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    async def run(self) -> None:
        """Run every look at its interval."""
        async with asyncio.TaskGroup() as group:
            group.create_task(_every(self.intervals.beat, self.look_at_beats))
            group.create_task(_every(self.intervals.storage, self.look_at_storage))
            often = self.intervals.memory if self.memory_by_hand else self.intervals.beat
            group.create_task(_every(often, self.look_at_memory))

    async def look_at_beats(self) -> None:
        """Ping all; kill the hung, drain the idle."""
        now = time.monotonic()
        for placement in self.placements():
            for running in tuple(placement.running):
                self._look_at_beat(placement, running, now)

    async def look_at_memory(self) -> None:
        """Replace what leaks; kill what uses more than allowed, where no cgroup does."""
        now = time.monotonic()
        for placement in self.placements():
            for running in tuple(placement.running):
                self._look_at_memory(placement, running, now)

    async def look_at_storage(self) -> None:
        """Hold every /data to its quota."""
        await self.storage.look(self.placements())

    def _look_at_beat(self, placement: Placement, running: Running, now: float) -> None:
        handle, limits, wait = running.handle, running.spec.limits, self.intervals
        placement.report_dropped_lines(running)
        if now - handle.beat_at > wait.beat + wait.hung + limits.timeout_seconds:
            handle.kill(_hung(running, now - handle.beat_at))
        elif handle.beat.overdue > wait.overdue:
            handle.blame(_overdue(running))
            placement.drain_one(running, wait.drain)
            placement.say(f"A process is replaced: {_overdue(running).detail}.")
        elif now - handle.busy_at > wait.idle and placement.has_spare:
            placement.drain_one(running, wait.drain)
        else:
            handle.tell(frames.Ping())

    def _look_at_memory(self, placement: Placement, running: Running, now: float) -> None:
        allowed = running.spec.limits.memory_mb
        used = running.handle.memory_mb()
        threads = process.thread_count(running.handle.pid)
        if self.memory_by_hand and used > allowed:
            running.handle.kill(memory_ending(allowed, used))
        elif threads > running.spec.limits.processes:
            running.handle.kill(_threads(threads, running.spec.limits.processes))
        elif used > _LEAKED * allowed and now - running.since > self.intervals.leak:
            self._renew(placement, running, f"{used:.0f} of {allowed} MB of memory")

    def _renew(self, placement: Placement, running: Running, holds: str) -> None:
        """Once an Instance: if no other can be started, this one goes on to its end."""
        if not running.handle.renewed:
            running.handle.renewed = True
            why = f"A process holds {holds} and is replaced."
            self._work(placement.renew(running, why, self.intervals.drain))

    def _work(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(_quietly(work))
        self._working.add(task)
        task.add_done_callback(self._working.discard)


def _hung(running: Running, silent: float) -> Ending:
    """A loop that computes is told from one that waits."""
    allowed, handle = running.spec.limits.timeout_seconds, running.handle
    used = process.cpu_seconds(handle.pid) - handle.cpu_at_beat
    computed = used > _BUSY * silent
    what = f"used {used:.1f} s of CPU" if computed else "waited"
    return Ending(
        code="cpu_exceeded" if computed else "deadline_exceeded",
        detail=(
            f"it gave no sign of life for {silent:.0f} seconds and {what} (a blocked event loop); "
            f"a request may take {allowed:g} s"
        ),
        limit="cpu_seconds" if computed else "timeout_seconds",
        allowed=allowed,
        seen=round(used if computed else silent, 1),
    )


def _overdue(running: Running) -> Ending:
    allowed, beat = running.spec.limits.timeout_seconds, running.handle.beat
    request = frames.printable(beat.overdue_request[:64])
    return Ending(
        code="deadline_exceeded",
        detail=f"request {request} went on for {beat.overdue:.0f} s after its {allowed:g} s",
        limit="timeout_seconds",
        allowed=allowed,
        seen=round(allowed + beat.overdue, 1),
    )


def _threads(seen: int, allowed: int) -> Ending:
    return Ending(
        code="processes_exceeded",
        detail=f"it had {seen} threads and its plan allows {allowed}",
        limit="processes",
        allowed=allowed,
        seen=seen,
    )


async def _every(seconds: float, look: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await look()
        except Exception:  # noqa: BLE001 - an Api that confuses one look must not end the next
            _log.exception("a look at the workers failed")


async def _quietly(work: Awaitable[None]) -> None:
    with suppress(Exception):  # it is logged where it is raised; those that run go on
        await work
