"""Calls that the api-gateway function has let through: its signature instead of a key in clear.

    X-ApiBuilder-Edge: v1 t=<seconds> n=<nonce> k=<SHA-256 of the key> s=<HMAC-SHA-256>

The HMAC covers version, method, target (path and query as sent), k, t and n, each on a line. The
body is not covered: it is streamed, and the hop is TLS or this machine. A signature holds for
WINDOW_SECONDS and for one request; the key behind it is looked up, limited and metered as any.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections import deque

from starlette.types import Scope

from apibuilder.errors import InvalidKey

WINDOW_SECONDS = 30.0
_HEADER = re.compile(
    rb"v1 t=([0-9]{1,12}) n=([0-9a-f]{32}) k=([0-9a-f]{64}) s=([0-9a-f]{64})"
).fullmatch


class EdgeSignatures:
    """Checks them. Nonces are remembered by this process, for as long as they could be repeated."""

    def __init__(self, secret: str | None) -> None:
        """Without a secret nothing is signed, so every signature is a forgery."""
        self._secret = None if secret is None else secret.encode()
        self._seen: set[bytes] = set()
        self._order: deque[tuple[float, bytes]] = deque()

    def key_hash(self, scope: Scope, header: bytes) -> bytes:
        """Of the key that called the function. Raises InvalidKey."""
        found = _HEADER(header)
        if found is None or self._secret is None:
            raise InvalidKey
        stamp, nonce, key, given = found.groups()
        target: bytes = scope["raw_path"]
        if scope["query_string"]:
            target = target + b"?" + scope["query_string"]
        method = scope.get("method", "GET")  # that of a WebSocket's handshake
        lines = (b"v1", method.encode(), target, key, stamp, nonce)
        expected = hmac.new(self._secret, b"\n".join(lines), hashlib.sha256).hexdigest()
        now = time.time()
        if (
            not hmac.compare_digest(expected.encode(), given)
            or abs(now - int(stamp)) > WINDOW_SECONDS
            or not self._first(nonce, now)
        ):
            raise InvalidKey
        return bytes.fromhex(key.decode())

    def _first(self, nonce: bytes, now: float) -> bool:
        while self._order and self._order[0][0] < now:
            self._seen.discard(self._order.popleft()[1])
        if nonce in self._seen:
            return False
        self._seen.add(nonce)
        # Its time may lie ahead by a window, and it holds for one after that.
        self._order.append((now + 2 * WINDOW_SECONDS, nonce))
        return True
