"""The supervisor's regular look at every worker: hung, idle, too much memory, too many files.

Intervals in seconds.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from apibuilder.backends.fork import data, frames
from apibuilder.backends.fork.launcher import Running
from apibuilder.backends.fork.placement import Placement

_MB = 1024 * 1024
_PAGE = os.sysconf("SC_PAGE_SIZE")
_CROWDED = 8  # requests in flight an Instance, above which another one is started


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """How often, and how long."""

    beat: float = 5.0
    memory: float = 0.5
    storage: float = 20.0
    idle: float = 300.0  # without a request, before an Instance is stopped
    hung: float = 5.0  # beyond the time a request may take, without a sign of life
    drain: float = 5.0  # grace of an idle Instance: none is expected to be in flight


@dataclass(slots=True)
class Watch:
    """Looks at what `placements` answers, until cancelled."""

    placements: Callable[[], Iterable[Placement]]
    intervals: Intervals
    memory_by_hand: bool  # no memory cgroup
    _sizes: dict[Path, int] = field(default_factory=dict[Path, int])
    _growing: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    async def run(self) -> None:
        """Run every look at its interval."""
        async with asyncio.TaskGroup() as group:
            group.create_task(_every(self.intervals.beat, self.look_at_beats))
            group.create_task(self._look_at_storage_for_ever())
            if self.memory_by_hand:
                group.create_task(_every(self.intervals.memory, self.look_at_memory))

    def look_at_beats(self) -> None:
        """Ping all; kill the hung, drain the idle, add to the crowded."""
        now = time.monotonic()
        for placement in self.placements():
            for running in tuple(placement.running):
                self._look_at_beat(placement, running, now)
            self._scale_out(placement)

    def look_at_memory(self) -> None:
        """Kill what uses more memory than allowed, where no cgroup does."""
        for running in self._all():
            used = private_bytes(running.handle.pid)
            if used > running.spec.limits.memory_mb * _MB:
                allowed = running.spec.limits.memory_mb
                running.handle.kill(f"it used more than the {allowed} MB of memory its plan allows")

    async def look_at_storage(self) -> None:
        """Kill what is over its storage and still growing: it may go on to read and to delete."""
        known, self._sizes = self._sizes, {}
        for running in tuple(self._all()):
            used = await asyncio.to_thread(data.size, running.data)
            before = known.get(running.data, 0)
            self._sizes[running.data] = used
            allowed = running.spec.limits.storage_mb
            if used > allowed * _MB and used > before:
                running.handle.kill(
                    f"/data holds {used // _MB} MB and its plan allows {allowed} MB; delete files"
                )

    def _look_at_beat(self, placement: Placement, running: Running, now: float) -> None:
        handle, limits = running.handle, running.spec.limits
        silent = now - handle.beat_at
        placement.report_dropped_lines(running)
        if silent > self.intervals.beat + self.intervals.hung + limits.timeout_seconds:
            handle.kill(f"it gave no sign of life for {silent:.0f} seconds (a blocked event loop)")
        elif now - handle.busy_at > self.intervals.idle:
            placement.drain_one(running, self.intervals.drain)
        else:
            handle.tell(frames.Ping())

    def _scale_out(self, placement: Placement) -> None:
        running = placement.running
        if not running or len(running) >= placement.spec.limits.max_instances:
            return
        if all(one.handle.beat.in_flight > _CROWDED for one in running):
            task = asyncio.create_task(_add(placement))
            self._growing.add(task)
            task.add_done_callback(self._growing.discard)

    async def _look_at_storage_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self.intervals.storage)
            await self.look_at_storage()

    def _all(self) -> Iterable[Running]:
        return (running for placement in self.placements() for running in placement.running)


def private_bytes(pid: int) -> int:
    """Resident memory that a process does not share with its parent; 0 when it is gone."""
    with suppress(OSError, ValueError):
        _, resident, shared, *_ = Path(f"/proc/{pid}/statm").read_text().split()
        return (int(resident) - int(shared)) * _PAGE
    return 0


async def _every(seconds: float, look: Callable[[], None]) -> None:
    while True:
        await asyncio.sleep(seconds)
        look()


async def _add(placement: Placement) -> None:
    with suppress(Exception):  # it is logged where it is raised; those that run go on
        await placement.add()
