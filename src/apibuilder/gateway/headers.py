"""Headers, both ways: what passes, what is the gateway's own, and what never passes."""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache

from apibuilder.errors import AmbiguousKey, BadRequest, InvalidResponse
from apibuilder.gateway.target import is_host

Headers = list[tuple[bytes, bytes]]

_MAX_RESPONSE_BYTES = 64 * 1024
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}").fullmatch
_FORBIDDEN_IN_VALUE = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]").search
_BEARER = re.compile(rb"bearer[ \t]+([^ \t].*)", re.IGNORECASE | re.DOTALL).fullmatch
_COOKIE_DOMAIN = re.compile(rb";[ \t]*domain[ \t]*(?:=[^;]*)?(?=;|$)", re.IGNORECASE)
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,128}").fullmatch

_HOP_BY_HOP = {
    b"connection",
    b"expect",
    b"http2-settings",
    b"keep-alive",
    b"proxy-authenticate",
    b"proxy-authorization",
    b"proxy-connection",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
}
_PLATFORM_PREFIX = b"x-apibuilder-"
_PROTECTED = {b"host", b"content-length"}  # a Connection header cannot name these away
_FORWARDED = {
    b"forwarded",
    b"x-forwarded-for",
    b"x-forwarded-host",
    b"x-forwarded-port",
    b"x-forwarded-prefix",
    b"x-forwarded-proto",
    b"x-real-ip",
    b"x-request-id",
}
_NEVER_FROM_WORKER = {
    b"alt-svc",
    b"clear-site-data",
    b"date",
    b"ratelimit",
    b"ratelimit-policy",
    b"service-worker-allowed",
    b"strict-transport-security",
    b"x-request-id",
}


class _Meaning(IntEnum):
    """What the gateway does with a header of a name."""

    PASS = 0
    DROP = 1
    HOST = 2
    AUTHORIZATION = 3
    API_KEY = 4
    CONTENT_LENGTH = 5
    TRANSFER_ENCODING = 6
    CONNECTION = 7
    FORWARDED = 8
    SET_COOKIE = 9
    INVALID = 10
    SUBPROTOCOLS = 11
    EDGE = 12
    ORIGIN = 13


_PASS, _DROP = _Meaning.PASS, _Meaning.DROP
_SPECIAL_IN_REQUEST = {
    b"host": _Meaning.HOST,
    b"authorization": _Meaning.AUTHORIZATION,
    b"x-api-key": _Meaning.API_KEY,
    b"content-length": _Meaning.CONTENT_LENGTH,
    b"transfer-encoding": _Meaning.TRANSFER_ENCODING,
    b"connection": _Meaning.CONNECTION,
    b"sec-websocket-protocol": _Meaning.SUBPROTOCOLS,
    b"x-apibuilder-edge": _Meaning.EDGE,
    b"origin": _Meaning.ORIGIN,
}
# A browser cannot send a header with a WebSocket, but it can name subprotocols: the first of these
# carries the key, the second is what the gateway picks when the Api picks none.
_KEY_SUBPROTOCOL = b"apibuilder.key."
OWN_SUBPROTOCOL = b"apibuilder"
_SPECIAL_IN_RESPONSE = {
    b"content-length": _Meaning.CONTENT_LENGTH,
    b"connection": _Meaning.CONNECTION,
    b"set-cookie": _Meaning.SET_COOKIE,
}


@lru_cache(maxsize=4096)
def _in_request(name: bytes) -> _Meaning:
    if name in _SPECIAL_IN_REQUEST:
        return _SPECIAL_IN_REQUEST[name]
    if name in _FORWARDED:
        return _Meaning.FORWARDED
    return _DROP if name in _HOP_BY_HOP or name.startswith(_PLATFORM_PREFIX) else _PASS


@lru_cache(maxsize=4096)
def _in_response(name: bytes) -> _Meaning:
    lower = name.lower()
    if not _TOKEN(name):
        return _Meaning.INVALID
    if lower in _SPECIAL_IN_RESPONSE:
        return _SPECIAL_IN_RESPONSE[lower]
    dropped = _HOP_BY_HOP | _NEVER_FROM_WORKER
    return _DROP if lower in dropped or lower.startswith(_PLATFORM_PREFIX) else _PASS


class RequestHeaders:
    """A request's headers, read once. Not changed after that: other requests may share them."""

    __slots__ = ("content_length", "edge", "forwarded", "has_body", "host", "key", "key_hash",
                 "origin", "own_subprotocol", "passed", "source", "subprotocols")  # fmt: skip

    def __init__(self, headers: Headers) -> None:
        """Raises BadRequest or AmbiguousKey."""
        self.source = headers
        self.key_hash: bytes | None = None  # of `key`, once somebody has asked for it
        self.passed: Headers = []
        self.forwarded: Headers = []  # what a proxy in front of the gateway may have said
        self.key: bytes | None = None
        self.edge: bytes | None = None  # what the api-gateway function says instead of a key
        self.host: bytes | None = None
        self.origin: bytes | None = None
        self.content_length = 0
        self.has_body = False
        self.subprotocols: list[bytes] = []  # that the Api may choose from
        self.own_subprotocol = False  # whether the caller offered the gateway's own
        named: set[bytes] | None = None
        for pair in headers:
            meaning = _in_request(pair[0])
            if meaning is _PASS:
                self.passed.append(pair)
            elif meaning is _Meaning.CONNECTION:
                named = _named(pair[1], named)
            elif meaning is not _DROP:
                self._special(meaning, pair)
        if named:
            self.passed = [pair for pair in self.passed if pair[0] not in named]
        if self.subprotocols:
            self.passed.append((b"sec-websocket-protocol", b", ".join(self.subprotocols)))

    def check_version(self, version: str) -> None:
        """What only some versions of HTTP have. Raises BadRequest."""
        if version == "1.1":
            if self.host is None:
                raise BadRequest("There must be one well-formed Host header.")
        elif version != "1.0":
            raise BadRequest("The versions of HTTP that are taken are 1.1 and 1.0.")
        elif self.has_body and not self.content_length:
            raise BadRequest("A body in chunks takes HTTP/1.1.")

    def _special(self, meaning: _Meaning, pair: tuple[bytes, bytes]) -> None:
        value = pair[1]
        if meaning is _Meaning.HOST:
            self._take_host(pair)
        elif meaning is _Meaning.API_KEY:
            self._take_key(value.strip())
        elif meaning is _Meaning.AUTHORIZATION:
            self._take_authorization(pair)
        elif meaning is _Meaning.CONTENT_LENGTH:
            self.content_length = int(value)  # the HTTP parser let digits through only
            self.has_body = self.content_length > 0
            self.passed.append(pair)
        elif meaning is _Meaning.TRANSFER_ENCODING:
            if value.lower() != b"chunked":
                raise BadRequest("The only transfer encoding that is taken is `chunked`.")
            self.has_body = True
        elif meaning is _Meaning.SUBPROTOCOLS:
            self._take_subprotocols(value)
        elif meaning is _Meaning.EDGE:
            self.edge = value
        elif meaning is _Meaning.ORIGIN:
            self.origin = value
            self.passed.append(pair)
        else:
            self.forwarded.append(pair)

    def _take_host(self, pair: tuple[bytes, bytes]) -> None:
        if self.host is not None or not is_host(pair[1]):
            raise BadRequest("There must be one well-formed Host header.")
        self.host = pair[1]
        self.passed.append(pair)

    def _take_authorization(self, pair: tuple[bytes, bytes]) -> None:
        bearer = _BEARER(pair[1])
        if bearer:
            self._take_key(bearer[1].strip())
        else:  # another scheme is between the caller and the Api
            self.passed.append(pair)

    def _take_subprotocols(self, value: bytes) -> None:
        for name in filter(None, (part.strip() for part in value.split(b","))):
            if name.startswith(_KEY_SUBPROTOCOL):
                self._take_key(name.removeprefix(_KEY_SUBPROTOCOL))
            elif name == OWN_SUBPROTOCOL:
                self.own_subprotocol = True
            else:
                self.subprotocols.append(name)

    def _take_key(self, key: bytes) -> None:
        if not key:
            return
        if self.key is not None and self.key != key:
            raise AmbiguousKey
        self.key = key


def _named(value: bytes, named: set[bytes] | None) -> set[bytes] | None:
    """The headers that a Connection header names as hop-by-hop."""
    if value in {b"keep-alive", b"close", b"Keep-Alive"}:
        return named
    names = {token.strip().lower() for token in value.split(b",")} - _PROTECTED
    return names | (named or set())


class ResponseHeaders:
    """A worker's response headers, checked: they come from strangers' code."""

    __slots__ = ("content_length", "passed")

    def __init__(self, headers: Headers) -> None:
        """Raises InvalidResponse."""
        self.passed: Headers = []
        self.content_length: int | None = None
        size = 0
        named: set[bytes] | None = None
        for name, value in headers:
            size += len(name) + len(value)
            if _FORBIDDEN_IN_VALUE(value):
                raise InvalidResponse("A response header's value holds a control character.")
            meaning = _in_response(name)
            if meaning is _PASS:
                self.passed.append((name, value))
            elif meaning is _Meaning.SET_COOKIE:
                self.passed.append((name, _COOKIE_DOMAIN.sub(b"", value)))
            elif meaning is _Meaning.CONTENT_LENGTH:
                self._take_length(value)
            elif meaning is _Meaning.CONNECTION:
                named = _named(value, named)
            elif meaning is _Meaning.INVALID:
                raise InvalidResponse("A response header's name is not a token.")
        if size > _MAX_RESPONSE_BYTES:
            raise InvalidResponse(
                f"The response headers take more than {_MAX_RESPONSE_BYTES} bytes."
            )
        if named:
            self.passed = [pair for pair in self.passed if pair[0].lower() not in named]

    def _take_length(self, value: bytes) -> None:
        if not value.isdigit() or len(value) > 18:
            raise InvalidResponse("The response's Content-Length is not a number.")
        length = int(value)
        if self.content_length is not None and self.content_length != length:
            raise InvalidResponse("The response has two Content-Lengths.")
        self.content_length = length


def is_request_id(value: bytes) -> bool:
    """Whether a request id is short and plain enough to be taken over from a trusted proxy."""
    return _REQUEST_ID(value) is not None
