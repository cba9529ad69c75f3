"""Workers have the pages that they write to before they are needed, and no others."""

from __future__ import annotations

import asyncio
import ctypes
import os
from pathlib import Path

from apibuilder.backends.fork import prefault
from tests.contracts.backends import fork_backend, get, spec


def faults(pid: int) -> int:
    """Minor page faults of a process."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[7])


def test_it_learns_what_all_works_write_to() -> None:
    page = os.sysconf("SC_PAGE_SIZE")
    block = bytearray(b"x" * (64 * page))

    def write(*pages: int) -> None:
        for number in pages:
            block[number * page] = 1

    proc = os.open("/proc", os.O_RDONLY)
    try:
        ranges = prefault.learn(proc, lambda: write(10, 20), lambda: write(20, 30))
    finally:
        os.close(proc)
    pages = {p for start, length in ranges for p in range(start // page, (start + length) // page)}
    address = (ctypes_address(block) + 20 * page) // page
    assert address in pages
    assert not {address - 10, address + 10} & pages


def ctypes_address(block: bytearray) -> int:
    return ctypes.addressof((ctypes.c_char * len(block)).from_buffer(block))


async def settled(pid: int) -> int:
    """Its faults once it has nothing left to do but wait."""
    before = -1
    while before != (now := faults(pid)):
        before = now
        await asyncio.sleep(0.2)
    return now


async def test_a_start_finds_most_of_its_pages_copied() -> None:
    async with fork_backend(spares=1) as backend:
        wanted = spec()
        await backend.place(wanted)
        counts: list[int] = []
        for _ in range(3):
            await backend.suspend(wanted.deployment_id, 0)
            while not backend._pool._spares:
                await asyncio.sleep(0.01)
            (waiting,) = backend._pool._spares
            before = await settled(waiting.pid)
            (instance,) = await backend.acquire(wanted.deployment_id)
            await get(instance, "/hello")
            assert instance.id == waiting.name
            counts.append(faults(waiting.pid) - before)
        assert min(counts) < 1200, counts  # some 2,000 without
