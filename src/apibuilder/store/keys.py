"""Keys of callers: how one is made, recognised and stored (as a hash only).

`ak_live_` + 32 random base62 characters (190 bits) + the CRC-32 of all before it as 6 more. The
checksum lets secret scanners and gateways tell a key from a typing error without a database.
"""

from __future__ import annotations

import hashlib
import secrets
import string
import zlib
from dataclasses import dataclass, field

PREFIX = "ak_live_"
_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM, _CHECKSUM = 32, 6
_VISIBLE = len(PREFIX) + 4


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key in the one moment that it exists in clear."""

    clear: str = field(repr=False)  # so that no log line can hold it by accident
    hash: bytes  # what is stored
    start: str  # what its owner recognises it by


def new_key() -> NewKey:
    """Draw one."""
    body = PREFIX + "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM))
    clear = body + _checksum(body)
    return NewKey(clear, hash_key(clear), clear[:_VISIBLE])


def hash_key(clear: str) -> bytes:
    """SHA-256. Fast on purpose: 190 random bits cannot be guessed, so nothing need be slow."""
    return hashlib.sha256(clear.encode()).digest()


def is_key(text: str) -> bool:
    """Whether prefix, length and checksum are right; says nothing of who holds it."""
    body, checksum = text[:-_CHECKSUM], text[-_CHECKSUM:]
    return (
        text.startswith(PREFIX)
        and len(text) == len(PREFIX) + _RANDOM + _CHECKSUM
        and _checksum(body) == checksum
    )


def _checksum(body: str) -> str:
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(_CHECKSUM):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
