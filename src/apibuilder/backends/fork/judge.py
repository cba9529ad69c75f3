"""A call has not answered within its time limit: does its worker compute, or does it wait?

Asked by a gateway, which knows of the deadline; here it is seen what the process does. A worker
that computes without answering a Ping is stuck, and all its calls with it: it is ended at once. One
that answers but has a thread that computes on for the call is replaced. Whoever waits is left
alone: the app was told to stop.
"""

from __future__ import annotations

import asyncio
import time

from apibuilder.backends.fork import frames, process
from apibuilder.backends.fork.launcher import Running
from apibuilder.backends.fork.placement import Placement
from apibuilder.domain import Ending

_PATIENCE_SECONDS = 1.0
_POLL_SECONDS = 0.05
_COMPUTES_SECONDS = 0.05  # of CPU meanwhile: a Ping and what waits before it take far less
_DRAIN_SECONDS = 5.0


async def judge(placement: Placement, running: Running) -> Ending | None:
    """The end of a worker that computes for a call whose time is over; None if it does not."""
    handle = running.handle
    before, since = process.thread_seconds(handle.pid), handle.beat_at
    give_up = time.monotonic() + _PATIENCE_SECONDS
    quiet = 0  # answers that said that nothing goes on after its deadline
    while not handle.exited.done() and time.monotonic() < give_up and quiet < 2:
        asked = time.monotonic()
        handle.tell(frames.Ping())
        await asyncio.sleep(_POLL_SECONDS)
        answered = handle.beat_at > asked
        quiet += answered and not handle.beat.overdue
        used = process.busiest(before, process.thread_seconds(handle.pid))
        if used < _COMPUTES_SECONDS:
            continue
        if handle.beat_at == since and not answered:
            handle.kill(_computed(running, "without a sign of life"))
            break
        if answered and handle.beat.overdue:
            found = _computed(running, "in a thread that went on for it")
            if running in placement.running:
                handle.blame(found)
                placement.drain_one(running, _DRAIN_SECONDS)
                placement.say(f"A process is replaced: {found.detail}. {facts(found)}")
            return found
    return handle.killed_because if handle.killed_because and handle.killed_because.limit else None


def _computed(running: Running, how: str) -> Ending:
    limits, handle = running.spec.limits, running.handle
    allowed = limits.timeout_seconds * limits.cpu
    used = process.cpu_seconds(handle.pid) - handle.cpu_at_beat
    seen = round(max(used, allowed), 2)
    return Ending(
        code="cpu_exceeded",
        detail=(
            f"it computed on after the {limits.timeout_seconds:g} s that a request may take, "
            f"{how}; "
            f"its {limits.cpu:g} of a core make {allowed:g} s of CPU in that time"
        ),
        limit="cpu_seconds",
        allowed=allowed,
        seen=seen,
    )


def facts(ending: Ending) -> str:
    """The limit's name with its figures."""
    return f"({ending.code}: {ending.limit}, allowed {ending.allowed:g}, seen {ending.seen:g})"
