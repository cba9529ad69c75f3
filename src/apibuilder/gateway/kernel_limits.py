"""The error of a call whose app gave up on what the kernel refused it."""

from __future__ import annotations

from apibuilder.backends.fork.frames import OPEN_FILES, TMP_MB, Reason
from apibuilder.domain import Limits
from apibuilder.errors import (
    FilesExceeded,
    LimitExceeded,
    MemoryExceeded,
    ProcessesExceeded,
    StorageExceeded,
)

_SAID = "The API was refused it and did not handle that; its log has the traceback."


def of_reason(reason: Reason, limits: Limits) -> LimitExceeded | None:
    """The limit that `reason` is about; None for any other reason.

    `seen` is `allowed`: the kernel refuses at the limit, before there is more.
    """
    match reason:
        case Reason.FILES:
            kind, limit, allowed = FilesExceeded, "open_files", OPEN_FILES
            detail = f"No more than {allowed} files and connections may be open at once."
        case Reason.FILE_SIZE:
            kind, limit, allowed = StorageExceeded, "storage_mb", limits.storage_mb
            detail = f"No more than {allowed} MB may be stored."
        case Reason.SPACE:
            kind, limit, allowed = StorageExceeded, "temporary_mb", TMP_MB
            detail = (
                f"No more than {allowed} MB of temporary files may be kept, or the disk is full."
            )
        case Reason.THREADS:
            kind, limit, allowed = ProcessesExceeded, "processes", limits.processes
            detail = f"No more than {allowed} threads may run at once."
        case Reason.MEMORY:
            kind, limit, allowed = MemoryExceeded, "memory_mb", limits.memory_mb
            detail = f"No more than {allowed} MB of memory may be used."
        case _:
            return None
    return kind(f"{detail} {_SAID}", limit=limit, allowed=allowed, seen=allowed)
