"""A copy of an Api's data folder, so that a change can be tried on it before it is published.

The Api goes on meanwhile. A copy counts only if no file in the folder differed before and after it:
a database whose log was merged in between would be torn. What the Api's owner put there is read by
descriptor, never through a link, and never opened as what it claims to be.
"""

from __future__ import annotations

import os
import shutil
import stat
import time
from pathlib import Path

from apibuilder import errors
from apibuilder.backends.fork import trees

_ATTEMPTS = 6
_PAUSE_SECONDS = 0.05
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
_Seen = dict[tuple[int, str], tuple[int, int, int]]


def duplicate(source: Path, target: Path, uid: int | None, most_bytes: int) -> None:
    """Fill the empty folder `target` with what is in `source`, for the user `uid`.

    Folders, regular files and links to neither are copied. Raises DataNotCopied.
    """
    if not source.is_dir():
        return  # it has never kept anything
    try:
        if trees.measure(source, most_bytes) >= most_bytes:
            raise errors.DataNotCopied(
                f"/data holds more than the {most_bytes >> 20} MB that a test run may copy."
            )
        for attempt in range(_ATTEMPTS):
            before = _seen(source)
            _copy(source, target)
            if before == _seen(source):
                break
            _empty(target)
            time.sleep(_PAUSE_SECONDS * (attempt + 1))
        else:
            raise errors.DataNotCopied(
                "The API wrote to /data all the while, so no whole copy could be made. Pause it "
                "(`apibuilder pause ID`) or try again."
            )
    except trees.TooDeep:
        raise errors.DataNotCopied(
            f"/data holds folders nested more than {trees.MAX_DEPTH} deep."
        ) from None
    if uid is not None:
        trees.hand_over(target, uid)


def _seen(folder: Path) -> _Seen:
    """Size, time of change and inode of each file, told from others by its folder."""
    found: _Seen = {}
    for fd, entries in trees.walk(folder):
        inode = os.fstat(fd).st_ino
        for entry in entries:
            try:
                facts = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            if stat.S_ISREG(facts.st_mode):
                found[inode, entry.name] = (facts.st_size, facts.st_mtime_ns, facts.st_ino)
    return found


def _copy(source: Path, target: Path) -> None:
    """All folders and regular files."""
    places = {source.stat().st_ino: target}
    for fd, entries in trees.walk(source):
        place = places.get(os.fstat(fd).st_ino)
        if place is None:
            continue  # made while this ran: the folder changed, so this copy will not count
        for entry in entries:
            facts = _facts(fd, entry.name)
            if stat.S_ISDIR(facts):
                inner = place / entry.name
                inner.mkdir(mode=0o700)
                places[entry.inode()] = inner
            elif stat.S_ISREG(facts):
                _copy_file(fd, entry.name, place / entry.name)


def _facts(fd: int, name: str) -> int:
    """The mode of a file; 0 if it is gone."""
    try:
        return os.lstat(name, dir_fd=fd).st_mode
    except FileNotFoundError:
        return 0


def _copy_file(fd: int, name: str, target: Path) -> None:
    try:
        reading = os.open(name, _READ, dir_fd=fd)
    except OSError:
        return  # gone, or swapped for a link: the folder changed, so this copy will not count
    with os.fdopen(reading, "rb") as read:
        if not stat.S_ISREG(os.fstat(reading).st_mode):
            return
        with os.fdopen(os.open(target, _WRITE, 0o600), "wb") as written:
            shutil.copyfileobj(read, written)


def _empty(folder: Path) -> None:
    trees.remove(folder)
    folder.mkdir(mode=0o700)
