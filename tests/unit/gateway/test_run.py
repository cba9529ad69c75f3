"""Coroutines that are run without a Task until they need one."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from apibuilder.gateway.run import in_task, run


def _run(call: Coroutine[Any, Any, None]) -> set[asyncio.Task[Any]]:
    """From a callback, as a protocol would."""
    tasks: set[asyncio.Task[Any]] = set()
    asyncio.get_running_loop().call_soon(run, call, tasks)
    return tasks


async def test_it_is_over_at_once_if_nothing_is_awaited() -> None:
    seen: list[object] = []

    async def call() -> None:
        seen.append(asyncio.current_task())

    tasks = _run(call())
    await asyncio.sleep(0)
    assert seen == [None]
    assert not tasks


async def test_a_timeout_works_after_in_task() -> None:
    done: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def call() -> None:
        await in_task()
        await in_task()
        try:
            async with asyncio.timeout(0):
                await asyncio.Event().wait()
        except TimeoutError:
            done.set_result("timed out")

    tasks = _run(call())
    assert await done == "timed out"
    await asyncio.sleep(0)
    assert not tasks


async def test_a_future_is_awaited_as_in_a_task() -> None:
    loop = asyncio.get_running_loop()
    first, failing, done = loop.create_future(), loop.create_future(), loop.create_future()

    async def call() -> None:
        value = await first
        try:
            await failing
        except ValueError as error:
            done.set_result((value, str(error)))

    _run(call())
    await asyncio.sleep(0)
    first.set_result("one")
    await asyncio.sleep(0)
    failing.set_exception(ValueError("two"))
    assert await done == ("one", "two")
