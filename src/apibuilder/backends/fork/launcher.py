"""Turns a waiting worker into an Instance of a Deployment, or says why that did not work."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from apibuilder import errors
from apibuilder.backends.fork import frames, orders, rootfs
from apibuilder.backends.fork.data import DataFolders
from apibuilder.backends.fork.handle import WorkerHandle
from apibuilder.backends.fork.pool import Pool
from apibuilder.backends.fork.runfiles import RunFiles
from apibuilder.domain import Check, DeploymentSpec, Failure, Instance

_MB = 1024 * 1024
_START_CORES = 1.0  # a plan's share applies once the app is up: a quarter core would start slowly
_CRASH_SECONDS = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Running:
    """An Instance and the worker behind it."""

    instance: Instance
    spec: DeploymentSpec
    handle: WorkerHandle
    data: Path
    openapi: bytes  # JSON
    checks: list[Check]


class Launcher:
    """Starts workers."""

    def __init__(
        self, pool: Pool, files: RunFiles, folders: DataFolders, start_timeout_seconds: float
    ) -> None:
        self._pool = pool
        self._files = files
        self._folders = folders
        self._timeout = start_timeout_seconds

    async def launch(self, spec: DeploymentSpec, on_log: Callable[[frames.Log], None]) -> Running:
        """An Instance that answered its probe. Raises the DeployRefused that says why there is
        none, or Unavailable when the runtime itself is not ready."""
        handle = await self._pool.take()
        try:
            handle.on_log = on_log
            running = await self._bring_up(handle, spec)
        except BaseException:
            handle.kill("its start was given up")
            raise
        finally:
            self._pool.refill()
        return running

    async def _bring_up(self, handle: WorkerHandle, spec: DeploymentSpec) -> Running:
        uid = self._folders.uid(spec.api_id)
        name = self._folders.name(spec.api_id, spec.deployment_id, ephemeral=spec.ephemeral)
        data = self._folders.prepare(name, uid)
        listen, path = self._files.listen(handle.name)
        with listen:
            assign = self._assignment(handle, spec, name, uid)
            self._limit(handle, spec)
            await handle.assign(assign, listen, self._boot(spec, assign, data))
        ready = await self._wait_ready(handle, spec)
        if handle.group is not None:
            handle.group.limit_cpu(spec.limits.cpu)
        instance = Instance(
            id=handle.name,
            deployment_id=spec.deployment_id,
            api_id=spec.api_id,
            address=str(path),
        )
        return Running(instance, spec, handle, data, ready.openapi, _checks(ready))

    def _assignment(
        self, handle: WorkerHandle, spec: DeploymentSpec, data: str, uid: int | None
    ) -> orders.Assign:
        own_tmp = self._pool.plan.tier == "full"
        limited = handle.group is not None and "memory" in handle.group.folders
        return orders.Assign(
            data=data,
            uid=uid,
            scratch=None if own_tmp else str(self._files.scratch(handle.name, uid)),
            processes=spec.limits.processes,
            file_bytes=spec.limits.storage_mb * _MB,
            address_space_bytes=None if limited else 4 * spec.limits.memory_mb * _MB,
        )

    def _limit(self, handle: WorkerHandle, spec: DeploymentSpec) -> None:
        if handle.group is None:
            return
        handle.group.limit(
            memory_bytes=spec.limits.memory_mb * _MB, processes=spec.limits.processes
        )
        handle.group.limit_cpu(max(spec.limits.cpu, _START_CORES))

    def _boot(self, spec: DeploymentSpec, assign: orders.Assign, data: Path) -> frames.Boot:
        full = self._pool.plan.tier == "full"
        data_dir = rootfs.DATA if full else str(data)
        return frames.Boot(
            source=spec.source,
            env={"HOME": data_dir, "TMPDIR": assign.scratch or "/tmp"} | spec.env,  # noqa: S108
            data_dir=data_dir,
            revision=spec.revision,
            max_streams=spec.limits.max_concurrency,
        )

    async def _wait_ready(self, handle: WorkerHandle, spec: DeploymentSpec) -> frames.Ready:
        try:
            async with asyncio.timeout(self._timeout):
                answer = await asyncio.shield(handle.ready)
        except TimeoutError:
            raise errors.StartTimeout(
                f"The app was not ready after {self._timeout:g} seconds. Importing it and its "
                "startup must take less: leave long work to a request or a background task."
            ) from None
        except errors.Unavailable:
            await asyncio.wait([handle.exited], timeout=_CRASH_SECONDS)
            reason = describe_end(handle, spec.limits.memory_mb)
            raise errors.StartCrashed(
                f"The app's process ended while starting: {reason}."
            ) from None
        if isinstance(answer, frames.Failed):
            raise _refusal(answer)
        return answer


def describe_end(handle: WorkerHandle, memory_mb: int) -> str:
    """Why a worker's process is gone, in words for its Api's maker."""
    status = handle.exited.result() if handle.exited.done() else -1
    if handle.group is not None and handle.group.ran_out_of_memory():
        return f"it used more than the {memory_mb} MB of memory that its plan allows"
    if handle.killed_because is not None:
        return handle.killed_because
    if status >= 0 and os.WIFSIGNALED(status):
        return f"signal {signal.Signals(os.WTERMSIG(status)).name}"
    if status >= 0 and os.WIFEXITED(status):
        return f"exit status {os.WEXITSTATUS(status)}"
    return "cause unknown"


def _refusal(failed: frames.Failed) -> errors.DeployRefused:
    failure = Failure(
        code=failed.code, detail=failed.detail[:2000], file=failed.file, line=failed.line
    )
    return errors.DeployRefused.from_failure(failure)


def _checks(ready: frames.Ready) -> list[Check]:
    return [
        Check(name="import", passed=True, seconds=ready.import_seconds),
        Check(name="lifespan", passed=True, seconds=ready.lifespan_seconds),
        Check(name="probe", passed=True, seconds=ready.probe_seconds),
    ]
