"""The programs of tests/hostile/programs, deployed and called as a stranger's would be.

All of them on tier full, every second one on no-namespace; `make hostile` runs the rest.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.hostile.program import TIERS, Program
from tests.hostile.programs import CATEGORIES
from tests.hostile.road import Road, open_road, verdict

ALL = [program for programs in CATEGORIES.values() for program in programs]
_EVERY = {"full": 1, "no-namespace": 2}
_CASES = [
    pytest.param(tier, program, id=f"{tier}-{program.name}")
    for tier in TIERS
    for program in [one for one in ALL if tier in one.tiers][:: _EVERY[tier]]
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def road(request: pytest.FixtureRequest) -> AsyncIterator[Road]:
    async with open_road(request.param) as opened:
        yield opened


def test_there_are_enough_and_each_has_a_name_of_its_own() -> None:
    assert len(ALL) >= 60
    assert len({program.name for program in ALL}) == len(ALL)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("road", "program"), _CASES, indirect=["road"])
async def test_program(road: Road, program: Program) -> None:
    seen, odd = await road.run(program)
    assert verdict(program, seen, odd) == []
