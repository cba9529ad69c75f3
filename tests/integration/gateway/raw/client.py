"""A client that sends what it is given and reads answers strictly."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

_BODILESS = {204, 304}


@dataclass
class Answer:
    """One answer, whole or cut off."""

    status: int
    text: bytes  # its head and body as they came; names of headers are as the gateway wrote them


class Raw:
    """A connection."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> Raw:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    def write(self, data: bytes) -> None:
        self._writer.write(data)

    async def closed(self) -> bool:
        """Whether the other side ends it without another byte."""
        try:
            return not await self._reader.read(1)
        except ConnectionError:
            return True

    async def answer(self, *, head_only: bool = False) -> Answer | None:
        """The next one; None if the connection is closed instead."""
        try:
            head = await self._reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        version, status, _ = head.split(b" ", 2)
        assert version == b"HTTP/1.1"
        lines = head.split(b"\r\n")[1:-2]
        headers = dict(line.lower().split(b": ", 1) for line in lines)
        assert len(headers) == len({line.partition(b":")[0].lower() for line in lines})
        body = b""
        if not head_only and int(status) not in _BODILESS:
            body = await self._body(headers)
        return Answer(int(status), head.lower() + body)

    async def _body(self, headers: dict[bytes, bytes]) -> bytes:
        try:
            if headers.get(b"transfer-encoding") == b"chunked":
                assert b"content-length" not in headers
                return await self._chunks()
            return await self._reader.readexactly(int(headers[b"content-length"]))
        except asyncio.IncompleteReadError as error:
            return error.partial
        except ConnectionError:
            return b""

    async def _chunks(self) -> bytes:
        raw = b""
        while True:
            line = await self._reader.readuntil(b"\r\n")
            size = int(line, 16)
            raw += line + await self._reader.readexactly(size + 2)
            if size == 0:
                return raw
