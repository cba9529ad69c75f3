"""The storage quota of /data, on a file system that has none.

Three steps, each only as hard as needed:

1. Over its quota an Api may not write: RLIMIT_FSIZE of its workers becomes 0, from outside, so that
   whatever would grow a file fails with EFBIG, while reading and deleting go on. Back below it,
   writing works again.
2. Names and folders can still be made then. At _FAR times the quota, or nested beyond measure, its
   workers are killed.
3. From then on they start with a Landlock that lets them read and delete only, until it is below.

How exact: a file never outgrows the quota (RLIMIT_FSIZE from the start); all files together can
outgrow it by what is written between two looks (`Intervals.storage` seconds).
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import structlog

from apibuilder.backends.fork import process, trees
from apibuilder.backends.fork.launcher import Running
from apibuilder.backends.fork.placement import Placement
from apibuilder.domain import Ending

_MB = 1024 * 1024
_FAR = 1.25
_GRACE_SECONDS = 5.0
_LIMIT = "storage_mb"
_log = structlog.get_logger()


class Storage:
    """What each folder held when it was last looked at, and who may not write."""

    def __init__(self) -> None:
        self.delete_only: set[Path] = set()  # read by the Launcher
        self._frozen: set[Path] = set()

    async def look(self, placements: Iterable[Placement]) -> None:
        """Measure the folders of all that run, and hold each to its quota."""
        sharing: dict[Path, list[tuple[Placement, Running]]] = {}
        for placement in placements:
            for running in placement.running:
                sharing.setdefault(running.data, []).append((placement, running))
        for data, those in sharing.items():
            allowed = max(one.spec.limits.storage_mb for one, _ in those) * _MB
            running = [one for _, one in those]
            used = await asyncio.to_thread(_used, data, running, int(allowed * _FAR))
            self._hold(data, those, used, allowed)
        self._frozen &= sharing.keys()

    def _hold(
        self, data: Path, those: list[tuple[Placement, Running]], used: float, allowed: int
    ) -> None:
        placement = those[0][0]
        if used <= allowed:
            self._release(data, those, used)
        elif used >= allowed * _FAR and data not in self.delete_only:
            self.delete_only.add(data)
            for _, running in those:
                running.handle.kill(_ending(used, allowed))
        else:
            if data not in self._frozen:
                self._frozen.add(data)
                placement.say(_frozen_line(used, allowed))
            for _, running in those:  # also those that were started meanwhile
                _limit_files(running, 0)

    def _release(self, data: Path, those: list[tuple[Placement, Running]], used: float) -> None:
        if data not in self._frozen | self.delete_only:
            return
        for placement, running in those:
            if data not in self.delete_only:
                _limit_files(running, None)
            elif running in placement.running:  # Landlock is for life; the next one may write
                placement.drain_one(running, _GRACE_SECONDS)
        self._frozen.discard(data)
        self.delete_only.discard(data)
        those[0][0].say(f"/data holds {used / _MB:.1f} MB again: it may be written to.")


def _used(data: Path, running: list[Running], enough: int) -> float:
    """In the folder, in temporary files on the same disk, and in files without a name."""
    folders = [data, *(one.scratch for one in running if one.scratch)]
    try:
        device = data.stat().st_dev
        unlinked = sum(process.unlinked_bytes(one.handle.pid, device) for one in running)
        return unlinked + sum(trees.measure(folder, enough) for folder in folders)
    except trees.TooDeep:
        return float("inf")
    except OSError as error:
        _log.error("a data folder could not be measured", cause=str(error))
        return 0


def _limit_files(running: Running, size: int | None) -> None:
    """Set the soft limit of a worker's files; None: what it started with."""
    handle = running.handle
    if handle.exited.done():
        return
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(handle.pidfd, 0)  # it is there, so the number is still its own
        try:
            _set_soft_limit(handle.pid, size)
        except PermissionError:  # in a container even root may lack CAP_SYS_RESOURCE
            _in_child_of(running.data.stat().st_uid, lambda: _set_soft_limit(handle.pid, size))


def _set_soft_limit(pid: int, size: int | None) -> None:
    _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (most if size is None else size, most))


def _in_child_of(uid: int, work: Callable[[], None]) -> None:
    """Do it as another user, who may change the limits of his own processes."""
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            work()
            os._exit(0)
        except BaseException:  # noqa: BLE001 - nothing of the parent's may run on in the child
            os._exit(1)
    _, status = os.waitpid(pid, 0)
    if status:
        _log.error("a worker's file limit could not be set", uid=uid)


def _frozen_line(used: float, allowed: int) -> str:
    return (
        f"storage_exceeded: /data holds {used / _MB:.1f} MB and its plan allows "
        f"{allowed // _MB} MB ({_LIMIT}); until files are deleted, writing fails with "
        "'File too large'."
    )


def _ending(used: float, allowed: int) -> Ending:
    until = "until files are deleted, it may be read and deleted from only"
    if used == float("inf"):
        most = trees.MAX_DEPTH
        detail = f"/data holds folders nested more than {most} deep; {until}"
        limit, facts = "folder_depth", (most, most + 1)
    else:
        seen = used / _MB
        detail = f"/data holds {seen:.1f} MB and its plan allows {allowed // _MB} MB; {until}"
        limit, facts = _LIMIT, (allowed / _MB, round(seen, 1))
    return Ending(
        code="storage_exceeded", detail=detail, limit=limit, allowed=facts[0], seen=facts[1]
    )
