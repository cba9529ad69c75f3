"""How long a gateway waits for a caller. Seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """A caller that is slower than this is given up; the defaults are the settings'."""

    head: float = 30.0  # for a whole head, from a connection's start or a head's first byte
    idle: float = 75.0  # without a request; longer than common clients keep their connections
    body: float = 60.0  # between two pieces of a request's body
    send: float = 60.0  # without taking any of its answer

    @property
    def sweep(self) -> float:
        """Between two looks at who is silent: that much later than said a connection may end."""
        return min(5.0, self.head / 4, self.idle / 4)
