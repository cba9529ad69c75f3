"""Waiting workers, forked ahead, and the zygote they come from.

Forking, namespaces and joining a cgroup take some 20 ms, most of it an RCU grace period. A wake
takes a child that has that behind it; the pool forks the next one afterwards.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import time
from collections import deque
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path

import structlog

from apibuilder.backends.fork import linux, orders
from apibuilder.backends.fork.cgroup import Group, Hierarchy
from apibuilder.backends.fork.handle import WorkerHandle
from apibuilder.backends.fork.runfiles import RunFiles
from apibuilder.backends.fork.zygote_client import ZygoteClient
from apibuilder.errors import ApiBuilderError, Unavailable

_log = structlog.get_logger()
_RESTART_SECONDS = 1.0  # between two zygotes of which the first died young
_REMOVE_TRIES = 40
_REMOVE_SECONDS = 0.05


class Pool:
    """Hands out waiting workers of one tier."""

    def __init__(
        self, *, python: Path, plan: orders.Plan, hierarchy: Hierarchy, files: RunFiles, size: int
    ) -> None:
        self.plan = plan
        self.restarts = 0
        self._python = python
        self._hierarchy = hierarchy
        self._files = files
        self._size = size
        self._spares: deque[WorkerHandle] = deque()
        self._handles: set[WorkerHandle] = set()
        self._zygote: ZygoteClient | None = None
        self._zygote_since = 0.0
        self._warm = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._tending: asyncio.Task[None] | None = None
        self._closing = False
        self._filling = 0

    @property
    def zygote_pid(self) -> int | None:
        """Of the zygote that forks at present."""
        return self._zygote.pid if self._zygote else None

    @property
    def spares(self) -> int:
        """How many workers wait."""
        return len(self._spares)

    @property
    def workers(self) -> int:
        """How many worker processes there are, waiting ones included."""
        return len(self._handles)

    @property
    def zygote_age(self) -> float:
        """Seconds since the present zygote was warm."""
        return time.monotonic() - self._zygote_since

    async def start(self) -> None:
        """Start the zygote. Raises SandboxUnavailable when a layer cannot be put up."""
        linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)  # to adopt the workers of a dead zygote
        await self._start_zygote()
        self._tending = asyncio.create_task(self._tend())

    async def take(self) -> WorkerHandle:
        """A waiting worker; the caller assigns it."""
        while self._spares:
            handle = self._spares.popleft()
            if not handle.exited.done():
                return handle
        return await self._fork()

    def refill(self) -> None:
        """Fork ahead what is missing, in the background."""
        while not self._closing and len(self._spares) + self._filling < self._size:
            self._filling += 1
            self._spawn(self._fill())

    async def ended(self, name: str, seconds: float) -> None:
        """Return when that worker has ended, or after `seconds`."""
        exits = [handle.exited for handle in self._handles if handle.name == name]
        if exits:
            await asyncio.wait(exits, timeout=seconds)

    async def replace_zygote(self) -> None:
        """Let a fresh one take over; the workers live on, those that only wait are made anew.

        Raises SandboxUnavailable or Unavailable when there is no fresh one: the old one goes on.
        """
        old, waiting = self._zygote, tuple(self._spares)
        await self._start_zygote()
        for handle in waiting:
            handle.kill("its zygote was replaced")
        if old is not None:
            old.leave()  # after the forks that it was asked for
            await asyncio.shield(old.lost)

    async def close(self) -> None:
        """End the zygote and every worker, and remove what they left."""
        self._closing = True
        if self._tending is not None:
            self._tending.cancel()
        if self._zygote is not None:
            await self._zygote.close()
        for handle in self._handles:
            handle.kill("the runtime was stopped")
        if self._handles:
            await asyncio.wait([handle.exited for handle in self._handles])
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _start_zygote(self) -> None:
        self._zygote = await ZygoteClient.start(self._python, self.plan)
        self._zygote_since = time.monotonic()
        self._files.record("zygote", self._zygote.pid)
        self._warm.set()

    async def _tend(self) -> None:
        """Keep a zygote alive."""
        while True:
            assert self._zygote is not None
            zygote = self._zygote
            await asyncio.shield(zygote.lost)
            if self._zygote is not zygote:
                continue  # it was replaced before it ended
            self._warm.clear()
            if self.zygote_age < _RESTART_SECONDS:
                await asyncio.sleep(_RESTART_SECONDS)
            _log.warning("zygote ended; starting a fresh one", restarts=self.restarts)
            self.restarts += 1
            try:
                await self._start_zygote()
            except ApiBuilderError as error:
                _log.error("zygote could not be started", detail=error.detail)
                await asyncio.sleep(_RESTART_SECONDS)
                continue
            self.refill()

    async def _fill(self) -> None:
        try:
            self._spares.append(await self._fork())
        except ApiBuilderError as error:
            _log.warning("no worker could be forked ahead", detail=error.detail)
        finally:
            self._filling -= 1

    async def _fork(self) -> WorkerHandle:
        await self._warm.wait()
        zygote = self._zygote
        if self._closing or zygote is None:
            raise Unavailable("The runtime is stopping.")
        name = secrets.token_hex(6)
        ours, theirs = socket.socketpair()
        group = self._hierarchy.create(name) if self._hierarchy.parents else None
        procs = group.open_procs() if group else []
        handle = WorkerHandle(name, ours, group)
        try:
            await zygote.fork(handle, [theirs.fileno(), *procs])
        except ApiBuilderError:
            ours.close()
            if group:
                group.remove()
            raise
        finally:
            theirs.close()
            for fd in procs:
                os.close(fd)
        self._handles.add(handle)
        self._files.record(name, handle.pid)
        self._spawn(self._clean_up_after(handle))
        return handle

    async def _clean_up_after(self, handle: WorkerHandle) -> None:
        await asyncio.wait([handle.exited])
        self._handles.discard(handle)
        with suppress(ValueError):
            self._spares.remove(handle)
        self._files.forget(handle.name)
        if handle.group is not None:
            await _remove(handle.group)
        await asyncio.to_thread(self._files.forget_scratch, handle.name)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _remove(group: Group) -> None:
    """The kernel takes a moment to let go of a group whose last process has ended."""
    for _ in range(_REMOVE_TRIES):
        if group.remove():
            return
        await asyncio.sleep(_REMOVE_SECONDS)
    _log.warning("a cgroup could not be removed", folders=[str(f) for f in group.folders.values()])
