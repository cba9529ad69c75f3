"""The port of a Limiter: who may call how often, how much a month and how many at once.

The contract, for whoever writes another one:

* `take` checks every bucket, the month's quota and the requests in flight in one atomic step, and
  takes one of each only if all of them allow it. A refusal takes nothing.
* A bucket is a GCRA token bucket: it holds `burst` tokens, and one comes back every `interval_ns`.
  Of any number of parallel callers exactly `burst` get through before the first one comes back.
* The quota starts again at the first instant of a calendar month, UTC.
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

    @staticmethod
    def of(name: str, requests_per_second: float, burst: int) -> Bucket:
        """The bucket of a rate. Whole nanoseconds keep the arithmetic exact."""
        return Bucket(name, max(1, round(1e9 / requests_per_second)), max(1, burst))


@dataclass(frozen=True, slots=True)
class Policy:
    """All that one Key's calls of one Api are held to."""

    api: str
    buckets: tuple[Bucket, ...]  # the Api's, then the Key's own if it has one
    monthly_quota: int
    max_concurrency: int


class Verdict(NamedTuple):
    """What `take` found. Times are seconds from now."""

    refused_by: Limit | None  # None: one of each was taken
    bucket: Bucket  # the tightest: the one that refused, or that has the fewest tokens left
    remaining: int  # tokens left in it
    reset_after: float  # until it is full again
    quota_remaining: int
    quota_reset_after: float
    retry_after: float  # until another try can succeed; 0 when taken or not foreseeable


class Limiter(Protocol):
    """See the module's docstring for the contract."""

    async def take(self, policy: Policy) -> Verdict:
        """One call wants in."""
        ...

    def release(self, api: str) -> None:
        """A call that was let in is over."""
        ...

    async def restore(self, calls: Mapping[str, int]) -> None:
        """This month's calls by Api, as the ledger has them: counts below are raised to these."""
        ...
