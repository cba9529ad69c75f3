"""`serve.json`: what runs on a data folder and where; and the lock that makes it one at a time."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from apibuilder.errors import Conflict

_LEFTOVER_SECONDS = 15.0  # for children of a killed predecessor to end by themselves


@contextmanager
def alone(state_dir: Path) -> Generator[None]:
    """Hold the data folder. Raises Conflict when another supervisor does."""
    state_dir.mkdir(parents=True, exist_ok=True)
    fd = os.open(state_dir / "serve.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(fd, 32, 0).decode().strip() or "unknown"
            raise Conflict(
                f"The platform already runs on {state_dir} (process {holder}). Stop it first, or "
                "set APIBUILDER_DATA_DIR to another folder."
            ) from None
        os.ftruncate(fd, 0)
        os.pwrite(fd, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(fd)


def write(path: Path, facts: Mapping[str, Any]) -> None:
    """Replace the run file in one step. Children are written with the time they started."""
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(facts, indent=2))
    draft.replace(path)


def started_at(pid: int) -> int | None:
    """Kernel ticks since boot when a process began, which tells it from a later one of its pid."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat.rsplit(")", 1)[1].split()
    return None if fields[0] == "Z" else int(fields[19])


def end_leftovers(path: Path) -> list[str]:
    """End what a killed predecessor left running; answers the names of what was still there."""
    try:
        facts = json.loads(path.read_text())
        left = {
            name: (int(pid), int(facts["started"][name])) for name, pid in facts["children"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []

    def alive() -> list[str]:
        return [name for name, (pid, since) in left.items() if started_at(pid) == since]

    found = alive()
    # They were told when their parent died; Postgres may be writing its last checkpoint.
    deadline = time.monotonic() + _LEFTOVER_SECONDS
    while alive() and time.monotonic() < deadline:
        time.sleep(0.02)
    for name in alive():
        with suppress(ProcessLookupError):
            os.kill(left[name][0], signal.SIGKILL)
    return found
