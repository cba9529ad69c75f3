"""What is exposed: labels that are bounded, canaries apart."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from prometheus_client import generate_latest

from apibuilder.gateway.call import Call
from apibuilder.gateway.metrics import MAX_APIS, MAX_TIMED_APIS, Metrics, registry

DEPLOY = Path(__file__).parents[3] / "deploy"


def observed(metrics: Metrics, api: str | None, status: int, *, canary: bool = False) -> None:
    live = None if api is None else SimpleNamespace(api=api, is_canary=canary)
    started = time.monotonic_ns()
    metrics.observe(cast("Call", SimpleNamespace(status=status, live=live, started_ns=started)))


def exposed(metrics: Metrics) -> str:
    return generate_latest(registry(metrics)).decode()


def test_labels_are_bounded() -> None:
    metrics = Metrics()
    for n in range(MAX_APIS + 50):
        observed(metrics, f"api-{n}", 200)
    text = exposed(metrics)
    assert len(re.findall("^apibuilder_gateway_calls_total", text, re.MULTILINE)) <= MAX_APIS
    assert 'apibuilder_gateway_calls_total{api="other",status="200"} 52.0' in text
    counts = re.findall(r'call_seconds_count\{api="(.*?)",status_class="2xx"\} (.*)', text)
    assert len(counts) == MAX_TIMED_APIS + 1
    assert sum(float(count) for _, count in counts) == MAX_APIS + 50


def test_a_canary_is_counted_apart() -> None:
    metrics = Metrics()
    observed(metrics, "a", 200)
    observed(metrics, "a", 500, canary=True)
    observed(metrics, None, 401)
    text = exposed(metrics)
    assert 'apibuilder_gateway_canary_calls_total{api="a",status_class="5xx"} 1.0' in text
    assert 'apibuilder_gateway_calls_total{api="none",status="401"} 1.0' in text


def test_the_dashboard_has_one_place_a_panel() -> None:
    board = json.loads((DEPLOY / "grafana/gateway.json").read_text())
    places = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in board["panels"]]
    assert len(set(places)) == len(places)
    assert len({p["id"] for p in board["panels"]}) == len(places)
