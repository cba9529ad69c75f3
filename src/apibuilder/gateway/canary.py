"""Which calls a canary gets.

At random, call by call, and not by key: many Apis have one key or a few, and by key a share of 10 %
would be all of their calls or none. Calls that are drawn one by one also make both Revisions see
the same callers at the same time, which is what the comparison of the two rests on
(docs/gateway/canary.md).
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apibuilder.gateway.table import LiveRoute

_draw = random.Random().random  # noqa: S311 (which Revision answers is no secret)


def drawn(live: LiveRoute) -> LiveRoute:
    """The Route's canary for its share of the calls, else the Route itself."""
    canary = live.canary
    if canary is None or _draw() * 100 >= live.share:
        return live
    return canary
