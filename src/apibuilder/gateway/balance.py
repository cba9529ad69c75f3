"""Which of several Instances takes the next call.

Of two that are drawn, the one where it may take less: the latency it has shown of late, by the
calls that wait there already. The same draw without latency would give a slow Instance its full
share of the calls whenever nothing waits anywhere.
"""

from __future__ import annotations

import random
from time import monotonic
from typing import TYPE_CHECKING

from apibuilder.backends.fork.health import Tally
from apibuilder.backends.fork.link import Link
from apibuilder.errors import DeadlineExceeded

if TYPE_CHECKING:
    from apibuilder.gateway.call import Call

# A hiccup must not send everything to one Instance: however slow the other, it is taken for so many
# times as slow, and gets calls again once as many times more wait here.
_MOST = 4.0
_choose = random.Random().randrange  # noqa: S311 (which Instance is no secret)


def choose(live: list[Link], now: float) -> Link:
    """One of at least two links; those that are left alone only if all are."""
    able = [link for link in live if link.health.takes_calls(link.in_flight, now)] or live
    count = len(able)
    if count == 1:
        return able[0]
    one = _choose(count)
    other = _choose(count - 1)
    first, second = able[one], able[other + (other >= one)]
    slower = second.health.seconds(now) / first.health.seconds(now)
    slower = min(_MOST, max(1 / _MOST, slower))
    return second if (second.in_flight + 1) * slower < first.in_flight + 1 else first


class Unwatched:
    """A call to the only Instance: nothing could be chosen by what it shows."""

    def over(self, call: Call) -> None:
        """It has the head of its answer, or will have none."""


class Watched(Unwatched):
    """A call, as the health of its Instance sees it."""

    def __init__(self, link: Link, tally: Tally) -> None:
        self._link = link
        self._tally = tally
        self._sent = monotonic()

    def over(self, call: Call) -> None:
        """It has the head of its answer, or will have none."""
        now, health = monotonic(), self._link.health
        if call.answered:
            self._tally.returns += health.answered(now - self._sent, now)
        elif call.failure is None or isinstance(call.failure, DeadlineExceeded):
            # Not of a caller who left, or whose body was too large or too slow.
            self._tally.ejections += health.failed(now)


UNWATCHED = Unwatched()
