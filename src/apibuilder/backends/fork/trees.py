"""Folders that user code filled, as the runtime may touch them.

Their owner may nest them deeper than a path can be long, or swap a folder for a link while it is
being read. So all goes by descriptor, one step at a time, never through a link and without
recursion.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

MAX_DEPTH = 64  # of folders in each other; one descriptor each while they are looked through
NAME_BYTES = 4096  # what a name counts at least: else a million empty files would cost nothing
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class TooDeep(Exception):
    """Folders are nested deeper than MAX_DEPTH."""


def walk(path: Path) -> Iterator[tuple[int, list[os.DirEntry[str]]]]:
    """Each folder's descriptor, open until the next one is asked for, and what is in it.

    What is gone meanwhile is passed over. Raises TooDeep.
    """
    levels: list[tuple[int, list[str]]] = []
    try:
        fresh = _enter(None, str(path))
        while fresh is not None or levels:
            if fresh is not None:
                entries = _entries(fresh)
                levels.append((fresh, [e.name for e in entries if e.is_dir(follow_symlinks=False)]))
                yield fresh, entries
            above, names = levels[-1]
            if names:
                fresh = _enter(above, names.pop())
                if fresh is not None and len(levels) >= MAX_DEPTH:
                    os.close(fresh)
                    raise TooDeep
            else:
                fresh = None
                os.close(levels.pop()[0])
    finally:
        for fd, _ in levels:
            os.close(fd)


def measure(path: Path, enough: int) -> int:
    """Bytes on disk, NAME_BYTES a name at least; stops to count once there are `enough`.

    Raises TooDeep: what is further down was not counted.
    """
    total = 0
    for _, entries in walk(path):
        for entry in entries:
            with suppress(FileNotFoundError):
                total += max(entry.stat(follow_symlinks=False).st_blocks * 512, NAME_BYTES)
        if total >= enough:
            break
    return total


def hand_over(path: Path, uid: int) -> None:
    """Make all of it belong to `uid`, but for what lies too deep to be of use to anybody."""
    os.chown(path, uid, uid)
    with suppress(TooDeep):
        for fd, entries in walk(path):
            for entry in entries:
                os.chown(entry.name, uid, uid, dir_fd=fd, follow_symlinks=False)


def remove(path: Path) -> None:
    """Remove it and all below, however deep. Not an error if it is not there."""
    top = _enter(None, str(path))
    if top is None:
        path.unlink(missing_ok=True)
        return
    try:
        while folders := _clear(top):
            for name in folders:
                _lift(top, name)
    finally:
        os.close(top)
    path.rmdir()


def _lift(top: int, name: str) -> None:
    """Remove a folder after what folders it holds were moved up to `top`, to be removed there."""
    folder = _enter(top, name)
    if folder is None:
        return
    try:
        for inner in _clear(folder):
            os.rename(inner, f".{secrets.token_hex(8)}", src_dir_fd=folder, dst_dir_fd=top)
    finally:
        os.close(folder)
    os.rmdir(name, dir_fd=top)


def _clear(fd: int) -> list[str]:
    """Remove all but folders; answers their names, each now open to its owner."""
    folders: list[str] = []
    for entry in _entries(fd):
        if entry.is_dir(follow_symlinks=False):
            folders.append(entry.name)
            if os.geteuid() != 0:
                os.chmod(entry.name, 0o700, dir_fd=fd)
        else:
            os.unlink(entry.name, dir_fd=fd)
    return folders


def _entries(fd: int) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(fd) as found:
            return list(found)
    except PermissionError:  # its owner shut it; what it holds stays uncounted until it is opened
        return []


def _enter(above: int | None, name: str) -> int | None:
    """A folder's descriptor; None if it is none, or gone."""
    try:
        return os.open(name, _FOLDER, dir_fd=above)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            return None
        raise
