"""A paced caller that remembers each answer.

`python -m tests.ledger.caller PORT PATH KEY RATE SECONDS`

writes the request id of every 200 that arrived whole to stdout, a line each, and at the end one
JSON object to stderr. Nothing is retried; a connection that breaks loses the answer it waited for.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter, deque
from typing import cast

import uvloop

CONNECTIONS = 64
_RECONNECT_SECONDS = 0.05


class Caller:
    """All connections, and what came of the calls."""

    def __init__(self, port: int, path: str, key: str) -> None:
        self._port = port
        self.request = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {key}\r\n\r\n".encode()
        )
        self.idle: deque[Connection] = deque()
        self.ids: list[str] = []
        self.statuses: Counter[str] = Counter()
        self.lost = 0  # calls that were sent and not answered
        self.skipped = 0  # calls that were due and had no connection
        self.over = False

    def connect(self) -> None:
        """One more connection, now or when somebody listens again."""
        asyncio.get_running_loop().create_task(self._connect())

    async def _connect(self) -> None:
        while not self.over:
            try:
                await asyncio.get_running_loop().create_connection(
                    lambda: Connection(self), "127.0.0.1", self._port
                )
            except OSError:
                await asyncio.sleep(_RECONNECT_SECONDS)
            else:
                return

    async def run(self, rate: float, seconds: float) -> None:
        """At that pace for that long."""
        for _ in range(CONNECTIONS):
            self.connect()
        while not self.idle:
            await asyncio.sleep(0.01)
        print("started", file=sys.stderr, flush=True)
        begun, sent = time.monotonic(), 0
        while (elapsed := time.monotonic() - begun) < seconds:
            due = int(elapsed * rate) - sent
            sent += due
            for _ in range(due):
                if self.idle:
                    self.idle.popleft().ask()
                else:
                    self.skipped += 1
            await asyncio.sleep(0.001)
        self.over = True
        await asyncio.sleep(2.0)


class Connection(asyncio.Protocol):
    """One, with at most one call in flight."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._waits = False
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._caller.idle.append(self)

    def ask(self) -> None:
        """One call."""
        self._waits = True
        self._transport.write(self._caller.request)

    def data_received(self, data: bytes) -> None:
        self._held += data
        head, end, body = self._held.partition(b"\r\n\r\n")
        lower = head.lower()
        if not end or len(body) < int(_value(lower, b"\r\ncontent-length: ")):
            return
        status = head[9:12].decode()
        self._caller.statuses[status] += 1
        if status == "200":
            self._caller.ids.append(_value(lower, b"\r\nx-request-id: ").decode())
        self._held, self._waits = b"", False
        self._caller.idle.append(self)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waits:
            self._caller.lost += 1
        elif self in self._caller.idle:
            self._caller.idle.remove(self)
        self._caller.connect()


def _value(head: bytes, name: bytes) -> bytes:
    start = head.index(name) + len(name)
    stop = head.find(b"\r\n", start)
    return head[start:] if stop < 0 else head[start:stop]


def main() -> None:
    port, path, key, rate, seconds = sys.argv[1:6]
    caller = Caller(int(port), path, key)
    uvloop.run(caller.run(float(rate), float(seconds)))
    print("\n".join(caller.ids))
    facts = {"statuses": caller.statuses, "lost": caller.lost, "skipped": caller.skipped}
    print(json.dumps(facts), file=sys.stderr)


if __name__ == "__main__":
    main()
