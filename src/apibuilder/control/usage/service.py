"""Exact counts: the ledger's rows and what gateways have not shipped yet."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

from apibuilder.backends.egress import totals
from apibuilder.control.authentication import Principal
from apibuilder.domain import Usage
from apibuilder.store.base import ApiStore, UsageStore
from apibuilder.store.ledger import SegmentReader, open_segments


class UsageService:
    """Reads segment files in `folder` and rows in the store."""

    def __init__(self, apis: ApiStore, usage: UsageStore, folder: Path, apis_dir: Path) -> None:
        """`folder` has the gateways' segments, `apis_dir` what the runtime keeps of each Api."""
        self._apis = apis
        self._usage = usage
        self._folder = folder
        self._apis_dir = apis_dir

    def egress(self, api_id: UUID) -> totals.Traffic:
        """Bytes that the Api moved through the egress proxy so far."""
        return totals.read(self._apis_dir, api_id)

    async def calls(self, principal: Principal, ref: str) -> tuple[UUID, Counter[int]]:
        """The Api's id and its calls by status. Raises NotFound.

        Gateways ship while this reads. So files are opened first (an open one outlives its
        deletion), and then rows of calls that were read from a file are left out of the count:
        wherever a call was at each moment, it is counted once.
        """
        api = await self._apis.get(principal.user_id, ref)
        with ExitStack() as stack:
            readers = [stack.enter_context(one) for one in open_segments(self._folder)]
            offsets = await self._usage.offsets()
            unshipped = await asyncio.to_thread(_unshipped, readers, offsets, api.id)
        rows = await self._usage.calls_by_status(api.id, besides=list(unshipped))
        return api.id, Counter(rows) + Counter(one.status for one in unshipped.values())


def _unshipped(
    readers: list[SegmentReader], offsets: dict[str, int], api_id: UUID
) -> dict[UUID, Usage]:
    return {
        usage.id: usage
        for reader in readers
        for usage in reader.calls(offsets.get(reader.name, 0))
        if usage.api_id == api_id
    }
