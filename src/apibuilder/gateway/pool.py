"""The live Instances of one Deployment: links to them, and which one takes the next call."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from math import ceil
from time import monotonic
from uuid import UUID

from apibuilder.backends.base import CROWDED, Backend
from apibuilder.backends.fork.health import Tally
from apibuilder.backends.fork.link import Link, LinkLost, Refused
from apibuilder.errors import (
    ApiBuilderError,
    InstanceCrashed,
    InstanceUnavailable,
    Unavailable,
    of_ending,
)
from apibuilder.gateway.balance import UNWATCHED, Unwatched, Watched, choose

MAX_WAITERS = 1024  # calls that may wait for one Deployment to wake
_FIRST_PAUSE = 0.05  # seconds; doubled until the Backend is back
_LONGEST_PAUSE = 0.5
_WHY_SECONDS = 1.5  # to be told why an Instance ended

_CROWD_SECONDS = 0.1  # a crowd that is gone by then needs no other Instance
_CROWD_OVER_SECONDS = 1.0
_LOOK_SECONDS = 0.5  # between two wishes for more Instances
_FULL_SECONDS = 5.0  # the same, when there were no more

_FIRST_REDIAL, _LONGEST_REDIAL = 0.5, 15.0


class Pool:
    """Links are opened when they are first needed, and leave when their worker does."""

    def __init__(self, backend: Backend, deployment_id: UUID, tally: Tally) -> None:
        self.deployment_id = deployment_id
        self._tally = tally
        self._redial: asyncio.TimerHandle | None = None
        self._redial_pause = _FIRST_REDIAL
        self._backend = backend
        self._links: dict[str, Link] = {}  # by Instance
        self._live: list[Link] = []
        self._filling: asyncio.Task[None] | None = None
        self._waiters = 0
        self._crowded_since = float("-inf")  # loop time
        self._crowded_at = float("-inf")
        self._next_look = 0.0
        self._retired = False

    def pick(self) -> Link | None:
        """The only live Instance, or the better one of two; None if there is none."""
        live = self._live
        while live:
            link = live[0] if len(live) == 1 else choose(live, monotonic())
            if not (link.closed or link.draining):
                if link.in_flight >= CROWDED:
                    self._on_crowd()
                return link
            live.remove(link)
        return None

    def watch(self, link: Link) -> Unwatched:
        """A call was sent; where there is a choice, how its Instance does is worth knowing."""
        return Watched(link, self._tally) if len(self._live) > 1 else UNWATCHED

    def _on_crowd(self) -> None:
        """Ask for more Instances once the crowd has lasted for a moment."""
        now = asyncio.get_running_loop().time()
        if now - self._crowded_at > _CROWD_OVER_SECONDS:
            self._crowded_since = now
        self._crowded_at = now
        wanted = ceil((self.in_flight + 1) / CROWDED)
        if (
            now - self._crowded_since < _CROWD_SECONDS
            or now < self._next_look
            or wanted <= len(self._live)
            or not (self._filling is None or self._filling.done())
        ):
            return
        self._next_look = now + _LOOK_SECONDS
        self._filling = asyncio.create_task(self._grow(wanted))
        self._filling.add_done_callback(_seen)

    async def _grow(self, wanted: int) -> None:
        await self._fill(wanted)
        if len(self._live) < wanted:
            self._next_look = asyncio.get_running_loop().time() + _FULL_SECONDS

    async def fill(self, seconds: float) -> None:
        """Make sure that `pick` finds a link; parallel calls share one try.

        Raises NotFound (the Backend does not know the Deployment), InstanceUnavailable,
        Unavailable (the Backend was away for `seconds`), or Refused (nobody could be reached).
        """
        if self._waiters >= MAX_WAITERS:
            raise InstanceUnavailable("Too many calls wait for this API to start.")
        if self._filling is None or self._filling.done():
            self._filling = asyncio.create_task(self._fill())
            self._filling.add_done_callback(_seen)
        self._waiters += 1
        try:
            async with asyncio.timeout(seconds):
                await asyncio.shield(self._filling)
        except TimeoutError:
            raise Unavailable("This API could not be started in time; try again.") from None
        finally:
            self._waiters -= 1

    async def _fill(self, wanted: int = 1) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                instances = await self._backend.acquire(self.deployment_id, wanted)
                break
            except Unavailable:  # it is being restarted; those who wait set the limit
                if not self._waiters:
                    raise
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
        links: dict[str, Link] = {}
        for instance in instances:
            link = self._links.get(instance.id)
            if link is None or link.closed or link.draining:
                try:
                    link = await Link.open(instance.address)
                except Refused:  # it is going or gone, or too busy to be reached
                    self._tally.failed_dials += 1
                    continue
                link.instance_id = instance.id
            links[instance.id] = link
        self._links = links
        self._live = list(links.values())
        self._redial_later(missing=len(links) < len(instances))
        if not links:
            raise Refused("none of the Instances could be reached")

    def _redial_later(self, *, missing: bool) -> None:
        """An Instance that could not be reached is out until it can be; nobody waits for it."""
        if self._redial is not None:
            self._redial.cancel()
            self._redial = None
        if not missing:
            self._redial_pause = _FIRST_REDIAL
        elif not self._retired:
            loop = asyncio.get_running_loop()
            self._redial = loop.call_later(self._redial_pause, self._redial_now)
            self._redial_pause = min(2 * self._redial_pause, _LONGEST_REDIAL)

    def _redial_now(self) -> None:
        self._redial = None
        if self._filling is None or self._filling.done():
            self._filling = asyncio.create_task(self._fill())
            self._filling.add_done_callback(_seen)

    async def why_lost(self, lost: LinkLost) -> ApiBuilderError:
        """What ended an Instance, for its callers."""
        ending = None
        if lost.instance_id is not None:
            with suppress(ApiBuilderError, TimeoutError):
                async with asyncio.timeout(_WHY_SECONDS):
                    ending = await self._backend.ending(lost.instance_id)
        if ending is None:
            return InstanceCrashed("The API's process ended before it had answered.")
        return of_ending(ending)

    async def why_overdue(self, instance_id: str) -> ApiBuilderError | None:
        """The limit that keeps an Instance from answering; None if it only waits."""
        ending = None
        with suppress(ApiBuilderError, TimeoutError):
            async with asyncio.timeout(_WHY_SECONDS):
                ending = await self._backend.overdue(instance_id)
        return of_ending(ending) if ending is not None and ending.limit is not None else None

    def retire(self) -> None:
        """Take no new calls; each link closes once nothing is in flight on it."""
        self._retired = True
        if self._redial is not None:
            self._redial.cancel()
        for link in self._links.values():
            link.draining = True  # it closes itself when its last Exchange ends
            if not link.in_flight:
                link.close()
        self._live.clear()

    @property
    def in_flight(self) -> int:
        """Calls that are being answered."""
        return sum(link.in_flight for link in self._links.values())


def _seen(task: asyncio.Task[None]) -> None:
    """Its waiters may all have gone; nobody needs to hear of its failure then."""
    if not task.cancelled():
        task.exception()
