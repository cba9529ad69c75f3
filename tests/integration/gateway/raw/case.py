"""One case, and short ways to write a request. `KEY` stands for a valid key of the Api."""

from __future__ import annotations

from dataclasses import dataclass

KEY = b"<KEY>"
OTHER_KEY = b"<OTHER-KEY>"  # of another Api
HOST = b"api.example"


@dataclass(frozen=True)
class Case:
    """What is sent and what must come back."""

    name: str
    sent: bytes
    status: int | None = 400  # None: closed without an answer
    closed: bool = True  # else the same connection serves another call
    reached: int = 0  # requests that user code sees
    has: tuple[bytes, ...] = ()  # what the answer holds, headers in lower case
    lacks: tuple[bytes, ...] = ()  # what it does not hold
    answers: int = 1  # how many come for what was sent; `status` is the last one's


def ok(name: str, sent: bytes, **more: object) -> Case:
    """One that is served, and after which the connection serves on."""
    return Case(name, sent, **{"status": 200, "closed": False, "reached": 1, **more})  # pyright: ignore[reportArgumentType]


def head(
    target: bytes = b"/demo/echo",
    *headers: bytes,
    method: bytes = b"GET",
    host: bytes | None = HOST,
    key: bytes | None = KEY,
    version: bytes = b"HTTP/1.1",
) -> bytes:
    """A head, with a Host and a key unless these are None."""
    lines = [b"%b %b %b" % (method, target, version)]
    if host is not None:
        lines.append(b"Host: " + host)
    if key is not None:
        lines.append(b"X-API-Key: " + key)
    return b"\r\n".join([*lines, *headers, b"", b""])


def post(*headers: bytes, body: bytes = b"") -> bytes:
    """A POST with these headers about its body."""
    return head(b"/demo/echo", *headers, method=b"POST") + body


def chunked(body: bytes, *headers: bytes) -> bytes:
    """A POST whose body is already cut into chunks."""
    return post(b"Transfer-Encoding: chunked", *headers, body=body)
