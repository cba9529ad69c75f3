"""Which sandbox this machine can give: try the real thing, best tier first.

A tier counts only if a child went through all of its layers. Nothing is ever weaker than asked.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import msgspec

from apibuilder.backends.fork import frames, orders
from apibuilder.backends.fork.data import DataFolders, reachable_by_others, uid_range
from apibuilder.backends.fork.pool import Pool
from apibuilder.backends.fork.runfiles import RunFiles
from apibuilder.errors import ApiBuilderError, SandboxUnavailable

_PROBE = UUID(int=0)
_PROBE_PROCESSES = 64
_ADVICE = (
    "Run it as root, or allow unprivileged user namespaces, or (in a container) use a kernel with "
    "Landlock; to run only code you trust yourself, set APIBUILDER_SANDBOX=none."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """The tier that is in force."""

    tier: str
    layers: list[str]
    missing: dict[str, str]  # layer -> why it is not there
    refused: dict[str, str]  # better tier -> why not


def acceptable(setting: str) -> tuple[str, ...]:
    """The tiers that the setting APIBUILDER_SANDBOX allows, best first."""
    weakest = "no-namespace" if setting == "auto" else setting
    return orders.TIERS[: orders.TIERS.index(weakest) + 1]


def seccomp_program(tier: str, *, own_uid: bool, egress: bool = False) -> bytes:
    """The filter of a tier. Raises SandboxUnavailable without libseccomp on this machine."""
    if tier == "none":
        return b""
    try:
        # The binding looks for the C library while it is imported.
        from apibuilder.backends.fork import seccomp  # noqa: PLC0415

        own_files = tier == "full" or own_uid
        return seccomp.build(own_pid_namespace=tier == "full", own_files=own_files, egress=egress)
    except (RuntimeError, OSError) as error:
        raise SandboxUnavailable(f"seccomp: {error}; install libseccomp") from error


def folders_for(tier: str, apis_dir: Path) -> tuple[DataFolders, dict[str, str]]:
    """The data folders, each with a user of its own where that is possible, or why not."""
    reason = ""
    uids = None
    if os.geteuid() != 0:
        reason = "the runtime is not root"
    elif tier != "full" and not (reachable_by_others(apis_dir) and _interpreter_reachable()):
        reason = "other users may not enter the folders above the data or the interpreter"
    else:
        uids = uid_range(Path("/proc/self/uid_map").read_text())
        reason = "" if uids else "this container was given too few users"
    return DataFolders(apis_dir, uids), {"own uid": reason} if reason else {}


async def open_pool(
    tiers: Sequence[str],
    apis_dir: Path,
    layers_dir: Path,
    files: RunFiles,
    make_pool: Callable[[orders.Plan], Pool],
) -> tuple[Pool, DataFolders, Sandbox]:
    """A started Pool of the best of `tiers` that works here.

    Raises SandboxUnavailable with what each tier lacks and what to do.
    """
    refused: dict[str, str] = {}
    for tier in tiers:
        folders, missing = folders_for(tier, apis_dir)
        try:
            plan = _plan(tier, files, apis_dir, layers_dir, own_uid=folders.uids is not None)
            pool = make_pool(plan)
            report = await _probed(pool, folders, files)
        except ApiBuilderError as error:
            refused[tier] = error.detail
            continue
        missing |= report.missing
        found = Sandbox(tier=tier, layers=report.layers, missing=missing, refused=refused)
        return pool, folders, found
    lacks = "; ".join(f"{tier}: {reason}" for tier, reason in refused.items())
    raise SandboxUnavailable(f"No sandbox as strong as configured works here ({lacks}). {_ADVICE}")


def _plan(
    tier: str, files: RunFiles, apis_dir: Path, layers_dir: Path, *, own_uid: bool
) -> orders.Plan:
    door = seccomp_program(tier, own_uid=own_uid, egress=True) if tier == "full" else b""
    return orders.Plan(
        tier=tier,
        seccomp=seccomp_program(tier, own_uid=own_uid),
        seccomp_egress=door,
        root_dir=str(files.root_dir),
        apis_dir=str(apis_dir),
        layers_dir=str(layers_dir),
    )


async def _probed(pool: Pool, folders: DataFolders, files: RunFiles) -> orders.Report:
    try:
        await pool.start()
        return await _probe(pool, folders, files)
    except BaseException:
        await pool.close()
        raise


async def _probe(pool: Pool, folders: DataFolders, files: RunFiles) -> orders.Report:
    uid = folders.uid(_PROBE)
    name = folders.name(_PROBE, _PROBE, ephemeral=True)
    folders.prepare(name, uid)
    handle = await pool.take()
    listen, _ = files.listen(handle.name)
    scratch = None if pool.plan.tier == "full" else str(files.scratch(handle.name, uid))
    assign = orders.Assign(name, uid, scratch, _PROBE_PROCESSES, 1 << 20, None, probe=True)
    with listen:
        told = await handle.probe(assign, listen)
    try:
        report = orders.decode_report(told)
    except msgspec.DecodeError:
        raise _unable(told) from None
    finally:
        folders.remove(name)
    if report.escapes:
        raise SandboxUnavailable(f"the escape self-test could {', '.join(report.escapes)}")
    return report


def _unable(told: bytes) -> SandboxUnavailable:
    for message in frames.ControlReader(from_worker=True).feed(told):
        if isinstance(message, frames.Failed):
            return SandboxUnavailable(message.detail)
    return SandboxUnavailable("a child ended while it put up its layers")


def _interpreter_reachable() -> bool:
    return all(reachable_by_others(Path(path)) for path in (os.__file__, msgspec.__file__) if path)
