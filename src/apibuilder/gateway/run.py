"""Runs calls. Most never wait for anything but their worker's answer, and need no Task for that.

A Task is made, put into the loop's queue, woken by a Future, and put there again. So `run` steps a
call's coroutine by hand, inside the very callback that brought its bytes, and what brings the
answer steps it again.

Code below `handle` may await anything. Timeouts need a Task, though: whoever is about to use one
says `await in_task()` first, which moves the call into a Task of its own, for good.
"""

from __future__ import annotations

import asyncio
import types
from collections.abc import Coroutine, Generator
from functools import partial
from typing import Any

from apibuilder.backends.fork.link import Exchange

_IN_TASK = object()

Tasks = set[asyncio.Task[Any]]


@types.coroutine
def in_task() -> Generator[object, None, None]:
    """From here on in a Task; returns at once in one."""
    if asyncio.current_task() is None:
        yield _IN_TASK


def run(call: Coroutine[Any, Any, None], tasks: Tasks) -> None:
    """Begin a call, or go on with one, until it is over or waits. Not for use within a Task.

    `tasks` holds those that became Tasks until they are done.
    """
    try:
        awaited = call.send(None)
    except StopIteration:
        return
    if isinstance(awaited, Exchange):
        awaited.resume = partial(run, call, tasks)
    elif awaited is _IN_TASK:
        _as_task(call, tasks)
    else:  # a Future, waiting for its Task: a new one asks it again once it is done
        assert asyncio.isfuture(awaited), f"a call awaits {awaited!r}"
        awaited._asyncio_future_blocking = False  # asyncio's protocol for Futures
        awaited.add_done_callback(lambda _: _as_task(call, tasks))


def _as_task(call: Coroutine[Any, Any, None], tasks: Tasks) -> None:
    task = asyncio.get_running_loop().create_task(call)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
