"""A short soak; the long one is `make soak`."""

from __future__ import annotations

from tests.soak import leaks, soak


async def test_cycles_and_swaps_leak_nothing() -> None:
    assert leaks(*await soak(25, 25)) == []
