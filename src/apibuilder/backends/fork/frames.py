"""The wire between gateway and worker, and between supervisor and worker.

Imports only the standard library and msgspec: this module is loaded on both sides of the sandbox.

Data link (gateway -> worker, Unix stream socket). Many streams share one link. A frame is

    u32 payload length | u32 stream id | u8 type | u8 flags | payload        (little endian)

    REQUEST   gateway -> worker   RequestHead, with the first piece of the body inline
    RESPONSE  worker -> gateway   ResponseHead, with the first piece of the body inline
    BODY      both ways           raw bytes of a body, at most MAX_CHUNK
    CREDIT    both ways           u32: that many more body bytes of this stream may be sent
    CANCEL    both ways           u8: a Reason; the stream is over
    GOAWAY    worker -> gateway   stream id 0: send no new requests here

The gateway numbers its streams 1, 2, 3... on each link. END in flags means that the sender's body
is complete. The worker ends every stream with exactly one last frame: END or CANCEL; it answers a
CANCEL with a CANCEL unless it had ended the stream before, so the gateway knows which late frames
to expect and takes any other for a breach. The worker ignores frames of streams it has ended.

A sender may have WINDOW body bytes of a stream outstanding (inline ones count); the receiver
grants more as it hands bytes on, so a slow reader stalls its own stream only. A request that
reaches a worker after its GOAWAY, or above its stream limit, is answered CANCEL(REFUSED): no user
code has seen it, so it may be sent elsewhere. A gateway closes a link that said GOAWAY as soon as
nothing is in flight on it, and a draining worker waits for that, so that no request is lost.

A WebSocket is a stream too: its REQUEST, without END, has the scheme `ws` or `wss`, and a RESPONSE
with status 101 and without END accepts it. From then on both bodies are messages (messages.py) and
end with a CLOSE message. Any other RESPONSE refuses the handshake. A draining worker ends its
WebSockets at once with CANCEL(DRAINED).

Control channel (supervisor <-> worker, Unix stream socketpair): u32 length, then one tagged
msgpack message of `ToWorker` or `FromWorker`.

Either side treats the other as untrusted in size: MAX_FRAME, MAX_CONTROL and typed decoding bound
what a peer can make it hold. A FrameError ends the link.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import Annotated

import msgspec

MAX_CHUNK = 64 * 1024
MAX_HEAD = 128 * 1024  # a head without its inline body
MAX_HEADERS = 256
MAX_FRAME = MAX_HEAD + MAX_CHUNK
OPEN_FILES = 1024  # that a worker may have
TMP_MB = 16  # that a worker's own /tmp holds
MAX_CONTROL = 4 * 1024 * 1024
WINDOW = 256 * 1024

HEADER = struct.Struct("<IIBB")
_LENGTH = struct.Struct("<I")

REQUEST, RESPONSE, BODY, CREDIT, CANCEL, GOAWAY = range(1, 7)
END = 0x01


class Reason(IntEnum):
    """Why a stream was cancelled."""

    CALLER_LEFT = 1
    DEADLINE = 2
    REFUSED = 3  # never started: safe to send elsewhere
    APP_ERROR = 4  # user code raised after its response had begun
    PROTOCOL = 5
    TOO_LARGE = 6
    DRAINED = 7  # the worker's grace time was over before the app had answered
    # The app gave up on what the kernel refused it, because of a limit (refusals.py):
    FILES = 8
    FILE_SIZE = 9
    SPACE = 10
    THREADS = 11
    MEMORY = 12


class FrameError(Exception):
    """The peer broke the protocol."""


class HeadTooLarge(ValueError):
    """A head has more than MAX_HEADERS fields, or is longer than MAX_HEAD bytes."""


Headers = Annotated[list[tuple[bytes, bytes]], msgspec.Meta(max_length=MAX_HEADERS)]


class RequestHead(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """An HTTP request as the gateway understood it. Text fields are what ASGI's scope wants."""

    method: str
    path: str  # percent-decoded, below the Api's root
    raw_path: bytes  # as the caller sent it, also below the Api's root
    query_string: bytes
    root_path: str  # how the caller addressed the Api: "/<slug or id>"
    scheme: str
    http_version: str
    headers: Headers  # lower-case names
    client: tuple[str, int]
    server: tuple[str, int]
    request_id: str
    body: bytes = b""


class ResponseHead(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A response as user code made it; the gateway checks every field before it trusts one."""

    status: int
    headers: Headers
    body: bytes = b""


_encode = msgspec.msgpack.Encoder().encode
decode_request = msgspec.msgpack.Decoder(RequestHead).decode
decode_response = msgspec.msgpack.Decoder(ResponseHead).decode


def body_header(stream: int, length: int, *, end: bool) -> bytes:
    """What goes before `length` bytes of a body."""
    return HEADER.pack(length, stream, BODY, END if end else 0)


def frame(kind: int, stream: int, payload: bytes | memoryview = b"", *, end: bool = False) -> bytes:
    """One frame, ready to be written."""
    return HEADER.pack(len(payload), stream, kind, END if end else 0) + payload


def head_frame(stream: int, head: RequestHead | ResponseHead, *, end: bool) -> bytes:
    """A REQUEST or RESPONSE frame; raises HeadTooLarge."""
    kind = REQUEST if isinstance(head, RequestHead) else RESPONSE
    payload = _encode(head)
    if len(payload) - len(head.body) > MAX_HEAD:
        raise HeadTooLarge(f"headers take more than {MAX_HEAD} bytes")
    if len(head.headers) > MAX_HEADERS:
        raise HeadTooLarge(f"{len(head.headers)} headers are more than {MAX_HEADERS}")
    return HEADER.pack(len(payload), stream, kind, END if end else 0) + payload


def credit_frame(stream: int, count: int) -> bytes:
    """Allow the peer `count` more body bytes of this stream."""
    return frame(CREDIT, stream, _LENGTH.pack(count))


def cancel_frame(stream: int, reason: Reason) -> bytes:
    """End a stream."""
    return frame(CANCEL, stream, bytes((reason,)))


def credit_of(payload: bytes) -> int:
    """The count in a CREDIT frame's payload."""
    if len(payload) != _LENGTH.size:
        raise FrameError("credit of the wrong size")
    return _LENGTH.unpack(payload)[0]


def reason_of(payload: bytes) -> Reason:
    """The reason in a CANCEL frame's payload."""
    try:
        (value,) = payload
        return Reason(value)
    except ValueError:
        raise FrameError("cancel with an unknown reason") from None


class FrameReader:
    """Cuts a byte stream into frames. Of a frame that arrives whole, only the payload is copied."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held = bytearray()  # the beginning of a frame that has not wholly arrived

    def feed(self, data: bytes) -> Iterator[tuple[int, int, bool, bytes]]:
        """Yield (type, stream, end, payload) for every frame completed by `data`."""
        size, start = len(data), 0
        if self._held:
            start = self._fill(data, HEADER.size, 0)
            if len(self._held) < HEADER.size:
                return
            length, stream, kind, end = _opened(self._held, 0)
            start = self._fill(data, HEADER.size + length, start)
            if len(self._held) < HEADER.size + length:
                return
            payload = bytes(memoryview(self._held)[HEADER.size :])
            self._held.clear()
            yield kind, stream, end, payload
        while size - start >= HEADER.size:
            length, stream, kind, end = _opened(data, start)
            stop = start + HEADER.size + length
            if stop > size:
                break
            yield kind, stream, end, data[start + HEADER.size : stop]
            start = stop
        if start < size:
            self._held += memoryview(data)[start:]

    def _fill(self, data: bytes, wanted: int, start: int) -> int:
        """Hold `wanted` bytes, or what there is; answers where in `data` the rest begins."""
        missing = max(0, wanted - len(self._held))
        self._held += memoryview(data)[start : start + missing]
        return min(start + missing, len(data))


def _opened(source: bytes | bytearray, start: int) -> tuple[int, int, int, bool]:
    """(length, stream, type, end) of the frame that begins there; raises FrameError."""
    length, stream, kind, flags = HEADER.unpack_from(source, start)
    if length > MAX_FRAME or not REQUEST <= kind <= GOAWAY or flags > END:
        raise FrameError("a frame with a bad header")
    return length, stream, kind, flags == END


_HARMLESS = "\t\u00a0\u200d\u202f"  # tab, spaces, and what joins emoji


def printable(text: str) -> str:
    """`text` with control characters written out: it may end up in somebody's terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in _HARMLESS else repr(c)[1:-1] for c in text)


# --- control channel ----------------------------------------------------------


class Boot(msgspec.Struct, tag="boot", frozen=True):
    """First message to a worker: what to run."""

    source: str
    env: dict[str, str]
    data_dir: str
    revision: int
    max_streams: int
    packages: str = ""  # folder of those that it asked for beside the runtime's
    verify: bool = True  # build the OpenAPI document and probe; False where that was done before


class Drain(msgspec.Struct, tag="drain", frozen=True):
    """Send GOAWAY on every link, finish what is in flight within the grace time, then exit."""

    grace_seconds: float


class Ping(msgspec.Struct, tag="ping", frozen=True):
    """Answer with a Beat."""


class Ready(msgspec.Struct, tag="ready", frozen=True):
    """Imported, lifespan started; if Boot asked to verify, OpenAPI built and probe answered."""

    openapi: bytes  # JSON, `{}` if it was not built
    import_seconds: float
    lifespan_seconds: float
    probe_seconds: float
    cors: bool = False  # whether the app answers preflights


class Failed(msgspec.Struct, tag="failed", frozen=True):
    """Could not start; the worker exits after this."""

    code: str
    detail: str
    file: str | None = None
    line: int | None = None


class Log(msgspec.Struct, tag="log", frozen=True):
    """One line that user code printed or logged."""

    stream: str
    level: str
    message: str
    request_id: str | None = None


class Beat(msgspec.Struct, tag="beat", frozen=True):
    """Still answering. `served` and `dropped_logs` (over the log rate) count since the start.

    `overdue` is for how many seconds a call has gone on that was cancelled at its deadline: a
    thread cannot be stopped. `overdue_request` names it.
    """

    served: int
    in_flight: int
    dropped_logs: int
    overdue: float = 0.0
    overdue_request: str = ""


ToWorker = Boot | Drain | Ping
FromWorker = Ready | Failed | Log | Beat

_decode_to_worker = msgspec.msgpack.Decoder(ToWorker).decode
_decode_from_worker = msgspec.msgpack.Decoder(FromWorker).decode


def control(message: ToWorker | FromWorker) -> bytes:
    """A control message, ready to be written."""
    payload = _encode(message)
    return _LENGTH.pack(len(payload)) + payload


class ControlReader:
    """Cuts a byte stream into control messages of one direction."""

    __slots__ = ("_buffer", "_decode")

    def __init__(self, *, from_worker: bool) -> None:
        self._buffer = bytearray()
        self._decode = _decode_from_worker if from_worker else _decode_to_worker

    def feed(self, data: bytes) -> Iterator[ToWorker | FromWorker]:
        """Yield every message completed by `data`; a malformed one is a FrameError."""
        buffer = self._buffer
        buffer += data
        while len(buffer) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(buffer)
            if length > MAX_CONTROL:
                raise FrameError("a control message that is too long")
            stop = _LENGTH.size + length
            if len(buffer) < stop:
                return
            payload = bytes(memoryview(buffer)[_LENGTH.size : stop])
            del buffer[:stop]
            try:
                yield self._decode(payload)
            except msgspec.DecodeError as error:
                raise FrameError(f"a malformed control message: {error}") from None
