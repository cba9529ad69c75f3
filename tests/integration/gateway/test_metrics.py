"""Dashboard and alert rules name only what a gateway exposes."""

from __future__ import annotations

import re
from pathlib import Path

import aiohttp

from tests.integration.gateway.harness import World

DEPLOY = Path(__file__).parents[3] / "deploy"
FILES = (DEPLOY / "grafana/gateway.json", DEPLOY / "prometheus/alerts.yaml")
_NAMED = re.compile(r"\b((?:apibuilder|process)_[a-z_]+)\b")
_LATER = {"apibuilder_gateway_limiter_away"}  # only with a limiter that can be away


async def test_every_metric_that_is_named_exists(
    world: World, client: aiohttp.ClientSession
) -> None:
    await world.start()
    async with client.get(f"http://127.0.0.1:{world.metrics_port}/metrics") as answer:
        text = await answer.text()
    types = re.findall(r"^# TYPE ([a-z_]+) (\w+)", text, re.MULTILINE)
    there = {f"{name}_bucket" if kind == "histogram" else name for name, kind in types}
    for file in FILES:
        named = set(_NAMED.findall(file.read_text()))
        assert len(named) > 3
        assert named <= there | _LATER, (file.name, named - there)
