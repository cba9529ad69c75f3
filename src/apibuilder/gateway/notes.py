"""Tells each Api's log which of its calls a limit ended. Calls never wait for it.

A storm of refusals is a line a limit and second: how many, and the last one with its request id.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from uuid import UUID

import structlog

from apibuilder.backends.base import Backend
from apibuilder.errors import ApiBuilderError, LimitExceeded

_SECONDS = 1.0
_MAX_WAITING = 1000  # Apis and limits at once; a second's storm beyond that is not told
_log = structlog.get_logger()


@dataclass(slots=True)
class _Note:
    count: int
    last: LimitExceeded
    request_id: str


class Notes:
    """Collected for a second each."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._waiting: dict[tuple[UUID, str], _Note] = {}

    def add(self, api_id: UUID, error: LimitExceeded, request_id: str) -> None:
        """A call was refused or ended."""
        key = (api_id, error.code)
        note = self._waiting.get(key)
        if note is not None:
            note.count, note.last, note.request_id = note.count + 1, error, request_id
        elif len(self._waiting) < _MAX_WAITING:
            self._waiting[key] = _Note(1, error, request_id)

    async def run(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(_SECONDS)
            await self.tell()

    async def tell(self) -> None:
        """What waits; it is lost while the runtime is away, as what user code prints would be."""
        waiting, self._waiting = self._waiting, {}
        for (api_id, _), note in waiting.items():
            try:
                await self._backend.note(api_id, _line(note))
            except ApiBuilderError as error:
                _log.debug("an API's log could not be told", detail=error.detail)
                return


def _line(note: _Note) -> str:
    facts = note.last.facts
    calls = "1 call" if note.count == 1 else f"{note.count} calls"
    return (
        f"{note.last.code}: {calls} ended by {facts['limit']}, allowed {facts['allowed']:g}, "
        f"seen {facts['seen']:g}; request {note.request_id}"
    )
