"""A table of counters that the gateway processes of one machine share: a mapped file and a lock.

A slot is a name's digest and two numbers. A name lives within WINDOW slots of where its digest
points, found by looking at each in turn; a slot whose number no longer says anything (a full
bucket, a quota of last month, nothing in flight) is given to the next name that needs one.

The lock is an flock, which the kernel takes from a process that is killed. What such a process had
half written is one call counted in one place and not in another; no number is ever torn, because
each is written by one copy of eight aligned bytes.
"""

from __future__ import annotations

import fcntl
import hashlib
import mmap
import os
import struct
from collections.abc import Callable, Iterator
from enum import IntEnum
from pathlib import Path
from types import TracebackType

from apibuilder.errors import Unavailable

SLOTS = 1 << 18  # a sparse file of 8 MiB: pages that nobody counts in take no memory
WINDOW = 64

_HEADER_BYTES = 4096
_HEADER = struct.Struct("<16s36s")
_ERAS_AT = 64
_MAGIC = b"ABLIMITS00000001"
_SLOT = struct.Struct("<14sHqq")  # digest, kind, value, what the value belongs to
_VALUES = struct.Struct("<qq")
_VALUES_AT = 16
_DIGEST_BYTES = 14
_EMPTY = bytes(_DIGEST_BYTES)
_CACHE = 50_000  # names whose slots a process remembers


class Kind(IntEnum):
    """What a slot counts."""

    BUCKET = 1
    QUOTA = 2
    IN_FLIGHT = 3


_PERSONS = {kind: kind.name.encode() for kind in Kind}


class Counters:
    """The mapped file. Use it as a context manager: inside, this process alone counts."""

    def __init__(
        self, path: Path, stale: Callable[[Kind, int, int], bool], *, slots: int = SLOTS
    ) -> None:
        """Open it, or make it; one of before this machine's last start is made anew."""
        self._stale = stale
        self._slots = slots
        # By kind: where names were found, and what must stand there for that to be true still.
        self._where: list[dict[str, tuple[int, bytes]]] = [{} for _ in range(len(Kind) + 1)]
        size = _HEADER_BYTES + slots * _SLOT.size
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with self:
            head = _HEADER.pack(_MAGIC, _boot_id())
            if os.pread(self._fd, len(head), 0) != head or os.fstat(self._fd).st_size != size:
                os.ftruncate(self._fd, 0)
                os.ftruncate(self._fd, size)
                os.pwrite(self._fd, head, 0)
            self._map = mmap.mmap(self._fd, size)

    def __enter__(self) -> Counters:
        fcntl.flock(self._fd, fcntl.LOCK_EX)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        fcntl.flock(self._fd, fcntl.LOCK_UN)

    def close(self) -> None:
        """Unmap it."""
        self._map.close()
        os.close(self._fd)

    def eras(self, seats: int) -> tuple[int, ...]:
        """How often each seat was cleared."""
        return struct.unpack_from(f"<{seats}q", self._map, _ERAS_AT)

    def begin_era(self, seat: int) -> None:
        """Clear a seat."""
        at = _ERAS_AT + 8 * seat
        struct.pack_into("<q", self._map, at, struct.unpack_from("<q", self._map, at)[0] + 1)

    def get(self, kind: Kind, name: str) -> tuple[int, int]:
        """A name's two numbers of a kind; zeros if it has none."""
        at = self._find(kind, name)
        return (0, 0) if at < 0 else _VALUES.unpack_from(self._map, at + _VALUES_AT)

    def keep(self, kind: Kind, name: str) -> tuple[int, int]:
        """As `get`, and from now on it has them: what is found once is found quickly again."""
        at = self._find(kind, name)
        if at < 0:
            self.put(kind, name, 0)
            return 0, 0
        return _VALUES.unpack_from(self._map, at + _VALUES_AT)

    def put(self, kind: Kind, name: str, value: int, belongs_to: int = 0) -> None:
        """Write them. Raises Unavailable if the table is full of what still counts."""
        at = self._find(kind, name)
        if at < 0:
            at = self._claim(kind, name)
        _VALUES.pack_into(self._map, at + _VALUES_AT, value, belongs_to)

    def _find(self, kind: Kind, name: str) -> int:
        """Where its slot is; -1 if it has none."""
        known = self._where[kind]
        found = known.get(name)
        if found is not None and self._map[found[0] : found[0] + _DIGEST_BYTES] == found[1]:
            return found[0]
        digest = _digest(kind, name)
        for at in self._window(digest):
            held = self._map[at : at + _DIGEST_BYTES]
            if held == digest:
                if len(known) >= _CACHE:
                    known.clear()
                known[name] = at, digest
                return at
            if held == _EMPTY:
                break
        return -1

    def _claim(self, kind: Kind, name: str) -> int:
        digest = _digest(kind, name)
        for at in self._window(digest):
            held, of, value, belongs_to = _SLOT.unpack_from(self._map, at)
            if held == _EMPTY or self._stale(Kind(of), value, belongs_to):
                _SLOT.pack_into(self._map, at, digest, kind, 0, 0)
                return at
        raise Unavailable("The gateway's table of limits is full.")

    def _window(self, digest: bytes) -> Iterator[int]:
        first = int.from_bytes(digest[:8], "little")
        for step in range(WINDOW):
            yield _HEADER_BYTES + (first + step) % self._slots * _SLOT.size


def _digest(kind: Kind, name: str) -> bytes:
    return hashlib.blake2b(name.encode(), digest_size=_DIGEST_BYTES, person=_PERSONS[kind]).digest()


def _boot_id() -> bytes:
    """Monotonic time begins anew with each start of the machine, and with it this table."""
    return Path("/proc/sys/kernel/random/boot_id").read_bytes()[:36]
