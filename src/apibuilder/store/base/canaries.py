"""Canaries: as their maker steers them, and as they are judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol
from uuid import UUID

from apibuilder.domain import Arm, Canary

CanaryEnd = Literal["promoted", "rolled_back", "aborted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A canary that runs, and what both Revisions did since it does."""

    canary: Canary
    age_seconds: float
    stable: Arm
    new: Arm


class CanaryStore(Protocol):
    """Canaries: as their maker steers them, and as they are judged."""

    async def latest(self, user_id: UUID, ref: str) -> Canary:
        """The newest of an Api. Raises NotFound."""
        ...

    async def arms(self, canary: Canary) -> tuple[Arm, Arm]:
        """What the old and the new Revision did, from the minute it began in until it ended."""
        ...

    async def steer(self, user_id: UUID, ref: str, end: Literal["promoted", "aborted"]) -> Canary:
        """Its maker ends it. Raises NotFound, or Conflict if none runs."""
        ...

    async def trials(self) -> list[Trial]:
        """All that run, of Apis that are not paused."""
        ...

    async def looked(self, canary: Canary, verdict: dict[str, Any]) -> None:
        """It was judged, and goes on."""
        ...

    async def end(
        self, canary: Canary, end: CanaryEnd, *, reason: str, verdict: dict[str, Any] | None
    ) -> bool:
        """Promote it (the old Deployment drains) or give it up (its own drains), at once.

        False if it had ended already.
        """
        ...
