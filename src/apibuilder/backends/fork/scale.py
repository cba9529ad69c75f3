"""How many Instances a Deployment keeps: not fewer than its warm minimum, no more than it needs.

More are started when a gateway asks for them (`acquire`), because it counts the requests in flight;
here those that are not needed any more are drained, and those that are old are replaced: a fork
shares its memory layout and hash seed with its siblings, so it must not live for ever.

Intervals in seconds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from apibuilder.backends.base import CROWDED
from apibuilder.backends.fork.placement import Placement
from apibuilder.errors import ApiBuilderError

DAY = 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleIntervals:
    """How often, and how long."""

    look: float = 5.0
    roomy: float = 60.0  # with room to spare, before one of several Instances is stopped
    age: float = DAY  # of a worker, before another one takes its place
    drain: float = 30.0  # grace for what is in flight on the one that goes


@dataclass(slots=True)
class Scale:
    """Looks at what `placements` answers, until cancelled."""

    placements: Callable[[], Iterable[Placement]]
    intervals: ScaleIntervals
    _roomy: dict[UUID, float] = field(default_factory=dict[UUID, float])  # since when
    _working: dict[UUID, asyncio.Task[None]] = field(default_factory=dict[UUID, asyncio.Task[None]])

    async def run(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(self.intervals.look)
            self.look()

    def look(self) -> None:
        """At all Deployments; at most one change to each."""
        now = time.monotonic()
        for placement in self.placements():
            deployment_id = placement.spec.deployment_id
            if deployment_id in self._working:
                continue
            work = self._next(placement, now)
            if work is not None:
                task = asyncio.create_task(work)
                self._working[deployment_id] = task
                task.add_done_callback(lambda _, key=deployment_id: self._working.pop(key))

    def _next(self, placement: Placement, now: float) -> Coroutine[Any, Any, None] | None:
        running, spec = placement.running, placement.spec
        least = min(spec.min_instances, spec.limits.max_instances)
        if placement.awake and len(running) < least:
            return _quietly(placement.wake(least))
        old = [one for one in running if now - one.handle.born > self.intervals.age]
        if old:
            return self._replace(placement, now)
        if len(running) > max(1, least) and self._has_room(placement, now):
            spare = min(running, key=lambda one: one.handle.beat.in_flight)
            placement.drain_one(spare, self.intervals.drain)
        return None

    def _has_room(self, placement: Placement, now: float) -> bool:
        """Whether one fewer would have done for a while, at half its load."""
        key, running = placement.spec.deployment_id, placement.running
        in_flight = sum(one.handle.beat.in_flight for one in running)
        if in_flight > CROWDED * (len(running) - 1) / 2:
            self._roomy.pop(key, None)
            return False
        since = self._roomy.setdefault(key, now)
        if now - since < self.intervals.roomy:
            return False
        del self._roomy[key]
        return True

    async def _replace(self, placement: Placement, now: float) -> None:
        """Another one first, so that somebody always takes requests."""
        with suppress(ApiBuilderError):  # it is logged where it is raised; the old one goes on
            fresh = await placement.add()
            for one in tuple(placement.running):
                if one is not fresh and now - one.handle.born > self.intervals.age:
                    placement.drain_one(one, self.intervals.drain)
                    return


async def _quietly(work: Coroutine[Any, Any, object]) -> None:
    with suppress(ApiBuilderError):
        await work
