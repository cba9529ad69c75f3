"""What tests of generations share: the events of an answer, and the runs that are noted."""

from __future__ import annotations

import json
from typing import Any

from tests.integration.control.conftest import Control

EVENTS = {"Accept": "text/event-stream"}


def events_of(text: str) -> list[tuple[str, Any]]:
    """Name and data of each server-sent event; comments are left out."""
    found: list[tuple[str, Any]] = []
    for block in text.removesuffix("\n\n").split("\n\n"):
        if not block.startswith(":"):
            name, data = block.split("\n")
            found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


async def runs(control: Control) -> list[dict[str, Any]]:
    """All that are noted, the oldest first."""
    rows = await control.database.fetch("select * from generations order by created_at")
    return [dict(row) for row in rows]
