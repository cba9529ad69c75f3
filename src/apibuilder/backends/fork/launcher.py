"""Turns a waiting worker into an Instance of a Deployment, or says why that did not work."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

import msgspec

from apibuilder import errors
from apibuilder.backends.egress.client import EgressClient
from apibuilder.backends.fork import door, frames, orders, rootfs
from apibuilder.backends.fork.data import DataFolders
from apibuilder.backends.fork.duplicate import duplicate
from apibuilder.backends.fork.handle import WorkerHandle
from apibuilder.backends.fork.pool import Pool
from apibuilder.backends.fork.runfiles import RunFiles
from apibuilder.backends.packages.layers import Layer, Layers
from apibuilder.domain import Check, DeploymentSpec, Ending, Failure, Instance, Limits

_MB = 1024 * 1024
_START_CORES = 1.0  # a plan's share applies once the app is up: a quarter core would start slowly
_CRASH_SECONDS = 2.0
_DETAIL_CHARACTERS, _FILE_CHARACTERS, _MOST_LINES, _MOST_SECONDS = 2000, 200, 1 << 20, 3600.0
_WORKERS_CODES = {
    "sandbox_unavailable",
    "syntax_error",
    "app_missing",
    "package_missing",
    "import_failed",
    "openapi_failed",
    "lifespan_failed",
    "probe_failed",
}


@dataclass(frozen=True, slots=True)
class Proof:
    """What the first start of a Deployment showed. Later ones are quicker and leaner without."""

    openapi: bytes  # JSON
    checks: list[Check]
    layer: str | None = None  # digest of the packages it asked for


@dataclass(frozen=True, slots=True, eq=False)
class Running:
    """An Instance and the worker behind it."""

    instance: Instance
    spec: DeploymentSpec
    handle: WorkerHandle
    data: Path
    scratch: Path | None  # for temporary files, where it has no /tmp of its own
    proof: Proof
    since: float  # monotonic time it was ready


class Launcher:
    """Starts workers."""

    def __init__(
        self,
        pool: Pool,
        files: RunFiles,
        folders: DataFolders,
        egress: EgressClient,
        layers: Layers,
        start_timeout_seconds: float,
        delete_only: AbstractSet[Path] = frozenset(),
    ) -> None:
        """`delete_only` are the data folders that are far over their quota."""
        self._egress = egress
        self._pool = pool
        self._files = files
        self._folders = folders
        self._layers = layers
        self._timeout = start_timeout_seconds
        self._delete_only = delete_only

    async def launch(
        self,
        spec: DeploymentSpec,
        on_log: Callable[[frames.Log], None],
        proof: Proof | None = None,
    ) -> Running:
        """An Instance that, without a `proof`, answered its probe. Raises the DeployRefused that
        says why there is none, or Unavailable when the runtime itself is not ready."""
        layer = await self._layer(spec, proof)
        handle = await self._pool.take()
        try:
            handle.on_log = on_log
            running = await self._bring_up(handle, spec, proof, layer)
        except BaseException:
            handle.kill("its start was given up")
            raise
        finally:
            self._pool.refill()
        return running

    async def _layer(self, spec: DeploymentSpec, proof: Proof | None) -> Layer | None:
        if proof is not None and proof.layer is None:
            return None
        return await self._layers.of(spec.source, proof.layer if proof else None)

    async def _bring_up(
        self, handle: WorkerHandle, spec: DeploymentSpec, proof: Proof | None, layer: Layer | None
    ) -> Running:
        uid = self._folders.uid(spec.api_id)
        name = self._folders.name(spec.api_id, spec.deployment_id, ephemeral=spec.ephemeral)
        data = self._folders.prepare(name, uid)
        if spec.copy_of is not None and proof is None:  # its first start: later ones find it there
            await asyncio.to_thread(
                duplicate,
                self._folders.of_api(spec.copy_of),
                data,
                uid,
                _MB * spec.limits.storage_mb,
            )
        listen, path = self._files.listen(handle.name)
        with listen:
            assign = self._assignment(
                handle, spec, name, uid, layer, delete_only=data in self._delete_only
            )
            self._limit(handle, spec)
            await handle.assign(assign, listen, self._boot(spec, assign, data, proof))
        self._open_door(handle, spec)
        ready = await self._wait_ready(handle, spec)
        if handle.group is not None:
            handle.group.limit_cpu(spec.limits.cpu)
        instance = Instance(
            id=handle.name,
            deployment_id=spec.deployment_id,
            api_id=spec.api_id,
            address=str(path),
        )
        shown = proof or _proof(ready, layer)
        scratch = Path(assign.scratch) if assign.scratch else None
        return Running(instance, spec, handle, data, scratch, shown, time.monotonic())

    def _open_door(self, handle: WorkerHandle, spec: DeploymentSpec) -> None:
        if handle.door is None:
            return
        line = handle.on_log

        def tell(text: str) -> None:
            line(frames.Log("platform", "warning", text))

        self._egress.open(handle.name, spec.api_id, list(spec.egress_hosts), handle.door, tell)
        handle.exited.add_done_callback(lambda _: self._egress.close(handle.name))

    def _assignment(
        self,
        handle: WorkerHandle,
        spec: DeploymentSpec,
        data: str,
        uid: int | None,
        layer: Layer | None,
        *,
        delete_only: bool,
    ) -> orders.Assign:
        own_tmp = self._pool.plan.tier == "full"
        if spec.egress_hosts and not own_tmp:
            raise errors.EgressUnavailable
        limited = handle.group is not None and "memory" in handle.group.folders
        return orders.Assign(
            data=data,
            uid=uid,
            scratch=None if own_tmp else str(self._files.scratch(handle.name, uid)),
            processes=spec.limits.processes,
            file_bytes=0 if delete_only else spec.limits.storage_mb * _MB,
            delete_only=delete_only,
            layer=layer.digest if layer else None,
            address_space_bytes=None if limited else 4 * spec.limits.memory_mb * _MB,
            egress=bool(spec.egress_hosts),
        )

    def _limit(self, handle: WorkerHandle, spec: DeploymentSpec) -> None:
        if handle.group is None:
            return
        handle.group.limit(
            memory_bytes=spec.limits.memory_mb * _MB, processes=spec.limits.processes
        )
        handle.group.limit_cpu(max(spec.limits.cpu, _START_CORES))

    def _boot(
        self, spec: DeploymentSpec, assign: orders.Assign, data: Path, proof: Proof | None
    ) -> frames.Boot:
        full = self._pool.plan.tier == "full"
        data_dir = rootfs.DATA if full else str(data)
        return frames.Boot(
            source=spec.source,
            env=_environment(data_dir, assign) | spec.env,
            data_dir=data_dir,
            revision=spec.revision,
            max_streams=spec.limits.max_concurrency,
            packages=self._packages_dir(assign),
            verify=proof is None,
        )

    def _packages_dir(self, assign: orders.Assign) -> str:
        if assign.layer is None:
            return ""
        full = self._pool.plan.tier == "full"
        return rootfs.PACKAGES if full else str(self._layers.dir / assign.layer)

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
            reason = ending_of(handle, spec.limits).detail
            raise errors.StartCrashed(
                f"The app's process ended while starting: {reason}."
            ) from None
        if isinstance(answer, frames.Failed):
            raise _refusal(answer)
        _check_openapi(answer.openapi)
        return answer


def _environment(data_dir: str, assign: orders.Assign) -> dict[str, str]:
    found = {"HOME": data_dir, "TMPDIR": assign.scratch or "/tmp"}  # noqa: S108
    if assign.egress:
        names = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
        found |= dict.fromkeys(names, door.URL)
    return found


def ending_of(handle: WorkerHandle, limits: Limits) -> Ending:
    """Why a worker's process is gone."""
    status = handle.exited.result() if handle.exited.done() else -1
    if handle.group is not None and handle.group.ran_out_of_memory():
        return memory_ending(limits.memory_mb, handle.group.most_memory() / _MB)
    if handle.killed_because is not None:
        return handle.killed_because
    return Ending(detail=_manner(status))


def memory_ending(allowed_mb: int, seen_mb: float) -> Ending:
    """The end of a worker that used more memory than it may."""
    return Ending(
        code="memory_exceeded",
        detail=f"it used more than the {allowed_mb} MB of memory that its plan allows",
        limit="memory_mb",
        allowed=allowed_mb,
        seen=round(max(seen_mb, allowed_mb), 1),
    )


def _manner(status: int) -> str:
    if status >= 0 and os.WIFSIGNALED(status):
        return f"signal {signal.Signals(os.WTERMSIG(status)).name}"
    if status >= 0 and os.WIFEXITED(status):
        return f"exit status {os.WEXITSTATUS(status)}"
    return "cause unknown"


def _refusal(failed: frames.Failed) -> errors.DeployRefused:
    """By now user code may speak for the worker: nothing in it is taken as it is."""
    code = failed.code if failed.code in _WORKERS_CODES else errors.DeployRefused.code
    failure = Failure(
        code=code,
        detail=_text(failed.detail, _DETAIL_CHARACTERS) or "The app gave no reason.",
        file=_text(failed.file, _FILE_CHARACTERS) if failed.file else None,
        line=failed.line if failed.line and 0 < failed.line < _MOST_LINES else None,
    )
    return errors.DeployRefused.from_failure(failure)


def _text(text: str, most: int) -> str:
    """Without what a database or a terminal would not take."""
    return "\n".join(frames.printable(line) for line in text[:most].split("\n"))


def _check_openapi(document: bytes) -> None:
    """Raises OpenapiFailed unless it is a JSON object that a database takes."""
    try:
        if isinstance(msgspec.json.decode(document), dict) and b"\\u0000" not in document:
            return
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        pass
    raise errors.OpenapiFailed("The OpenAPI document is not a JSON object of plain text.")


def _proof(ready: frames.Ready, layer: Layer | None) -> Proof:
    if layer is None:
        return Proof(ready.openapi, _checks(ready))
    shown = Check(
        name="packages", passed=True, detail=", ".join(layer.packages), seconds=layer.seconds
    )
    return Proof(ready.openapi, [shown, *_checks(ready)], layer.digest)


def _checks(ready: frames.Ready) -> list[Check]:
    told = {
        "import": ready.import_seconds,
        "lifespan": ready.lifespan_seconds,
        "probe": ready.probe_seconds,
    }
    checks = [
        Check(name=name, passed=True, seconds=seconds if 0 <= seconds < _MOST_SECONDS else 0.0)
        for name, seconds in told.items()
    ]
    if ready.cors:  # the gateway reads it: docs/gateway/cors.md
        checks.append(Check(name="cors", passed=True, detail="preflights pass without a key"))
    return checks
