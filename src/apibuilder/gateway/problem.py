"""Errors as problem+json (RFC 9457)."""

from __future__ import annotations

import msgspec

from apibuilder.errors import ApiBuilderError
from apibuilder.gateway.headers import Headers

_encode = msgspec.json.Encoder().encode
_UNAUTHORIZED = 401


def problem_body(error: ApiBuilderError, request_id: str) -> bytes:
    """The document."""
    return _encode(error.problem(request_id))


def problem_headers(error: ApiBuilderError, body: bytes) -> Headers:
    """Its headers, without the request id and the rate limit's."""
    headers: Headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
    ]
    if error.status == _UNAUTHORIZED:
        headers.append((b"www-authenticate", b'Bearer realm="apibuilder"'))
    headers += [(name.lower().encode(), value.encode()) for name, value in error.headers.items()]
    return headers
