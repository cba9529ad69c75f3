"""What the runtime leaves on disk while it runs, so that a successor can clean up after a kill -9.

Below the run folder: `w/<worker>.sock` (the sockets that gateways dial), `w/<worker>.pid` (process
id and start time, so that a reused number is not mistaken for it), `w/<worker>.tmp` (temporary
files, where a worker has no /tmp of its own).
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path

from apibuilder.backends.fork import trees
from apibuilder.backends.fork.cgroup import Hierarchy

_BACKLOG = 512
_LEFTOVER_SECONDS = 5.0
_POLL_SECONDS = 0.01


class RunFiles:
    """The files of one runtime's workers."""

    def __init__(self, run_dir: Path) -> None:
        self._dir = run_dir / "w"
        self.root_dir = run_dir / "root"  # the zygote assembles its read-only root on it
        for folder in (self._dir, self.root_dir):
            folder.mkdir(parents=True, exist_ok=True)
        self._dir.chmod(0o711)  # a worker with a uid of its own must reach its .tmp

    def listen(self, name: str) -> tuple[socket.socket, Path]:
        """A listening socket that only this user may dial."""
        path = self._dir / f"{name}.sock"
        listen = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listen.bind(str(path))
        path.chmod(0o600)
        listen.listen(_BACKLOG)
        return listen, path

    def scratch(self, name: str, uid: int | None) -> Path:
        """A fresh folder for a worker's temporary files."""
        path = self._dir / f"{name}.tmp"
        path.mkdir(mode=0o700)
        if uid is not None:
            os.chown(path, uid, uid)
        return path

    def record(self, name: str, pid: int) -> None:
        """Remember a process."""
        with suppress(OSError):  # it may be gone already
            (self._dir / f"{name}.pid").write_text(f"{pid} {_start_time(pid)}")

    def forget(self, name: str) -> None:
        """Remove the socket and the record of a worker that has ended."""
        for suffix in (".sock", ".pid"):
            (self._dir / f"{name}{suffix}").unlink(missing_ok=True)

    def forget_scratch(self, name: str) -> None:
        """Remove its temporary files, which may be many."""
        trees.remove(self._dir / f"{name}.tmp")

    def end_leftovers(self, hierarchy: Hierarchy) -> int:
        """Kill and remove what a predecessor left; answers how many processes."""
        left = [found for path in self._dir.glob("*.pid") if (found := _recorded(path))]
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + _LEFTOVER_SECONDS
        for group in hierarchy.leftovers():
            group.kill()
            while not group.remove() and time.monotonic() < deadline:
                time.sleep(_POLL_SECONDS)
        for path in self._dir.iterdir():
            self.forget(path.stem)
            self.forget_scratch(path.stem)
        return len(left)

    def remove(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self._dir, ignore_errors=True)
        shutil.rmtree(self.root_dir, ignore_errors=True)


def _start_time(pid: int) -> str:
    """When the process started, in clock ticks since boot: field 22 of /proc/<pid>/stat."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]


def _recorded(path: Path) -> int | None:
    """The process that a record names, if it is still the same one."""
    try:
        pid, since = path.read_text().split()
        return int(pid) if _start_time(int(pid)) == since else None
    except (OSError, ValueError):
        return None
