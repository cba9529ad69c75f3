"""Who calls: from the key in the request to a Principal."""

from __future__ import annotations

import hashlib
import time

from apibuilder.errors import InvalidKey, MissingKey
from apibuilder.gateway.table import LiveRoute, Principal, Table


def authenticate(
    table: Table, live: LiveRoute | None, key: bytes | None
) -> tuple[LiveRoute, Principal]:
    """The Route and the Principal that may call it. Raises MissingKey or InvalidKey.

    An unknown Api, another Api's key and a wrong, revoked or expired key cost the same and are
    answered alike, so that nobody learns from the answer which Apis or keys there are.
    """
    if key is None:
        raise MissingKey
    principal = table.principal(hashlib.sha256(key).digest())
    if (
        principal is None
        or live is None
        or principal.policy.api != live.api
        or principal.expires_at <= time.time()
    ):
        raise InvalidKey
    return live, principal
