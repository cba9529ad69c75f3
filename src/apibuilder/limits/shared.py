"""The Limiter of several gateway processes on one machine: exact over all of them, without Redis.

They count in one mapped file (`limits/table.py`), so a gateway that is restarted finds its counts.
Each process has a seat, an flock that it holds as long as it lives. What is in flight is counted a
seat; the seat of a process that is gone is swept by any of the others, within a second.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from types import TracebackType

from apibuilder.errors import Conflict
from apibuilder.limits import month
from apibuilder.limits.base import Health, Policy, Verdict
from apibuilder.limits.gcra import judge, take_from
from apibuilder.limits.table import Counters, Kind

_SWEEP_SECONDS = 1.0
_MOST_SEATS = 64
_SIT_TRIES, _SIT_PAUSE = 20, 0.05  # a predecessor may still be ending


class SharedLimiter:
    """See `limits/base.py`. Use it as an async context manager."""

    def __init__(
        self,
        folder: Path,
        seats: int,
        *,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """`seats` is the most processes there can be. Raises Conflict if all are taken."""
        self.health = Health()
        self._monotonic_ns = monotonic_ns
        self._wall = wall
        self._month_end = 0.0
        self._month = 0
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._seats = range(seats)
        self._counters = Counters(folder / "table", self._is_stale)
        self._seat, self._seat_fd = self._sit()
        self._sweeper: asyncio.Task[None] | None = None

    async def __aenter__(self) -> SharedLimiter:
        self._sweeper = asyncio.create_task(self._sweep())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._sweeper is not None:
            self._sweeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._sweeper
        self.close()

    def close(self) -> None:
        """Leave the seat."""
        os.close(self._seat_fd)
        self._counters.close()

    async def take(self, policy: Policy) -> Verdict:
        """One call wants in. Raises Unavailable if the table is full."""
        wall = self._wall()
        this_month = self._month_of(wall)
        names = _names(policy.api, len(self._seats))
        with self._counters as counters:
            now = self._monotonic_ns()
            tats = [counters.get(Kind.BUCKET, bucket.name)[0] for bucket in policy.buckets]
            used = [self._used(quota.name, this_month) for quota in policy.quotas]
            eras = counters.eras(len(names))
            in_flight = self._in_flight(names, eras)
            verdict = judge(policy, now, tats, used, sum(in_flight), self._month_end - wall)
            if verdict.refused_by is None:
                for bucket, tat in zip(policy.buckets, tats, strict=True):
                    full_at = take_from(tat, now, bucket.interval_ns)
                    counters.put(Kind.BUCKET, bucket.name, full_at)
                for quota, count in zip(policy.quotas, used, strict=True):
                    counters.put(Kind.QUOTA, quota.name, count + 1, this_month)
                mine = in_flight[self._seat] + 1
                stamp = _stamp(self._seat, eras[self._seat])
                counters.put(Kind.IN_FLIGHT, names[self._seat], mine, stamp)
        return verdict

    def release(self, api: str) -> None:
        """A call that was let in is over."""
        name = _names(api, len(self._seats))[self._seat]
        with self._counters as counters:
            count, stamp = counters.get(Kind.IN_FLIGHT, name)
            assert count > 0, "a release without its take"
            counters.put(Kind.IN_FLIGHT, name, count - 1, stamp)

    async def restore(self, calls: Mapping[str, int], month: int) -> None:
        """A month's calls by quota's name, as the ledger has them."""
        if month != self._month_of(self._wall()):
            return
        for name, count in calls.items():
            with self._counters as counters:  # once a name: others take in between
                if count > self._used(name, month):
                    counters.put(Kind.QUOTA, name, count, month)

    def _month_of(self, wall: float) -> int:
        if wall >= self._month_end:
            self._month, self._month_end = month.number(wall), month.end(wall)
        return self._month

    def _used(self, name: str, this_month: int) -> int:
        count, counted_in = self._counters.get(Kind.QUOTA, name)
        return count if counted_in == this_month else 0

    def _in_flight(self, names: tuple[str, ...], eras: tuple[int, ...]) -> list[int]:
        """How many calls each seat has in flight: those of an earlier era of it are over."""
        found = [self._counters.keep(Kind.IN_FLIGHT, name) for name in names]
        return [
            count if belongs_to == _stamp(seat, eras[seat]) else 0
            for seat, (count, belongs_to) in enumerate(found)
        ]

    def _is_stale(self, kind: Kind, value: int, belongs_to: int) -> bool:
        if kind is Kind.BUCKET:
            return value <= self._monotonic_ns()
        if kind is Kind.QUOTA:
            return belongs_to < self._month
        seat, era = belongs_to % _MOST_SEATS, belongs_to // _MOST_SEATS
        return value == 0 or self._counters.eras(_MOST_SEATS)[seat] != era

    def _sit(self) -> tuple[int, int]:
        for _ in range(_SIT_TRIES):
            for seat in self._seats:
                fd = self._try_seat(seat)
                if fd is not None:
                    self._clear(seat)
                    return seat, fd
            time.sleep(_SIT_PAUSE)  # another process may be looking whether a seat is empty
        self._counters.close()
        raise Conflict(
            f"{len(self._seats)} gateway processes already share these limits; "
            "raise APIBUILDER_GATEWAY_PROCESSES."
        )

    def _try_seat(self, seat: int) -> int | None:
        fd = os.open(self._folder / f"seat-{seat}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return None
        return fd

    def _clear(self, seat: int) -> None:
        """Begin a new era of a seat: whoever sat there is gone."""
        with self._counters as counters:
            counters.begin_era(seat)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            for seat in self._seats:
                fd = None if seat == self._seat else self._try_seat(seat)
                if fd is not None:
                    self._clear(seat)
                    os.close(fd)


@lru_cache(maxsize=50_000)
def _names(api: str, seats: int) -> tuple[str, ...]:
    """What an Api's calls in flight are counted under, by seat."""
    return tuple(f"{seat}:{api}" for seat in range(seats))


def _stamp(seat: int, era: int) -> int:
    return era * _MOST_SEATS + seat
