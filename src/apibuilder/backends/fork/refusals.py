"""Which limit the kernel held up to the app, as the error tells that the app did not handle.

The worker is not believed in more than that: the gateway names the limit and what it allows.
"""

from __future__ import annotations

import errno
import sqlite3
from typing import cast

from apibuilder.backends.fork.frames import Reason

_BY_ERRNO = {
    errno.EMFILE: Reason.FILES,
    errno.ENFILE: Reason.FILES,
    errno.EFBIG: Reason.FILE_SIZE,
    errno.ENOSPC: Reason.SPACE,
    errno.EDQUOT: Reason.SPACE,
}


def reason(error: BaseException) -> Reason | None:
    """The limit that `error` comes from; None if it is the app's own."""
    if isinstance(error, BaseExceptionGroup):
        inner = cast("BaseExceptionGroup[BaseException]", error).exceptions
        return reason(inner[0]) if len(inner) == 1 else None
    if isinstance(error, MemoryError):
        return Reason.MEMORY
    if isinstance(error, OSError):
        return _BY_ERRNO.get(error.errno or 0)
    if isinstance(error, RuntimeError) and "can't start new thread" in str(error):
        return Reason.THREADS
    if isinstance(error, sqlite3.OperationalError) and "is full" in str(error):
        return Reason.SPACE
    return None
