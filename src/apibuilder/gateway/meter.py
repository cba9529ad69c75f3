"""Writes the Usage of accepted calls into segments; none is let in without room for its record."""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path

from apibuilder.errors import LedgerFull
from apibuilder.gateway.call import Call
from apibuilder.store.ledger import CAPACITY, Kind, Record, SegmentWriter

_RECORDS_A_CALL = 2  # a stream has a START and an END


class Meter:
    """A gateway's segments. `reserve` before a call is let in, `release` when it is over."""

    def __init__(self, folder: Path, *, capacity: int = CAPACITY) -> None:
        """The first segment is made at the first call."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._capacity = capacity
        self._writers: deque[SegmentWriter] = deque()
        self._free = 0
        self._open_calls = 0
        self.full = False  # whether the last attempt to make a segment failed

    def reserve(self) -> None:
        """Keep room for one more call's records. Raises LedgerFull."""
        if self._free < _RECORDS_A_CALL * (self._open_calls + 1):
            self._extend()
        self._open_calls += 1

    def release(self) -> None:
        """A call that was reserved for is over."""
        self._open_calls -= 1

    def write(self, call: Call, kind: Kind, status: int, response_bytes: int) -> None:
        """Put a call into the ledger; after this it is counted, whatever happens to the process."""
        live, grant = call.live, call.grant
        assert live is not None
        assert grant is not None
        writers = self._writers
        while not writers[0].free:
            writers.popleft().seal()
        elapsed = 0 if kind is Kind.START else (time.monotonic_ns() - call.started_ns) // 1000
        writers[0].append(
            Record(
                call.identity,
                live.api_bytes,
                grant.principal.key_bytes,
                call.at_us,
                live.route.revision or 0,
                status,
                kind,
                live.operations.number(call.method, call.path),
                elapsed,
                call.request_bytes,
                response_bytes,
            )
        )
        self._free -= 1

    def names(self) -> list[str]:
        """The segments that are being written."""
        return [writer.name for writer in self._writers]

    def close(self) -> None:
        """Seal them all."""
        while self._writers:
            self._writers.popleft().seal()
        self._free = 0

    def _extend(self) -> None:
        try:
            writer = SegmentWriter(self._folder, capacity=self._capacity)
        except OSError as error:
            self.full = True
            raise LedgerFull(
                "The usage ledger of the gateway cannot grow "
                f"({error.strerror}): free some space for its data folder.",
                headers={"Retry-After": "5"},
            ) from error
        self.full = False
        self._writers.append(writer)
        self._free += writer.free
