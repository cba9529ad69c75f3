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
        with self._counters as counters:
            now = self._monotonic_ns()
            tats = [counters.get(Kind.BUCKET, bucket.name)[0] for bucket in policy.buckets]
            used = [self._used(quota.name, this_month) for quota in policy.quotas]
            mine, others = self._in_flight(policy.api)
            verdict = judge(policy, now, tats, used, mine + others, self._month_end - wall)
            if verdict.refused_by is None:
                for bucket, tat in zip(policy.buckets, tats, strict=True):
                    full_at = take_from(tat, now, bucket.interval_ns)
                    counters.put(Kind.BUCKET, bucket.name, full_at)
                for quota, count in zip(policy.quotas, used, strict=True):
                    counters.put(Kind.QUOTA, quota.name, count + 1, this_month)
                counters.put(
                    Kind.IN_FLIGHT, f"{self._seat}:{policy.api}", mine + 1, self._era(self._seat)
                )
        return verdict

    def release(self, api: str) -> None:
        """A call that was let in is over."""
        name = f"{self._seat}:{api}"
        with self._counters as counters:
            left = counters.get(Kind.IN_FLIGHT, name)[0] - 1
            assert left >= 0, "a release without its take"
            counters.put(Kind.IN_FLIGHT, name, left, self._era(self._seat))

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

    def _in_flight(self, api: str) -> tuple[int, int]:
        """This process's calls and those of the others."""
        mine = others = 0
        for seat in self._seats:
            count, era = self._counters.get(Kind.IN_FLIGHT, f"{seat}:{api}")
            if count and era == self._era(seat):
                if seat == self._seat:
                    mine = count
                else:
                    others += count
        return mine, others

    def _is_stale(self, kind: Kind, value: int, belongs_to: int) -> bool:
        if kind is Kind.BUCKET:
            return value <= self._monotonic_ns()
        if kind is Kind.QUOTA:
            return belongs_to < self._month
        return belongs_to != 0 and (value == 0 or belongs_to != self._era(belongs_to % _MOST_SEATS))

    def _era(self, seat: int) -> int:
        """What is in flight at a seat belongs to its era; a new one begins when it is cleared."""
        return (self._counters.get(Kind.IN_FLIGHT, f"seat:{seat}")[0] + 1) * _MOST_SEATS + seat

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
            eras = counters.get(Kind.IN_FLIGHT, f"seat:{seat}")[0]
            counters.put(Kind.IN_FLIGHT, f"seat:{seat}", eras + 1)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            for seat in self._seats:
                fd = None if seat == self._seat else self._try_seat(seat)
                if fd is not None:
                    self._clear(seat)
                    os.close(fd)
