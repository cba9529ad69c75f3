"""The port of a Limiter: who may call how often, how much a month and how many at once.

The contract, for whoever writes another one:

* `take` checks every bucket, every quota of the month and the requests in flight in one atomic
  step, and takes one of each only if all of them allow it. A refusal takes nothing.
* A bucket is a GCRA token bucket: it holds `burst` tokens, and one comes back every `interval_ns`.
  Of any number of parallel callers exactly `burst` get through before the first one comes back.
* A quota starts again at the first instant of a calendar month, UTC.
* Every `take` that was allowed is followed by exactly one `release`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol


class Limit(StrEnum):
    """The limits that a Limiter watches, named like the fields of `domain.Limits`."""

    RATE = "requests_per_second"
    QUOTA = "monthly_quota"
    CONCURRENCY = "max_concurrency"


@dataclass(frozen=True, slots=True)
class Bucket:
    """A token bucket; `name` says whose it is, across all gateways."""

    name: str
    interval_ns: int
    burst: int
    label: bytes = b"rate"  # its name in the RateLimit headers

    @staticmethod
    def of(name: str, requests_per_second: float, burst: int, label: bytes = b"rate") -> Bucket:
        """The bucket of a rate. Whole nanoseconds keep the arithmetic exact."""
        return Bucket(name, max(1, round(1e9 / requests_per_second)), max(1, burst), label)


@dataclass(frozen=True, slots=True)
class Quota:
    """Calls that may be made in a calendar month; `name` says by whom, across all gateways."""

    name: str
    calls: int
    label: bytes = b"quota"  # its name in the RateLimit headers


@dataclass(frozen=True, slots=True)
class Policy:
    """All that one Key's calls of one Api are held to."""

    api: str
    buckets: tuple[Bucket, ...]  # the Api's, then its subscriber's and the Key's own if there are
    quotas: tuple[Quota, ...]  # the Api's, then its subscriber's if there is one
    max_concurrency: int


class Verdict(NamedTuple):
    """What `take` found. Times are seconds from now."""

    refused_by: Limit | None  # None: one of each was taken
    bucket: Bucket  # the tightest: the one that refused, or that has the fewest tokens left
    remaining: int  # tokens left in it
    reset_after: float  # until it is full again
    quota: Quota  # the tightest, likewise
    quota_remaining: int
    quota_reset_after: float
    retry_after: float  # until another try can succeed; 0 when taken or not foreseeable


@dataclass(slots=True)
class Health:
    """How a Limiter that counts elsewhere is doing; for metrics."""

    away: bool = False  # what it counts in cannot be reached just now
    local: int = 0  # calls that were held to this process's own counts because of that
    refused: int = 0  # calls that were refused because of that


class Limiter(Protocol):
    """See the module's docstring for the contract."""

    health: Health

    async def take(self, policy: Policy) -> Verdict:
        """One call wants in. Raises LimiterAway if it cannot say and is not to guess."""
        ...

    def release(self, api: str) -> None:
        """A call that was let in is over."""
        ...

    async def restore(self, calls: Mapping[str, int], month: int) -> None:
        """A month's calls by quota's name, as the ledger has them: counts below are raised to them.

        `month` is that of `month.number`; the counts of another one than the current are ignored.
        """
        ...
