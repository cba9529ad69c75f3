"""Usage segments: fixed-size records in preallocated, memory-mapped files.

A segment is `HEADER` followed by `capacity` records of `RECORD_SIZE` bytes. The file is made whole
(posix_fallocate) before it is used, so a full disk shows itself when a segment is created and never
in the middle of a call. A record costs no system call, and it survives `kill -9` of its writer
because the page cache owns it; a commit mark, written after everything else, tells a whole record
from a torn one. Records are written in order, so the first slot without a mark is the end.

The writer holds an flock on its file. Whoever can take that lock knows that the writer has sealed
the segment or is dead, and may ship what is left and delete the file.
"""

from __future__ import annotations

import errno
import fcntl
import mmap
import os
import struct
import time
import zlib
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from apibuilder.domain import Usage

SUFFIX = ".segment"
CAPACITY = 43_689  # records: with the header a file of 4 MiB

_MAGIC = b"ABUSAGE1"
_HEADER = struct.Struct("<8sII80x")  # magic, record size, capacity
_BODY = struct.Struct("<16s16s16sQIHBBQQQ")  # the fields of Record
_TAIL = struct.Struct("<I")
_CHECKSUM_AT = _BODY.size
_COMMIT_AT = _BODY.size + _TAIL.size
_COMMIT = _TAIL.pack(0x7C0117ED)
RECORD_SIZE = _COMMIT_AT + len(_COMMIT)
assert _HEADER.size == RECORD_SIZE

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Kind(IntEnum):
    """What a record says of its call."""

    CALL = 1  # the whole of it
    START = 2  # a streamed answer has begun: duration 0 until its END comes
    END = 3  # replaces the START of the same id


_KINDS = {kind.value: kind for kind in Kind}  # a lookup costs a tenth of Kind(value)


class Record(NamedTuple):
    """A Usage as it is written; the order of the fields is that of the file."""

    identity: bytes  # these three are UUIDs
    api: bytes
    key: bytes
    at_us: int  # microseconds since the epoch
    revision: int
    status: int
    kind: Kind
    route: int  # place in the Revision's operations, 0 to 255; of older segments always 0
    duration_us: int
    request_bytes: int
    response_bytes: int


class Entry(NamedTuple):
    """A record that was read back."""

    kind: Kind
    usage: Usage


class SegmentWriter:
    """Owns one segment. `append` is for one thread; it never blocks and never fails before full."""

    def __init__(self, folder: Path, *, capacity: int = CAPACITY) -> None:
        """Make a new segment. Raises OSError, for example ENOSPC, and leaves nothing behind."""
        self.name = f"{time.time_ns():020d}-{os.getpid()}-{os.urandom(4).hex()}"
        self.path = folder / f"{self.name}{SUFFIX}"
        self.capacity = capacity
        self.count = 0
        self._map, self._fd = _create(self.path, capacity)

    @property
    def free(self) -> int:
        """Records that still fit."""
        return self.capacity - self.count

    def append(self, record: Record) -> None:
        """Write one record; once this returns, killing the process does not lose it."""
        if self.count >= self.capacity:
            raise IndexError("the segment is full")
        body = _BODY.pack(*record)
        self.count += 1
        start = self.count * RECORD_SIZE
        target = self._map
        target[start : start + _COMMIT_AT] = body + _TAIL.pack(zlib.crc32(body))
        target[start + _COMMIT_AT : start + RECORD_SIZE] = _COMMIT

    def seal(self) -> None:
        """Write no more: whoever ships may now take the file. Safe to repeat."""
        if not self._map.closed:
            self._map.close()
            os.close(self._fd)  # releases the lock


class SegmentReader:
    """Reads a segment of a live or dead writer. Use as a context manager, or `close` it.

    An open reader keeps working when the file is deleted, so: open all, take a snapshot of the
    shipped offsets, then read from there, and no call is missed.
    """

    def __init__(self, path: Path) -> None:
        """Open it. Raises FileNotFoundError, or ValueError if it is no segment."""
        self.name = path.name.removesuffix(SUFFIX)
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if len(self._map) < _HEADER.size:
            raise ValueError(f"{path.name} is no usage segment")
        magic, record_size, self.capacity = _HEADER.unpack_from(self._map)
        if magic != _MAGIC or record_size != RECORD_SIZE:
            raise ValueError(f"{path.name} is no usage segment of this version")

    def __enter__(self) -> SegmentReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Unmap it. Safe to repeat."""
        self._map.close()

    def end(self, start: int = 0) -> int:
        """How many records are committed; `start` says how many are known to be."""
        stop = start
        while stop < self.capacity and self._committed(stop):
            stop += 1
        return stop

    def read(self, start: int, stop: int) -> list[Entry]:
        """The records `start`..`stop`, which are committed. A damaged one is left out."""
        first = (start + 1) * RECORD_SIZE
        last = (stop + 1) * RECORD_SIZE
        entries: list[Entry] = []
        for at in range(first, last, RECORD_SIZE):
            body = self._map[at : at + _CHECKSUM_AT]
            (checksum,) = _TAIL.unpack_from(self._map, at + _CHECKSUM_AT)
            if zlib.crc32(body) == checksum:
                entries.append(_entry(body))
        return entries

    def calls(self, start: int) -> list[Usage]:
        """Calls that `start` shipped records do not hold yet: a stream's END adds none."""
        entries = self.read(start, self.end(start))
        ends = {entry.usage.id: entry.usage for entry in entries if entry.kind is Kind.END}
        return [
            ends.get(entry.usage.id, entry.usage) for entry in entries if entry.kind is not Kind.END
        ]

    def _committed(self, index: int) -> bool:
        at = (index + 1) * RECORD_SIZE + _COMMIT_AT
        return self._map[at : at + len(_COMMIT)] == _COMMIT


def segments(folder: Path) -> list[Path]:
    """The segment files in a folder, oldest first; none if there is no such folder."""
    return sorted(folder.glob(f"*{SUFFIX}"))


def open_segments(folder: Path) -> list[SegmentReader]:
    """Readers of all segments in a folder; one that is deleted meanwhile was shipped."""
    readers: list[SegmentReader] = []
    for path in segments(folder):
        try:
            readers.append(SegmentReader(path))
        except FileNotFoundError:
            continue
    return readers


class Adoption:
    """The lock on a segment that nobody writes any more; `take` answers None if somebody does."""

    def __init__(self, path: Path, fd: int) -> None:
        self.path = path
        self._fd = fd

    @staticmethod
    def take(path: Path) -> Adoption | None:
        """Try to become the one who ships and deletes it."""
        try:
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return None
        if os.fstat(fd).st_nlink == 0:  # shipped and deleted between open and lock
            os.close(fd)
            return None
        return Adoption(path, fd)

    def delete(self) -> None:
        """Everything in it is shipped."""
        self.path.unlink(missing_ok=True)

    def release(self) -> None:
        """Let go of the lock."""
        os.close(self._fd)


def _create(path: Path, capacity: int) -> tuple[mmap.mmap, int]:
    """A whole, locked, mapped segment; it gets its name last, so that no reader sees half of it."""
    size = (capacity + 1) * RECORD_SIZE
    draft = path.with_suffix(".draft")
    fd = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        _allocate(fd, size)
        mapped = mmap.mmap(fd, size)
        _HEADER.pack_into(mapped, 0, _MAGIC, RECORD_SIZE, capacity)
        draft.rename(path)
    except BaseException:
        os.close(fd)
        draft.unlink(missing_ok=True)
        raise
    return mapped, fd


def _allocate(fd: int, size: int) -> None:
    try:
        os.posix_fallocate(fd, 0, size)
    except OSError as error:
        if error.errno not in {errno.EOPNOTSUPP, errno.EINVAL}:
            raise
        # A file system without fallocate: writing the zeros reserves the blocks as well.
        for at in range(0, size, 1 << 16):
            os.pwrite(fd, bytes(min(1 << 16, size - at)), at)


@lru_cache(maxsize=8192)
def _uuid(value: bytes) -> UUID:
    return UUID(bytes=value)


def _entry(body: bytes) -> Entry:
    identity, api, key, at_us, revision, status, kind, route, *counts = _BODY.unpack(body)
    at = _EPOCH + timedelta(microseconds=at_us)
    usage = Usage._make(
        (UUID(bytes=identity), at, _uuid(api), _uuid(key), revision, status, *counts, route)
    )
    return Entry(_KINDS[kind], usage)
