"""The first start's sample: an API made by the same road as any other, and a call that works."""

from __future__ import annotations

import json
from dataclasses import dataclass

from apibuilder.client import ControlClient, Place

PROMPT = "a todo list API with title, due date and done"
_ITEM = {"title": "Call my first API", "due_date": "2030-01-01"}


@dataclass(frozen=True, slots=True)
class Sample:
    """What to show of it; the key is shown here and nowhere else."""

    name: str
    curl: str
    docs: str


def create(place: Place) -> Sample:
    """Publish it. Raises client.Refused or client.Unreachable."""
    made = ControlClient(place).call("POST", "/api/v1/generations", {"prompt": PROMPT})
    url = made["endpoint_url"].rsplit("/", 1)[0] + f"/{made['slug']}"
    curl = (
        f"curl -X POST {url}/todos -H 'Authorization: Bearer {made['api_key']}' "
        f"-H 'Content-Type: application/json' -d '{json.dumps(_ITEM)}'"
    )
    return Sample(made["name"], curl, f"{url}/docs")
