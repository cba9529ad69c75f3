"""Four processes under one policy let exactly so many through, and a dead one holds none back."""

from __future__ import annotations

import asyncio

from tests.integration.limits.caller import SEATS
from tests.integration.limits.conftest import Start, a_policy, storm


async def test_exactly_so_many_get_through_and_a_dead_process_holds_none_back(
    start: Start,
) -> None:
    callers = start(SEATS)
    for limit in ("burst", "quota", "concurrency"):
        policy = a_policy(**{limit: 777})
        assert (limit, sum(storm(callers, policy, 400))) == (limit, 777)
        assert sum(storm(callers, policy, 100)) == 0

    policy = a_policy(concurrency=10)
    assert storm(callers, policy, 2) == [2, 2, 2, 2]
    for one in callers[1:]:
        one.kill()
    let_in = 0
    async with asyncio.timeout(30):
        while let_in < 8:  # the killed ones' six, and two that were free
            let_in += storm(callers[:1], policy, 10)[0]
            await asyncio.sleep(0.05)
    assert let_in == 8

    # What was taken for good is taken still, when all of them are gone.
    policy = a_policy(burst=12, quota=10)
    assert storm(callers[:1], policy, 4) == [4]
    callers[0].kill()
    assert storm(start(1), policy, 20) == [6]
