"""Every tier holds without root too. A part of the programs; `make hostile` runs them all."""

from __future__ import annotations

import asyncio

import pytest

from tests.contracts.backends import ROOT, is_root
from tests.hostile.program import TIERS
from tests.hostile.programs import CATEGORIES
from tests.hostile.run import run_rootless

_EVERY = 12


@pytest.mark.skipif(not is_root(), reason="then all other tests run without root already")
@pytest.mark.parametrize("tier", TIERS)
async def test_without_root_it_holds(tier: str) -> None:
    found = await asyncio.to_thread(run_rootless, tier, _EVERY)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert len(found) > 10


def test_the_table_has_every_program() -> None:
    """`make hostile` writes it."""
    rows = (ROOT / "docs" / "hostile.md").read_text()
    for programs in CATEGORIES.values():
        for program in programs:
            assert f"| {program.name} |" in rows
    assert "**no**" not in rows
