"""The pages that a worker is going to write to, copied before anybody waits for it.

CPython counts references inside its objects, so running code copies the inherited pages that hold
them: some 2,000 of the zygote's, at several microseconds each. A scout, forked once, runs what a
worker runs and tells which pages it was; every worker then has just those copied in a few hundred
calls while it waits for its Api. Running the same code in each worker instead would copy as much,
and leave a megabyte of its own behind.

Imports the standard library only: it is loaded in the zygote.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Iterator
from typing import NoReturn

from apibuilder.backends.fork import linux

_PAGE = os.sysconf("SC_PAGE_SIZE")
# In an entry of /proc/self/pagemap:
_OWN = 1 << 56  # mapped by this process alone
_PRESENT = 1 << 63

Ranges = list[tuple[int, int]]  # start and length in bytes


def learn(proc: int, *works: Callable[[], None]) -> Ranges:
    """The inherited pages that each of these works writes to, found by running them in forks.

    `proc` is a descriptor of /proc. Empty when this machine does not tell.
    """
    common = set[int].intersection(*(_scout(work, proc) for work in works))
    ranges: list[tuple[int, int]] = []
    for page in sorted(common):
        start = page * _PAGE
        if ranges and sum(ranges[-1]) == start:
            ranges[-1] = ranges[-1][0], ranges[-1][1] + _PAGE
        else:
            ranges.append((start, _PAGE))
    return ranges


def _scout(work: Callable[[], None], proc: int) -> set[int]:
    """Page numbers."""
    told, tell = os.pipe()
    scout = os.fork()
    if scout == 0:
        os.close(told)
        _report(work, proc, tell)
    os.close(tell)
    with os.fdopen(told, "rb") as pipe:
        pages = array("Q", pipe.read())
    os.waitpid(scout, 0)
    return set(pages)


def copy(ranges: Ranges) -> None:
    """Have these pages copied now. What cannot be is copied when it is written to."""
    for start, length in ranges:
        if not linux.populate(start, length):
            return  # a kernel before 5.14


def _report(work: Callable[[], None], proc: int, tell: int) -> NoReturn:
    try:
        areas = list(_writable(proc))
        work()
        fd = os.open("self/pagemap", os.O_RDONLY, dir_fd=proc)
        pages = array("Q")
        for start, stop in areas:
            pages.extend(_own_pages(fd, start // _PAGE, stop // _PAGE))
        with os.fdopen(tell, "wb") as pipe:
            pages.tofile(pipe)
    finally:
        os._exit(0)  # whatever happened: without an answer no page is copied ahead of time


def _writable(proc: int) -> Iterator[tuple[int, int]]:
    """The private memory that this process has at present."""
    with os.fdopen(os.open("self/maps", os.O_RDONLY, dir_fd=proc)) as maps:
        for line in maps:
            area, rights, *_ = line.split()
            if rights == "rw-p":
                start, stop = (int(end, 16) for end in area.split("-"))
                yield start, stop


def _own_pages(pagemap: int, first: int, stop: int) -> Iterator[int]:
    entries = array("Q", os.pread(pagemap, (stop - first) * 8, first * 8))
    for number, entry in enumerate(entries):
        if entry & _OWN and entry & _PRESENT:
            yield first + number
