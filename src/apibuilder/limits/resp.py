"""A connection to Redis for the hot path: what one turn of the event loop asks leaves in one write.

A client library's pipeline would cost more than the call it limits. Parsing is hiredis' (C).
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple, cast
from urllib.parse import parse_qs, unquote, urlsplit

import hiredis

REPLY_SECONDS = 1.0  # a Redis that has not answered by then is as good as away

Argument = str | bytes | int
_pack = cast("Callable[[tuple[Argument, ...]], bytes]", hiredis.pack_command)  # pyright: ignore[reportUnknownMemberType]


class RedisLost(Exception):
    """The connection ended, or an answer is overdue: what was asked may have happened."""


class Address(NamedTuple):
    """Where a Redis is, from `redis://[user:password@]host[:port][/db]`, `rediss://` or `unix://`."""

    host: str
    port: int
    path: str | None  # of a Unix socket
    tls: bool
    user: str | None
    password: str | None
    db: int

    @staticmethod
    def parse(url: str) -> Address:
        """Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in {"redis", "rediss", "unix"}:
            raise ValueError("a Redis URL begins with redis://, rediss:// or unix://")
        is_unix = parts.scheme == "unix"
        db = parse_qs(parts.query).get("db", [""])[0] if is_unix else parts.path.strip("/")
        return Address(
            parts.hostname or "127.0.0.1",
            parts.port or 6379,
            unquote(parts.path) if is_unix else None,
            parts.scheme == "rediss",
            unquote(parts.username) if parts.username else None,
            unquote(parts.password) if parts.password else None,
            int(db or 0),
        )


class RedisConnection(asyncio.Protocol):
    """Open with `connect`. Answers come in the order of what was asked."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._reader: Any = hiredis.Reader()
        self._unsent: list[bytes] = []
        self._waiting: deque[tuple[asyncio.Future[Any], float]] = deque()
        self._transport: asyncio.Transport | None = None
        self._watch: asyncio.TimerHandle | None = None
        self.lost = asyncio.Event()

    @classmethod
    async def connect(cls, address: Address) -> RedisConnection:
        """Connect and sign in. Raises OSError or RedisLost."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(REPLY_SECONDS):
                if address.path is not None:
                    _, made = await loop.create_unix_connection(cls, address.path)
                else:
                    context = ssl.create_default_context() if address.tls else None
                    _, made = await loop.create_connection(
                        cls, address.host, address.port, ssl=context
                    )
        except TimeoutError:
            raise RedisLost("it does not answer") from None
        if address.password is not None:
            user = () if address.user is None else (address.user,)
            await made.call("AUTH", *user, address.password)
        if address.db:
            await made.call("SELECT", address.db)
        return made

    def call(self, *words: Argument) -> asyncio.Future[Any]:
        """Ask; the answer raises RedisLost, also for what Redis answers with an error."""
        future: asyncio.Future[Any] = self._loop.create_future()
        if self.lost.is_set():
            future.set_exception(RedisLost("the connection has ended"))
            future.exception()  # seen: not everybody waits for an answer
            return future
        if not self._unsent:
            self._loop.call_soon(self._flush)
        self._unsent.append(_pack(words))
        self._waiting.append((future, self._loop.time()))
        if self._watch is None:
            self._watch = self._loop.call_later(REPLY_SECONDS, self._look)
        return future

    def close(self) -> None:
        """End it; what waits gets RedisLost."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Connected."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answers."""
        self._reader.feed(data)
        try:
            while (reply := self._reader.gets()) is not False:
                future, _ = self._waiting.popleft()
                if future.done():  # its caller was cancelled
                    continue
                if isinstance(reply, hiredis.ReplyError):
                    future.set_exception(RedisLost(str(reply)))
                    future.exception()  # seen: not everybody waits for an answer
                else:
                    future.set_result(reply)
        except (hiredis.ProtocolError, IndexError):
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """It has ended, by either side."""
        self.lost.set()
        if self._watch is not None:
            self._watch.cancel()
        waiting, self._waiting = self._waiting, deque()
        for future, _ in waiting:
            if not future.done():
                future.set_exception(RedisLost(str(exc or "the connection has ended")))
                future.exception()

    def _flush(self) -> None:
        unsent, self._unsent = self._unsent, []
        if self._transport is not None and not self.lost.is_set():
            self._transport.write(b"".join(unsent))

    def _look(self) -> None:
        """One timer a connection, because one a call would cost more."""
        self._watch = None
        if self._waiting:
            left = self._waiting[0][1] + REPLY_SECONDS - self._loop.time()
            if left <= 0:
                self.close()
            else:
                self._watch = self._loop.call_later(left, self._look)
