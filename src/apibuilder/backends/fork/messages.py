"""What the two bodies of a WebSocket's stream are made of: whole messages, one after the other.

    u8 kind | u32 length | payload        (little endian)

    TEXT     UTF-8
    BINARY   any bytes
    CLOSE    u16 close code, then a reason in UTF-8; nothing comes after it

Imports only the standard library and the wire: it is loaded on both sides of the sandbox.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from apibuilder.backends.fork.frames import FrameError

TEXT, BINARY, CLOSE = range(1, 4)
MAX_MESSAGE = 1024 * 1024  # bytes; a plan may allow less
_MAX_REASON = 123  # bytes: a close frame's payload is at most 125

_HEADER = struct.Struct("<BI")
_CODE = struct.Struct("<H")


def message(kind: int, payload: bytes) -> bytes:
    """A TEXT or BINARY message, ready to be written into a body; ValueError if it is too long."""
    if len(payload) > MAX_MESSAGE:
        raise ValueError(f"a message may have {MAX_MESSAGE} bytes; this one has {len(payload)}")
    return _HEADER.pack(kind, len(payload)) + payload


def close_message(code: int, reason: str = "") -> bytes:
    """The last message of a body; a long reason is cut."""
    text = reason.encode("utf-8", "replace")[:_MAX_REASON].decode("utf-8", "ignore").encode()
    payload = _CODE.pack(code) + text
    return _HEADER.pack(CLOSE, len(payload)) + payload


def closing_of(payload: bytes) -> tuple[int, str]:
    """Code and reason in a CLOSE message's payload; raises FrameError."""
    if not _CODE.size <= len(payload) <= _CODE.size + _MAX_REASON:
        raise FrameError("a close message of the wrong size")
    (code,) = _CODE.unpack_from(payload)
    return code, payload[_CODE.size :].decode("utf-8", "replace")


class MessageReader:
    """Cuts a body into messages; holds one unfinished message of at most `largest` bytes."""

    __slots__ = ("_held", "_largest")

    def __init__(self, largest: int = MAX_MESSAGE) -> None:
        self._held = bytearray()
        self._largest = largest

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield (kind, payload) for every message completed by `data`; raises FrameError."""
        held = self._held
        held += data
        start = 0
        while len(held) - start >= _HEADER.size:
            kind, length = _HEADER.unpack_from(held, start)
            if not TEXT <= kind <= CLOSE:
                raise FrameError("a message of an unknown kind")
            if length > self._largest:
                raise FrameError(f"a message of {length} bytes; {self._largest} are allowed")
            stop = start + _HEADER.size + length
            if stop > len(held):
                break
            yield kind, bytes(memoryview(held)[start + _HEADER.size : stop])
            start = stop
        del held[:start]
