"""The Backend that forks: places Deployments, wakes and stops their workers, on one machine.

Runs in the runtime process; no user code runs here. See base.py for the contract.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Coroutine, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import structlog

from apibuilder import errors
from apibuilder.backends.base import LogFeed, LogLine, Placed
from apibuilder.backends.egress import client as egress_client
from apibuilder.backends.egress.client import EgressClient
from apibuilder.backends.fork import cgroup, tiers
from apibuilder.backends.fork.data import DataFolders
from apibuilder.backends.fork.judge import judge
from apibuilder.backends.fork.launcher import Launcher, Proof, Running
from apibuilder.backends.fork.logs import LogBook, platform_line
from apibuilder.backends.fork.placement import Placement
from apibuilder.backends.fork.pool import Pool
from apibuilder.backends.fork.runfiles import RunFiles
from apibuilder.backends.fork.scale import DAY, Scale, ScaleIntervals
from apibuilder.backends.fork.specs import Record, SpecStore
from apibuilder.backends.fork.storage import Storage
from apibuilder.backends.fork.watch import Intervals, Watch
from apibuilder.backends.packages.build import Installer
from apibuilder.backends.packages.layers import Layers
from apibuilder.domain import DeploymentSpec, Ending, Instance, Started

_log = structlog.get_logger()
_SPARES = 2
_ENDINGS = 1024  # that can still be asked for
_ENDING_SECONDS = 1.0  # between the end of a link and that of its worker
_CLOSE_SECONDS = 3.0  # for lifespans to end before the rest is killed


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageSource:
    """Which packages an Api may ask for beside the runtime's, and where they come from."""

    allowed: Path | None = None  # the operator's list; None: no further ones
    index: str | None = None  # a URL or a folder of wheels; None: the installer's own default


class Supervisor:
    """Made by `open_supervisor`."""

    def __init__(
        self,
        *,
        pool: Pool,
        folders: DataFolders,
        files: RunFiles,
        hierarchy: cgroup.Hierarchy,
        sandbox: tiers.Sandbox,
        specs: SpecStore,
        logs: LogBook,
        launcher: Launcher,
        egress: EgressClient,
        storage: Storage,
        intervals: Intervals,
        scale: ScaleIntervals,
    ) -> None:
        self.sandbox = sandbox
        self._pool = pool
        self._folders = folders
        self._files = files
        self._hierarchy = hierarchy
        self._specs = specs
        self._logs = logs
        self._launcher = launcher
        self._egress = egress
        self._placements: dict[UUID, Placement] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        by_hand = "memory" not in hierarchy.parents
        self._watch = Watch(lambda: tuple(self._placements.values()), storage, intervals, by_hand)
        self._scale = Scale(lambda: tuple(self._placements.values()), scale)
        self._endings: OrderedDict[str, Ending] = OrderedDict()  # by Instance, the last ones
        self._ended: Counter[str] = Counter()  # by code
        self._judging: dict[str, asyncio.Task[Ending | None]] = {}  # by Instance
        for record in specs.load_all():
            self._know(record.spec, _proof(record))

    def begin(self) -> None:
        """Fork ahead, and watch over the workers."""
        self._pool.refill()
        self._spawn(self._watch.run())
        self._spawn(self._scale.run())
        self._spawn(self._renew_zygote())

    async def place(self, spec: DeploymentSpec) -> Started:
        """See Backend."""
        known = self._placements.get(spec.deployment_id)
        placement = known or self._know(spec)
        try:
            running = await placement.first()
        except BaseException:
            if known is None:
                self._placements.pop(spec.deployment_id, None)
                await self._discard_data(spec)
            raise
        started = _started(running)
        if known is None and not spec.ephemeral:
            record = Record(
                spec=spec,
                openapi=started.openapi,
                checks=started.checks,
                layer=running.proof.layer,
            )
            await asyncio.to_thread(self._specs.save, record)
        return started

    async def acquire(self, deployment_id: UUID, instances: int = 1) -> list[Instance]:
        """See Backend."""
        placement = self._placements.get(deployment_id)
        if placement is None:
            raise errors.NotFound("This deployment is not placed here.")
        return await placement.wake(instances)

    async def suspend(self, deployment_id: UUID, grace_seconds: float) -> None:
        """See Backend."""
        if placement := self._placements.get(deployment_id):
            placement.drain(grace_seconds)

    async def retire(self, deployment_id: UUID, grace_seconds: float) -> None:
        """See Backend."""
        placement = self._placements.pop(deployment_id, None)
        if placement is not None:
            self._specs.remove(deployment_id)
            placement.drain(grace_seconds)
            self._spawn(self._end(placement, grace_seconds))

    async def forget_api(self, api_id: UUID) -> None:
        """See Backend."""
        ending = [p for p in self._placements.values() if p.spec.api_id == api_id]
        for placement in ending:
            self._placements.pop(placement.spec.deployment_id)
            self._specs.remove(placement.spec.deployment_id)
        await asyncio.gather(*(self._end(placement, 0) for placement in ending))
        await asyncio.to_thread(self._folders.remove_api, api_id)
        self._logs.remove(api_id)
        self._egress.forget(api_id)

    async def placed(self) -> list[Placed]:
        """See Backend."""
        return [
            Placed(
                deployment_id=placement.spec.deployment_id,
                api_id=placement.spec.api_id,
                revision=placement.spec.revision,
                ephemeral=placement.spec.ephemeral,
                instances=placement.instances(),
                crashing=placement.crashing,
            )
            for placement in self._placements.values()
        ]

    async def ending(self, instance_id: str) -> Ending | None:
        """See Backend."""
        if instance_id not in self._endings:
            await self._pool.ended(instance_id, _ENDING_SECONDS)
        return self._endings.get(instance_id)

    async def overdue(self, instance_id: str) -> Ending | None:
        """See Backend."""
        for placement in self._placements.values():
            for running in placement.running:
                if running.instance.id == instance_id:
                    return await self._judged(placement, running)
        return self._endings.get(instance_id)

    async def note(self, api_id: UUID, message: str) -> None:
        """See Backend."""
        if any(placement.spec.api_id == api_id for placement in self._placements.values()):
            self._logs.write(api_id, platform_line(message))

    def logs(self, api_id: UUID, *, tail: int, follow: bool) -> AsyncIterator[LogLine]:
        """See Backend."""
        return self._logs.read(api_id, tail=tail, follow=follow)

    async def log_feed(self, epoch: str, after: int) -> LogFeed:
        """See Backend."""
        return self._logs.feed.read(epoch, after)

    async def status(self) -> dict[str, Any]:
        """See Backend."""
        return {
            "backend": "fork",
            "tier": self.sandbox.tier,
            "layers": self.sandbox.layers,
            "missing": self.sandbox.missing
            | {f"{name} cgroup": why for name, why in self._hierarchy.missing.items()},
            "refused": self.sandbox.refused,
            "zygote": {"pid": self._pool.zygote_pid, "restarts": self._pool.restarts},
            "workers": sum(len(p.running) for p in self._placements.values()),
            "spares": self._pool.spares,
            "deployments": len(self._placements),
            "egress": {str(api): asdict(one) for api, one in self._egress.traffic.items()},
            "ended": dict(self._ended),
        }

    async def close(self) -> None:
        """End all workers and remove what they left; placed Deployments stay on disk."""
        for task in self._tasks:
            task.cancel()
        stopping = [asyncio.create_task(p.stop(0)) for p in self._placements.values()]
        if stopping:
            await asyncio.wait(stopping, timeout=_CLOSE_SECONDS)
        await self._pool.close()
        await self._egress.stop()
        await asyncio.gather(*stopping, *self._tasks, return_exceptions=True)
        self._logs.close()
        self._hierarchy.remove()
        self._files.remove()

    def _know(self, spec: DeploymentSpec, proof: Proof | None = None) -> Placement:
        placement = Placement(spec, self._launcher, self._logs.write, proof, self._remember)
        self._placements[spec.deployment_id] = placement
        return placement

    async def _end(self, placement: Placement, grace_seconds: float) -> None:
        await placement.stop(grace_seconds)
        await self._discard_data(placement.spec)

    async def _discard_data(self, spec: DeploymentSpec) -> None:
        if spec.ephemeral:
            name = self._folders.name(spec.api_id, spec.deployment_id, ephemeral=True)
            await asyncio.to_thread(self._folders.remove, name)
            if all(one.spec.api_id != spec.api_id for one in self._placements.values()):
                self._forget_unless_kept(spec.api_id)

    async def _judged(self, placement: Placement, running: Running) -> Ending | None:
        """All calls that are overdue there at the same time share one look."""
        judging = self._judging.get(running.instance.id)
        if judging is None:
            judging = asyncio.create_task(judge(placement, running))
            self._judging[running.instance.id] = judging
            judging.add_done_callback(lambda _: self._judging.pop(running.instance.id))
        return await asyncio.shield(judging)

    def _forget_unless_kept(self, api_id: UUID) -> None:
        """A test run's Api is nobody's: without a folder there is nobody who would read its log."""
        if self._folders.forget(api_id):
            self._logs.remove(api_id)

    def _remember(self, instance: Instance, ending: Ending) -> None:
        self._ended[ending.code] += 1
        self._endings[instance.id] = ending
        if len(self._endings) > _ENDINGS:
            self._endings.popitem(last=False)
        self._spawn(self._forget_trial(instance.deployment_id))

    async def _forget_trial(self, deployment_id: UUID) -> None:
        """A test run has one Instance and no second one; whoever began it may be dead by now."""
        placement = self._placements.get(deployment_id)
        if placement is not None and placement.spec.ephemeral and not placement.running:
            await self.retire(deployment_id, 0)

    async def _renew_zygote(self) -> None:
        """A fork shares its memory layout and hash seed with its siblings: not for ever."""
        while True:
            await asyncio.sleep(DAY)
            try:
                await self._pool.replace_zygote()
            except errors.ApiBuilderError as error:
                _log.error("the zygote could not be replaced", detail=error.detail)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def open_supervisor(
    *,
    state_dir: Path,
    run_dir: Path,
    python: Path,
    accept_tiers: Sequence[str],
    start_timeout_seconds: float,
    intervals: Intervals,
    scale: ScaleIntervals | None = None,
    egress_command: Sequence[str] = egress_client.COMMAND,
    spares: int = _SPARES,
    packages: PackageSource | None = None,
) -> Supervisor:
    """A Supervisor ready to place, after what a predecessor left behind is gone.

    Raises SandboxUnavailable when none of the accepted tiers works on this machine.
    """
    apis_dir = state_dir / "apis"
    apis_dir.mkdir(parents=True, exist_ok=True)
    apis_dir.chmod(0o711)
    layers = _open_layers(state_dir, python, packages or PackageSource(), accept_tiers)
    files = RunFiles(run_dir)
    digest = hashlib.sha256(str(state_dir).encode()).hexdigest()[:12]
    hierarchy = cgroup.open_hierarchy(f"apibuilder-{digest}")
    await asyncio.to_thread(files.end_leftovers, hierarchy)

    def make_pool(plan: tiers.orders.Plan) -> Pool:
        return Pool(python=python, plan=plan, hierarchy=hierarchy, files=files, size=spares)

    try:
        pool, folders, sandbox = await tiers.open_pool(
            accept_tiers, apis_dir, layers.dir, files, make_pool
        )
    except BaseException:
        hierarchy.remove()
        files.remove()
        raise
    await asyncio.to_thread(folders.remove_ephemeral)
    specs = SpecStore(state_dir / "runtime")
    layers.keep({record.layer for record in specs.load_all() if record.layer})
    storage, egress = Storage(), EgressClient(apis_dir, egress_command)
    supervisor = Supervisor(
        pool=pool,
        folders=folders,
        files=files,
        hierarchy=hierarchy,
        sandbox=sandbox,
        specs=specs,
        logs=LogBook(state_dir / "logs"),
        launcher=Launcher(
            pool, files, folders, egress, layers, start_timeout_seconds, storage.delete_only
        ),
        egress=egress,
        storage=storage,
        intervals=intervals,
        scale=scale or ScaleIntervals(),
    )
    supervisor.begin()
    return supervisor


def _open_layers(
    state_dir: Path, python: Path, source: PackageSource, accept_tiers: Sequence[str]
) -> Layers:
    installer = Installer(python, source.index, walls="none" not in accept_tiers)
    return Layers(state_dir / "packages", source.allowed, installer)


def _proof(record: Record) -> Proof:
    return Proof(msgspec.json.encode(record.openapi), record.checks, record.layer)


def _started(running: Running) -> Started:
    return Started(
        instance=running.instance,
        openapi=msgspec.json.decode(running.proof.openapi),
        checks=running.proof.checks,
    )
