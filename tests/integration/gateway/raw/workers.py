"""Workers that lie: what strangers' code says is checked, and costs only its own Api."""

from __future__ import annotations

from apibuilder.backends.fork.frames import (
    BODY,
    CANCEL,
    CREDIT,
    GOAWAY,
    HEADER,
    MAX_CHUNK,
    MAX_FRAME,
    REQUEST,
    RESPONSE,
    Reason,
    cancel_frame,
    credit_frame,
    frame,
)
from tests.integration.gateway.raw.case import Case, head
from tests.integration.gateway.raw.peer import NAP, Script, response

SCRIPTS: dict[str, Script] = {}
CASES: list[Case] = []


def case(
    name: str,
    script: Script,
    *,
    status: int = 502,
    closed: bool = False,
    has: tuple[bytes, ...] = (),
    lacks: tuple[bytes, ...] = (),
    method: bytes = b"GET",
) -> None:
    path = f"/lie/{len(CASES)}"
    SCRIPTS[path] = script
    sent = head(b"/demo" + path.encode(), method=method)
    CASES.append(Case(name, sent, status, closed, 1, has, lacks))


def header(title: str, name: bytes, value: bytes, **more: object) -> None:
    """A response with one header."""
    case(title, lambda s, _: response(s, (name, value), body=b"ok"), **more)  # pyright: ignore[reportArgumentType]


SERVED = {"status": 200, "has": (b"ok",)}

# Names and values
header("a line end in a value", b"x-a", b"b\r\nset-cookie: c=d", lacks=(b"set-cookie",))
header("a bare LF in a value", b"x-a", b"b\nx-c: d", lacks=(b"x-c",))
header("a bare CR in a value", b"x-a", b"b\rx-c: d", lacks=(b"x-c",))
header("a NUL in a value", b"x-a", b"b\x00c")
header("a control byte in a value", b"x-a", b"b\x1bc")
header("a DEL in a value", b"x-a", b"b\x7fc")
header(
    "a response inside a value", b"x-a", b"b\r\n\r\nHTTP/1.1 200 OK\r\n\r\nevil", lacks=(b"evil",)
)
header("a line end in a name", b"x-a: b\r\nx-c", b"d", lacks=(b"x-c",))
header("a colon in a name", b"x-a:", b"b")
header("a space in a name", b"x a", b"b")
header("an empty name", b"", b"b")
header("a byte above ASCII in a name", b"x-\xe9", b"b")
header("a name of 300 bytes", b"x" * 300, b"b")
header("a value of 70 KB", b"x-a", b"b" * 70_000)
header("bytes above ASCII in a value", b"x-a", b"\xe9", **SERVED)
case("257 headers", lambda s, _: frame(RESPONSE, s, _packed_head(257), end=True), closed=False)

# Headers that are not a worker's to send
for name, value in (
    (b"Service-Worker-Allowed", b"/"),
    (b"Clear-Site-Data", b'"*"'),
    (b"Alt-Svc", b'h2="evil.example:443"'),
    (b"Strict-Transport-Security", b"max-age=99999999"),
    (b"RateLimit-Policy", b'"evil";q=1'),
    (b"X-ApiBuilder-Evil", b"evil"),
    (b"X-Request-ID", b"evil-request-id"),
    (b"Date", b"evil"),
    (b"Upgrade", b"evil"),
    (b"Keep-Alive", b"timeout=evil"),
    (b"Proxy-Authenticate", b"evil"),
    (b"Trailer", b"evil"),
    (b"TE", b"evil"),
    (b"Proxy-Connection", b"evil"),
):
    header(
        f"{name.decode()}",
        name,
        value,
        **SERVED,
        lacks=(b"evil", b"\r\n" + name.lower() + b": " + value.lower()),
    )
header(
    "Transfer-Encoding: chunked",
    b"Transfer-Encoding",
    b"chunked",
    **SERVED,
    lacks=(b"transfer-encoding",),
)
header("Connection: close", b"Connection", b"close", **SERVED, lacks=(b"connection: close",))
case(
    "headers named by Connection",
    lambda s, _: response(s, (b"connection", b"x-a"), (b"x-a", b"evil"), body=b"ok"),
    **SERVED,
    lacks=(b"evil",),
)
case(
    "Connection naming Content-Length away",
    lambda s, _: response(s, (b"connection", b"content-length"), body=b"ok"),
    **SERVED,
)
header(
    "Set-Cookie with a Domain",
    b"set-cookie",
    b"a=b; Domain=example; Path=/",
    status=200,
    has=(b"set-cookie: a=b; path=/",),
    lacks=(b"domain",),
)
header(
    "Set-Cookie with a Domain in capitals",
    b"Set-Cookie",
    b"a=b;DOMAIN = .example ;Secure",
    status=200,
    has=(b"set-cookie: a=b;secure",),
    lacks=(b"domain",),
)
header(
    "Set-Cookie with two Domains",
    b"set-cookie",
    b"a=b; domain=x; domain=y",
    status=200,
    lacks=(b"domain",),
)
header(
    "Set-Cookie with an empty Domain", b"set-cookie", b"a=b; domain", status=200, lacks=(b"domain",)
)
header("Set-Cookie with a line end", b"set-cookie", b"a=b\r\nx-c: d", lacks=(b"x-c",))

# Lengths
header(
    "a Content-Length that is too long", b"content-length", b"99", lacks=(b"content-length: 99",)
)
header(
    "a Content-Length that is too short", b"content-length", b"1", lacks=(b"content-length: 1\r",)
)
header("a Content-Length that is no number", b"content-length", b"two")
header("a negative Content-Length", b"content-length", b"-1")
header("a Content-Length with a sign", b"content-length", b"+2")
header("a Content-Length beyond 64 bits", b"content-length", b"9" * 30)
header("a right Content-Length", b"Content-Length", b"2", **SERVED)
case(
    "two Content-Lengths",
    lambda s, _: response(s, (b"content-length", b"2"), (b"content-length", b"3"), body=b"ok"),
)
case(
    "two equal Content-Lengths",
    lambda s, _: response(s, (b"content-length", b"2"), (b"content-length", b"2"), body=b"ok"),
    **SERVED,
)
case(
    "less than it announced, in pieces",
    lambda s, _: (
        response(s, (b"content-length", b"9"), end=False) + NAP + frame(BODY, s, b"some", end=True)
    ),
    status=200,
    closed=True,
    lacks=(b"\r\n0\r\n",),
)
case(
    "more than it announced, in pieces",
    lambda s, _: (
        response(s, (b"content-length", b"2"), end=False)
        + NAP
        + frame(BODY, s, b"more evil", end=True)
    ),
    status=200,
    closed=True,
    lacks=(b"evil",),
)
case(
    "a 204 with a body",
    lambda s, _: response(s, status=204, body=b"evil"),
    status=204,
    lacks=(b"evil", b"content-length"),
)
case(
    "a 304 with a body",
    lambda s, _: response(s, status=304, body=b"evil"),
    status=304,
    lacks=(b"evil",),
)
case(
    "a HEAD with a body",
    lambda s, _: response(s, body=b"evil"),
    status=200,
    method=b"HEAD",
    lacks=(b"evil",),
)

# Statuses
for number in (0, 99, 100, 101, 103, 199, 600, 999, 65536, -1):
    case(f"status {number}", lambda s, _, number=number: response(s, status=number, body=b"ok"))
case("a 100 before the answer", lambda s, _: response(s, status=100) + response(s, body=b"ok"))
case("a flood of 103", lambda s, _: response(s, status=103, end=False) * 1000)

# Frames out of turn
case("a body before its head", lambda s, _: frame(BODY, s, b"evil"), lacks=(b"evil",))
case(
    "two heads",
    lambda s, _: response(s, end=False) + response(s, body=b"evil"),
    status=200,
    closed=True,
)
case(
    "two heads, the first one awaited",
    lambda s, _: response(s, body=b"ok", end=False) + NAP + NAP + response(s, body=b"evil"),
    status=200,
    closed=True,
    lacks=(b"evil",),
)
case("a frame of a stream that is not open", lambda s, _: frame(BODY, s + 7, b"evil", end=True))
case("a REQUEST", lambda s, _: frame(REQUEST, s, b"evil"))
case("a GOAWAY with a payload", lambda s, _: frame(GOAWAY, 0, b"evil"))
case("a frame that is too large", lambda s, _: HEADER.pack(MAX_FRAME + 1, s, RESPONSE, 0))
case(
    "a piece that is too large",
    lambda s, _: response(s, end=False) + NAP + frame(BODY, s, bytes(MAX_CHUNK + 1), end=True),
    status=200,
    closed=True,
)
case("an unknown frame", lambda s, _: HEADER.pack(0, s, 99, 0))
case("unknown flags", lambda s, _: HEADER.pack(0, s, BODY, 0xFE))
case("a head that is no msgpack", lambda s, _: frame(RESPONSE, s, b"\xc1evil", end=True))
case("a head of other types", lambda s, _: frame(RESPONSE, s, b"\x93\xa1a\xa1b\xa1c", end=True))
case("credit for a complete request", lambda s, _: credit_frame(s, 1000))
case("credit of the wrong size", lambda s, _: frame(CREDIT, s, b"1"))
case("an unknown reason", lambda s, _: frame(CANCEL, s, b"\xff"))
case("it gives up before its head", lambda s, _: cancel_frame(s, Reason.APP_ERROR))
case(
    "it gives up behind its head",
    lambda s, _: response(s, body=b"ok", end=False) + NAP + cancel_frame(s, Reason.APP_ERROR),
    status=200,
    closed=True,
)
case(
    "a refusal behind its head",
    lambda s, _: response(s, body=b"ok", end=False) + NAP + cancel_frame(s, Reason.REFUSED),
    status=200,
    closed=True,
)
case(
    "more than its credit",
    lambda s, _: response(s, end=False) + frame(BODY, s, bytes(MAX_CHUNK)) * 40,
    status=200,
    closed=True,
)


def _packed_head(headers: int) -> bytes:
    """A head with more headers than `head_frame` would write."""
    pairs = b"\x92\xc4\x01a\xc4\x01b" * headers
    return b"\x93\xcc\xc8\xdc" + headers.to_bytes(2, "big") + pairs + b"\xc4\x00"
