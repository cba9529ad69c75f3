"""What /proc tells of another process. Readable whatever user it belongs to."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")


def private_bytes(pid: int) -> int:
    """Resident memory that is not of files; 0 when the process is gone."""
    with suppress(OSError, ValueError):
        _, resident, shared, *_ = Path(f"/proc/{pid}/statm").read_text().split()
        return (int(resident) - int(shared)) * _PAGE
    return 0


def unlinked_bytes(pid: int, device: int) -> int:
    """On disk, of files that it holds open and that have no name any more.

    0 where /proc does not let this user look.
    """
    total = 0
    with suppress(OSError):
        for fd in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(FileNotFoundError):
                found = fd.stat()
                if found.st_nlink == 0 and found.st_dev == device:
                    total += found.st_blocks * 512
    return total


def thread_count(pid: int) -> int:
    """Threads of a process; 0 when it is gone."""
    return int(_stat(pid)[17])


def cpu_seconds(pid: int) -> float:
    """CPU time a process has used; 0 when it is gone."""
    found = _stat(pid)
    return (int(found[11]) + int(found[12])) / _TICKS


def thread_seconds(pid: int) -> dict[str, float]:
    """CPU time of each thread of a process, by its id; empty when it is gone."""
    found: dict[str, float] = {}
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                fields = (task / "stat").read_text().rpartition(")")[2].split()
                found[task.name] = (int(fields[11]) + int(fields[12])) / _TICKS
    return found


def busiest(before: dict[str, float], after: dict[str, float]) -> float:
    """CPU time of the thread that used most between two looks."""
    return max((used - before.get(one, 0.0) for one, used in after.items()), default=0.0)


def _stat(pid: int) -> list[str]:
    """Fields of /proc/<pid>/stat from the third one on."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return ["0"] * 50
