"""The dashboard's pages may call every Api and read its answers: theirs is the platform's origin.

Their browser sends no cookie, so this lets nobody in: a key is needed as ever. What an Api says of
other origins, and to their preflights, is its own affair.
"""

from __future__ import annotations

from apibuilder.gateway.headers import Headers, RequestHeaders

NO_CONTENT = 204
_OWN = {
    b"access-control-allow-origin",
    b"access-control-allow-credentials",
    b"access-control-expose-headers",
}


def is_preflight(method: str, headers: RequestHeaders) -> bool:
    """As browsers ask before they send a key; `headers` are those of the dashboard."""
    return method == "OPTIONS" and headers.key is None and not headers.has_body


def preflight() -> Headers:
    """Whatever method and headers: it is the Api that decides about them."""
    return [
        (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
        (b"access-control-allow-headers", b"*, Authorization"),
        (b"access-control-max-age", b"600"),
        (b"content-length", b"0"),
    ]


def let_read(headers: Headers, origin: bytes) -> None:
    """Instead of what the Api says of origins, in place."""
    headers[:] = [pair for pair in headers if pair[0].lower() not in _OWN]
    headers += [
        (b"access-control-allow-origin", origin),
        (b"access-control-expose-headers", b"*"),
        (b"vary", b"Origin"),
    ]
