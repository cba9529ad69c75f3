"""What the gateway tells Prometheus. A call costs a few additions; the rest happens at a scrape."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from apibuilder.gateway.call import Call
from apibuilder.limits.base import Health

MAX_APIS = 1000  # as many get a label of their own; the rest is counted as one
MAX_TIMED_APIS = 100  # the same for histograms: each is 16 series a class of status
_OTHER = "other"
_SWITCHING = 101
_NONE = "none"  # a call that named no Api it may see
# Upper bounds in seconds.
_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics(Collector):
    """Counts answered calls by Api and status, and how long they took by class of status."""

    def __init__(self) -> None:
        self._calls: defaultdict[tuple[str, int], int] = defaultdict(int)
        self._apis: set[str] = {_NONE, _OTHER}
        self._timed: dict[str, str] = {}  # an Api's label in the histogram
        self._buckets: defaultdict[tuple[str, str], list[int]] = defaultdict(_empty)
        self._canary: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._limited: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._seconds: defaultdict[tuple[str, str], float] = defaultdict(float)
        self._limiter = Health()
        self._counters: list[tuple[str, str, Callable[[], float]]] = []
        self._gauges: list[tuple[str, str, Callable[[], float]]] = []

    def gauge(self, name: str, text: str, read: Callable[[], float]) -> None:
        """Add a value that is read at each scrape."""
        self._gauges.append((name, text, read))

    def watch_limiter(self, health: Health) -> None:
        """Say how calls fare while what the Limiter counts in is away."""
        self.gauge(
            "apibuilder_gateway_limiter_away",
            "1 while Redis cannot be reached.",
            lambda: float(health.away),
        )
        self._limiter = health

    def counter(self, name: str, text: str, read: Callable[[], float]) -> None:
        """Add a count that somebody else keeps."""
        self._counters.append((name, text, read))

    def observe(self, call: Call) -> None:
        """A call is over."""
        status, live = call.status, call.live
        api = live.api if live is not None else _NONE
        if api not in self._apis:
            api = self._name(api)
        self._calls[api, status] += 1
        if status == _SWITCHING:
            return  # how long a conversation lasts says nothing of how quick an answer is
        seconds = (time.monotonic_ns() - call.started_ns) / 1e9
        kind = _CLASSES.get(status // 100, "5xx")
        label = (self._timed.get(api) or self._time(api), kind)
        self._buckets[label][bisect_left(_BOUNDS, seconds)] += 1
        self._seconds[label] += seconds
        if live is not None and live.is_canary:
            self._canary[api, kind] += 1

    def limited(self, api: str, code: str) -> None:
        """A call was refused or ended by a limit. `api` is empty for one that named none."""
        self._limited[self._name(api) if api else _NONE, code] += 1

    def _name(self, api: str) -> str:
        if api in self._apis:
            return api
        if len(self._apis) >= MAX_APIS:
            return _OTHER
        self._apis.add(api)
        return api

    def _time(self, api: str) -> str:
        """Apis get a histogram of their own until there are enough of them."""
        label = api if len(self._timed) < MAX_TIMED_APIS else _OTHER
        if label is not _OTHER:
            self._timed[api] = api
        return label

    def collect(self) -> Iterator[Metric]:
        """For the registry."""
        calls = CounterMetricFamily(
            "apibuilder_gateway_calls",
            "Answered calls; status 499: the caller left first.",
            labels=["api", "status"],
        )
        for (api, status), count in sorted(self._calls.items()):
            calls.add_metric([api, str(status)], count)
        yield calls
        limited = CounterMetricFamily(
            "apibuilder_gateway_limited_calls",
            "Calls that a limit refused or ended, by the code of their answer.",
            labels=["api", "code"],
        )
        for (api, code), count in sorted(self._limited.items()):
            limited.add_metric([api, code], count)
        yield limited
        durations = HistogramMetricFamily(
            "apibuilder_gateway_call_seconds",
            "From a call's head to the end of its answer.",
            labels=["api", "status_class"],
        )
        for label, counts in self._buckets.items():
            durations.add_metric([*label], _cumulative(counts), self._seconds[label])
        yield durations
        canary = CounterMetricFamily(
            "apibuilder_gateway_canary_calls",
            "Answered calls that a canary got.",
            labels=["api", "status_class"],
        )
        for (api, kind), count in self._canary.items():
            canary.add_metric([api, kind], count)
        yield canary
        alone = CounterMetricFamily(
            "apibuilder_gateway_limiter_away_calls",
            "Calls while Redis was away: held to this gateway's own counts, or refused.",
            labels=["outcome"],
        )
        alone.add_metric(["local"], self._limiter.local)
        alone.add_metric(["refused"], self._limiter.refused)
        yield alone
        for name, text, read in self._counters:
            yield CounterMetricFamily(name, text, read())
        for name, text, read in self._gauges:
            yield GaugeMetricFamily(name, text, read())


def _empty() -> list[int]:
    return [0] * (len(_BOUNDS) + 1)


_CLASSES = {kind: f"{kind}xx" for kind in range(1, 6)}


def _cumulative(counts: list[int]) -> list[tuple[str, float]]:
    total, buckets = 0, list[tuple[str, float]]()
    for bound, count in zip((*map(str, _BOUNDS), "+Inf"), counts, strict=True):
        total += count
        buckets.append((bound, total))
    return buckets


def registry(metrics: Metrics) -> CollectorRegistry:
    """All that one gateway process exposes."""
    made = CollectorRegistry()
    made.register(metrics)
    ProcessCollector(registry=made)
    PlatformCollector(registry=made)
    GCCollector(registry=made)
    return made
