"""How many Instances there are, and that they and their zygote do not live for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from apibuilder.backends.fork.scale import ScaleIntervals
from apibuilder.backends.fork.watch import Intervals
from tests.contracts.backends import HELLO, fork_backend, get, spec

_SLOW = (
    HELLO
    + """
import asyncio
@app.get("/slow")
async def slow():
    await asyncio.sleep(0.3)
    return "done"
"""
)


async def until(condition: Callable[[], Any], seconds: float = 15.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


async def test_with_room_to_spare_there_is_one_fewer() -> None:
    scale = ScaleIntervals(look=0.05, roomy=0.2)
    async with fork_backend(intervals=Intervals(beat=0.05), scale=scale) as backend:
        wanted = spec(_SLOW, max_instances=3)
        await backend.place(wanted)
        one, two, three = await backend.acquire(wanted.deployment_id, 3)
        placement = backend._placements[wanted.deployment_id]
        crowd = [
            asyncio.create_task(get(instance, "/slow"))
            for instance in (one, two, three)
            for _ in range(7)
        ]
        await asyncio.sleep(0.25)
        assert len(placement.running) == 3  # 21 in flight are too many for two
        assert await asyncio.gather(*crowd) == [(200, "done")] * 21
        await until(lambda: len(placement.running) == 1)
        assert await get(placement.instances()[0], "/hello") == (200, {"hello": "you"})


async def test_a_warm_minimum_is_kept_until_the_api_is_suspended() -> None:
    scale = ScaleIntervals(look=0.05, roomy=0.05)
    intervals = Intervals(beat=0.05, idle=0.1)
    async with fork_backend(intervals=intervals, scale=scale) as backend:
        wanted = spec(max_instances=3, min_instances=2)
        await backend.place(wanted)
        placement = backend._placements[wanted.deployment_id]
        await until(lambda: len(placement.running) == 2)
        kept = placement.instances()
        await asyncio.sleep(0.5)  # idle, and with room: still both
        assert placement.instances() == kept
        placement.running[0].handle.kill("a test")
        await until(lambda: len(placement.running) == 2 and placement.instances() != kept)
        await backend.suspend(wanted.deployment_id, 0)
        await asyncio.sleep(0.3)
        assert not placement.running
        assert len(await backend.acquire(wanted.deployment_id)) >= 1
        await until(lambda: len(placement.running) == 2)


async def test_an_old_worker_is_replaced_before_it_leaves() -> None:
    async with fork_backend(scale=ScaleIntervals(look=0.05, age=1.5)) as backend:
        wanted = spec()
        started = await backend.place(wanted)
        placement = backend._placements[wanted.deployment_id]
        seen = {started.instance.id}
        async with asyncio.timeout(30):
            while len(seen) < 3:
                assert placement.running, "nobody took requests"
                (*_, newest) = placement.instances()
                seen.add(newest.id)
                assert await get(newest, "/hello") == (200, {"hello": "you"})
                await asyncio.sleep(0.05)


async def test_a_zygote_is_replaced_without_a_failed_start_or_request() -> None:
    async with fork_backend(spares=2) as backend:
        steady, waking = spec(), spec()
        started = await backend.place(steady)
        await backend.place(waking)
        done = asyncio.Event()
        counts = {"calls": 0, "wakes": 0, "places": 0}

        async def call() -> None:
            while not done.is_set():
                assert await get(started.instance, "/hello") == (200, {"hello": "you"})
                counts["calls"] += 1

        async def wake() -> None:
            while not done.is_set():
                await backend.suspend(waking.deployment_id, 0)
                (instance,) = await backend.acquire(waking.deployment_id)
                assert await get(instance, "/hello") == (200, {"hello": "you"})
                counts["wakes"] += 1

        async def place() -> None:
            while not done.is_set():
                fresh = spec(ephemeral=True)
                await backend.place(fresh)
                await backend.retire(fresh.deployment_id, 0)
                counts["places"] += 1

        async with asyncio.TaskGroup() as group:
            for work in (call, wake, place):
                group.create_task(work())
            pids = [backend._pool.zygote_pid]
            for _ in range(3):
                await asyncio.sleep(0.1)
                await backend._pool.replace_zygote()
                pids.append(backend._pool.zygote_pid)
            done.set()
        assert len(set(pids)) == 4
        assert backend._pool.restarts == 0
        assert min(counts.values()) > 0
