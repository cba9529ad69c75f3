"""Tries to get out, from inside a worker whose layers are all up, before any user code runs.

That a layer was put up without an error does not show that it holds: this does. What is tried harms
nothing if it works. Loaded in the zygote: standard library only.
"""

from __future__ import annotations

import mmap
import os
import socket
from collections.abc import Callable


def escapes(tier: str, host_paths: list[str]) -> list[str]:
    """What worked and must not have; `host_paths` are files that exist, for the platform only."""
    if tier == "none":
        return []
    tries: dict[str, Callable[[], object]] = {
        "start a process": _fork,
        "open a socket": lambda: socket.socket().close(),
        "run a program": lambda: os.execv("/nonexistent", ["x"]),  # noqa: S606 - it must fail
        "write beside /data": lambda: os.close(os.open("/escaped", os.O_CREAT | os.O_WRONLY)),
    }
    for path in ["/proc/self/environ", *host_paths]:
        tries[f"read {path}"] = lambda path=path: os.close(os.open(path, os.O_RDONLY))
    return [name for name, attempt in tries.items() if _works(name, attempt)]


def writable_code() -> bool:
    """Whether memory can be written and executed, although the kernel said it could not."""
    try:
        mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC).close()
    except OSError:
        return False
    return True


def _works(name: str, attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except FileNotFoundError:
        return name == "run a program"  # it was looked for: execve got through
    except OSError:
        return False
    return True


def _fork() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
