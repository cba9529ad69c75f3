"""What an edit has to know of an Api beside its Revisions."""

from __future__ import annotations

from typing import Any, Protocol
from uuid import UUID


class EditStore(Protocol):
    """Plans behind Revisions, and who relies on an Api. The caller has checked whose it is."""

    async def plan_behind(self, api_id: UUID, revision: int) -> dict[str, Any] | None:
        """The plan of the last generated Revision at or before this one, if there is one."""
        ...

    async def subscribers(self, api_id: UUID) -> int:
        """How many others may call it by a subscription today."""
        ...
