"""How an Instance does, as one gateway sees it: how quick it is, and whether it is left alone.

Its own runtime watches over every Instance and replaces one that hangs. That takes seconds; what
is here keeps calls away from it meanwhile.
"""

from __future__ import annotations

import math

STRIKES = 3  # failures in a row, from which on it is left alone
FIRST_REST, LONGEST_REST = 1.0, 30.0  # seconds; doubled each time
_LEAST_SECONDS = 0.005  # what is quicker is all the same, and an Instance begins as that quick
_MEMORY_SECONDS = 5.0
_WEIGHT = 0.3  # of the newest answer


class Tally:
    """What happened to Instances, for Prometheus."""

    def __init__(self) -> None:
        self.ejections = 0
        self.returns = 0
        self.failed_dials = 0


class Health:
    """Of one Instance. Times are those of the loop."""

    __slots__ = ("_at", "_rest", "_seconds", "out_until", "strikes")

    def __init__(self) -> None:
        self.strikes = 0
        self.out_until = 0.0
        self._rest = FIRST_REST
        self._seconds = _LEAST_SECONDS
        self._at = 0.0  # when `_seconds` was true

    def seconds(self, now: float) -> float:
        """What a call took of late; forgotten within seconds."""
        seconds = self._seconds
        if seconds > _LEAST_SECONDS:
            seconds *= math.exp((self._at - now) / _MEMORY_SECONDS)
        return max(seconds, _LEAST_SECONDS)

    def answered(self, seconds: float, now: float) -> bool:
        """A call got its head after so long; whether that brings the Instance back."""
        self._seconds += _WEIGHT * (seconds - self._seconds)
        self._at = now
        was_out = self.strikes >= STRIKES
        self.strikes = 0
        if was_out:
            self.out_until, self._rest = 0.0, FIRST_REST
        return was_out

    def failed(self, now: float) -> bool:
        """A call was not answered in time, or broke; whether that is one too many."""
        self.strikes += 1
        if self.strikes < STRIKES or self.out_until > now:
            return False
        self.out_until = now + self._rest
        self._rest = min(2 * self._rest, LONGEST_REST)
        return True

    def takes_calls(self, in_flight: int, now: float) -> bool:
        """One that was left alone comes back with one call at a time, until one is answered."""
        return self.strikes < STRIKES or (self.out_until <= now and in_flight == 0)
