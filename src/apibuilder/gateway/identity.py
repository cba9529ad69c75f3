"""Identities of calls: UUIDs of version 7, so that rows of the ledger arrive in index order."""

from __future__ import annotations

import random

_random = random.SystemRandom().getrandbits
_draw = random.Random(_random(256)).getrandbits  # noqa: S311 (unique, and no secret)


def new_identity(now_ns: int) -> bytes:
    """16 bytes. Their hexadecimal form is the request id, which finds the call in the ledger."""
    milliseconds = now_ns // 1_000_000
    noise = _draw(74)
    value = milliseconds << 80 | 0x7000 << 64 | (noise >> 62) << 64 | 0b10 << 62 | noise & _LOW_62
    return value.to_bytes(16, "big")


_LOW_62 = (1 << 62) - 1
