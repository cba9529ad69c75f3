"""To run a part of the tests as a user without any privilege, when the tests run as root."""

from __future__ import annotations

import shlex
import stat
import sys
import tempfile
from pathlib import Path

from tests.contracts.backends import ROOT

UID = 12345


def command(arguments: list[str]) -> list[str]:
    """`arguments` as user UID. Interpreter and project may lie in a folder that only root enters
    (/root): then they are mounted where that user can reach them, in a mount namespace of its own.
    """
    needed = [Path(sys.base_prefix).resolve(), ROOT]
    shut = {folder for path in needed if (folder := _shut_above(path))}
    lines = ["set -e"]
    moved = [(path, tempfile.mkdtemp(prefix="ab-")) for path in needed if _shut_above(path)]
    lines += [f"mount --bind {shlex.quote(str(path))} {place}" for path, place in moved]
    lines += [f"mount -t tmpfs -o mode=755 none {shlex.quote(str(folder))}" for folder in shut]
    for path, place in moved:
        quoted = shlex.quote(str(path))
        lines += [f"mkdir -p {quoted}", f"mount --bind {place} {quoted}"]
    lines.append(
        f"exec setpriv --reuid={UID} --regid={UID} --clear-groups env HOME=/tmp "
        f"PYTHONDONTWRITEBYTECODE=1 {shlex.join(arguments)}"
    )
    return ["unshare", "--mount", "sh", "-c", "\n".join(lines)]


def _shut_above(path: Path) -> Path | None:
    """The topmost folder on the way to `path` that others may not enter."""
    for folder in [*reversed(path.parents), path]:
        if not folder.stat().st_mode & stat.S_IXOTH:
            return folder
    return None
