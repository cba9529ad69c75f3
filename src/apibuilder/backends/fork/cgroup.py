"""Memory, process and CPU limits of a worker by control groups, version 1 or 2.

All groups of one runtime lie below one parent named for its state folder, inside the group that
the runtime itself was started in, so that a successor finds and ends what was left over.
A controller that cannot be used is reported with the reason; the rest is used without it.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

CONTROLLERS = ("memory", "pids", "cpu")
_PERIOD_US = 25_000  # a short period keeps a throttled worker's pauses short


@dataclass(frozen=True, slots=True)
class Mount:
    """A cgroup hierarchy and where the runtime stands in it."""

    version: int
    own: Path  # folder of the group that this process is in


@dataclass(slots=True)
class Group:
    """One worker's group: one folder a controller (v1), or one for all (v2)."""

    folders: dict[str, Path]
    versions: dict[str, int]

    def open_procs(self) -> list[int]:
        """Descriptors that a process writes "0" to in order to join; the caller closes them."""
        paths = {folder / "cgroup.procs" for folder in self.folders.values()}
        return [os.open(path, os.O_WRONLY | os.O_CLOEXEC) for path in sorted(paths)]

    def limit(self, *, memory_bytes: int, processes: int) -> None:
        """Set the limits that hold for the worker's whole life."""
        if folder := self.folders.get("memory"):
            if self.versions["memory"] == 1:
                _write(folder / "memory.limit_in_bytes", memory_bytes)
                _write_if_there(folder / "memory.memsw.limit_in_bytes", memory_bytes)
            else:
                _write(folder / "memory.max", memory_bytes)
                _write_if_there(folder / "memory.swap.max", 0)
                _write_if_there(folder / "memory.oom.group", 1)
        if folder := self.folders.get("pids"):
            _write(folder / "pids.max", processes)

    def limit_cpu(self, cores: float) -> None:
        """Allow that many cores, on average over a period."""
        folder = self.folders.get("cpu")
        if folder is None:
            return
        quota = max(1000, int(cores * _PERIOD_US))
        if self.versions["cpu"] == 1:
            _write(folder / "cpu.cfs_period_us", _PERIOD_US)
            _write(folder / "cpu.cfs_quota_us", quota)
        else:
            _write(folder / "cpu.max", f"{quota} {_PERIOD_US}")

    def ran_out_of_memory(self) -> bool:
        """Whether the kernel killed for memory in this group."""
        folder = self.folders.get("memory")
        if folder is None:
            return False
        name = "memory.oom_control" if self.versions["memory"] == 1 else "memory.events"
        with suppress(OSError):
            lines = (folder / name).read_text().splitlines()
            return any(line.startswith("oom_kill ") and line != "oom_kill 0" for line in lines)
        return False

    def memory(self) -> int | None:
        """Bytes in use that the kernel cannot simply drop, as it can file cache."""
        folder = self.folders.get("memory")
        if folder is None:
            return None
        first = self.versions["memory"] == 1
        prefix = "total_" if first else ""
        with suppress(OSError, ValueError):
            used = int(
                (folder / ("memory.usage_in_bytes" if first else "memory.current")).read_text()
            )
            stat = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
            cache = (stat.get(f"{prefix}{kind}_file", "0") for kind in ("inactive", "active"))
            return used - sum(map(int, cache))
        return None

    def most_memory(self) -> int:
        """Bytes, at most at any time; 0 if the kernel does not tell."""
        folder = self.folders.get("memory")
        if folder is None:
            return 0
        name = "memory.max_usage_in_bytes" if self.versions["memory"] == 1 else "memory.peak"
        with suppress(OSError):
            return int((folder / name).read_text())
        return 0

    def kill(self) -> None:
        """End every process in the group."""
        for folder in set(self.folders.values()):
            with suppress(OSError):
                for pid in (folder / "cgroup.procs").read_text().split():
                    with suppress(ProcessLookupError):
                        os.kill(int(pid), signal.SIGKILL)

    def remove(self) -> bool:
        """Remove the folders; False while a process in it is still ending."""
        gone = True
        for folder in set(self.folders.values()):
            try:
                folder.rmdir()
            except FileNotFoundError:
                continue
            except OSError:
                gone = False
        return gone


@dataclass(slots=True)
class Hierarchy:
    """The parent group of all workers of this runtime."""

    parents: dict[str, Path] = field(default_factory=dict[str, Path])
    versions: dict[str, int] = field(default_factory=dict[str, int])
    missing: dict[str, str] = field(default_factory=dict[str, str])  # controller -> why not

    def create(self, name: str) -> Group:
        """A fresh group without limits."""
        folders = {controller: parent / name for controller, parent in self.parents.items()}
        for folder in set(folders.values()):
            folder.mkdir(exist_ok=True)
        return Group(folders, self.versions)

    def leftovers(self) -> list[Group]:
        """Groups that are there already, from a predecessor that was killed."""
        names = {
            entry.name
            for parent in self.parents.values()
            for entry in parent.iterdir()
            if entry.is_dir()
        }
        return [
            Group({c: parent / name for c, parent in self.parents.items()}, self.versions)
            for name in sorted(names)
        ]

    def remove(self) -> None:
        """Remove the parent, if it is empty."""
        for parent in set(self.parents.values()):
            with suppress(OSError):
                parent.rmdir()


def open_hierarchy(name: str, proc: Path = Path("/proc/self")) -> Hierarchy:
    """Make the parent group `name`; whatever does not work is named in `missing`."""
    hierarchy = Hierarchy()
    mounts = find_mounts(proc)
    for controller in CONTROLLERS:
        mount = mounts.get(controller)
        if mount is None:
            hierarchy.missing[controller] = "no cgroup hierarchy with this controller is mounted"
            continue
        try:
            parent = _make_parent(mount, name, controller)
        except OSError as error:
            hierarchy.missing[controller] = f"cgroup v{mount.version}: {error.strerror}"
        else:
            hierarchy.parents[controller] = parent
            hierarchy.versions[controller] = mount.version
    return hierarchy


def find_mounts(proc: Path) -> dict[str, Mount]:
    """For each controller the hierarchy that has it, from /proc/self/{cgroup,mountinfo}."""
    own = _own_groups((proc / "cgroup").read_text())
    found: dict[str, Mount] = {}
    for line in (proc / "mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        _, _, _, root, point, *_ = before.split()
        kind, _, options = after.split(maxsplit=2)
        if kind == "cgroup":
            for controller in set(options.split(",")) & own.keys() & set(CONTROLLERS):
                found[controller] = Mount(1, _below(point, root, own[controller]))
        elif kind == "cgroup2" and "" in own:
            folder = _below(point, root, own[""])
            with suppress(OSError):
                for controller in (folder / "cgroup.controllers").read_text().split():
                    found.setdefault(controller, Mount(2, folder))
    return found


def _own_groups(text: str) -> dict[str, str]:
    """Controller -> path of the group; "" stands for version 2."""
    groups: dict[str, str] = {}
    for line in text.splitlines():
        _, controllers, path = line.split(":", 2)
        groups.update(dict.fromkeys(controllers.split(","), path))
    return groups


def _below(point: str, root: str, path: str) -> Path:
    """Where a group is visible, given the part of the hierarchy that is mounted at `point`."""
    relative = path[len(root) :] if root != "/" and path.startswith(root) else path
    return Path(point) / relative.lstrip("/")


def _make_parent(mount: Mount, name: str, controller: str) -> Path:
    if mount.version == 1:
        parent = mount.own / name
        parent.mkdir(exist_ok=True)
        return parent
    # A v2 group that holds processes may not hand controllers to groups below it. Started as a
    # leaf of a delegated group (systemd: Delegate=yes, DelegateSubgroup=), the one above may.
    last: OSError | None = None
    for base in (mount.own, mount.own.parent):
        try:
            return _delegate(base, name, controller)
        except OSError as error:
            last = error
    assert last is not None
    raise last


def _delegate(base: Path, name: str, controller: str) -> Path:
    _write(base / "cgroup.subtree_control", f"+{controller}")
    parent = base / name
    parent.mkdir(exist_ok=True)
    _write(parent / "cgroup.subtree_control", f"+{controller}")
    return parent


def _write(path: Path, value: int | str) -> None:
    fd = os.open(path, os.O_WRONLY)
    try:
        os.write(fd, str(value).encode())
    finally:
        os.close(fd)


def _write_if_there(path: Path, value: int | str) -> None:
    with suppress(FileNotFoundError):
        _write(path, value)
