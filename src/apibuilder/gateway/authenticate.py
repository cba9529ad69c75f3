"""Who calls: from the key in the request to a Principal."""

from __future__ import annotations

import hashlib
import time

from starlette.types import Scope

from apibuilder.errors import AmbiguousKey, InvalidKey, MissingKey
from apibuilder.gateway.edge import EdgeSignatures
from apibuilder.gateway.headers import RequestHeaders
from apibuilder.gateway.table import LiveRoute, Principal, Table
from apibuilder.limits.base import Policy

_NOBODY = Principal(b"", float("inf"), Policy("nobody", (), (), 0), b"", reads_only=True)


def key_hash(scope: Scope, headers: RequestHeaders, edge: EdgeSignatures) -> bytes:
    """SHA-256 of the caller's key. Raises MissingKey, AmbiguousKey, InvalidKey (a signature)."""
    if headers.edge is not None:
        if headers.key is not None:
            raise AmbiguousKey
        return edge.key_hash(scope, headers.edge)
    if headers.key is None:
        raise MissingKey
    if headers.key_hash is None:
        headers.key_hash = hashlib.sha256(headers.key).digest()
    return headers.key_hash


def authenticate(
    table: Table, live: LiveRoute | None, digest: bytes
) -> tuple[LiveRoute, Principal]:
    """The Route and the Principal that may call it. Raises InvalidKey.

    An unknown Api, another Api's key and a wrong, revoked or expired key cost the same and are
    answered alike, so that nobody learns from the answer which Apis or keys there are.
    """
    principal = table.principal(digest) or _NOBODY
    api = "unknown" if live is None else live.api
    # Not `or`, which would leave out steps: all of them are taken, whatever is wrong.
    wrong = (principal.policy.api != api) | (principal.expires_at <= time.time())
    if live is None or wrong:
        raise InvalidKey
    return live, principal
