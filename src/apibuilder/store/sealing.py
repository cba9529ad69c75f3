"""Secrets sealed at rest: AES-256-GCM under a key that is not in the database.

Each value is bound to the Api and the name it belongs to, so that a row that is moved does not
open. A key ring has one key that seals and any number that only open: that is how keys are changed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from apibuilder.errors import Invalid, SecretUnreadable

_KEY_BYTES, _NONCE_BYTES = 32, 12


@dataclass(frozen=True, slots=True)
class Sealed:
    """What is stored: useless without the key."""

    key_id: str
    data: bytes


class Sealer:
    """A key ring. Its keys are in this process's memory and nowhere else."""

    def __init__(self, keys: list[bytes]) -> None:
        """The first one seals; all of them open."""
        self._keys = {_key_id(key): AESGCM(key) for key in keys}
        self.key_id = _key_id(keys[0])

    @classmethod
    def load(cls, given: str | None, path: Path) -> Self:
        """From the setting if there is one, else from the file, which is made if need be.

        Both hold keys in base64, in the setting separated by commas, in the file one a line.
        Raises Invalid, OSError.
        """
        words = given.split(",") if given else _read_or_make(path).split()
        return cls([_decode(word.strip()) for word in words])

    def seal(self, api_id: UUID, name: str, value: str) -> Sealed:
        """With a nonce of its own: sealing a value twice gives two different things."""
        nonce = os.urandom(_NONCE_BYTES)
        cipher = self._keys[self.key_id]
        sealed = cipher.encrypt(nonce, value.encode(), _place(api_id, name))
        return Sealed(self.key_id, nonce + sealed)

    def open(self, api_id: UUID, name: str, sealed: Sealed) -> str:
        """Raises SecretUnreadable when the key is not here, or what is stored was changed."""
        cipher = self._keys.get(sealed.key_id)
        if cipher is None:
            raise SecretUnreadable(
                f"The secret {name} was sealed with the key {sealed.key_id}, which this platform "
                "does not have. Bring that key back, or set the secret again."
            )
        nonce, data = sealed.data[:_NONCE_BYTES], sealed.data[_NONCE_BYTES:]
        try:
            return cipher.decrypt(nonce, data, _place(api_id, name)).decode()
        except (InvalidTag, ValueError):
            raise SecretUnreadable(
                f"What is stored of the secret {name} is damaged. Set the secret again."
            ) from None


def _place(api_id: UUID, name: str) -> bytes:
    return api_id.bytes + name.encode()


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"apibuilder secrets key id" + key).hexdigest()[:12]


def _decode(word: str) -> bytes:
    try:
        key = base64.b64decode(word, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != _KEY_BYTES:
        raise Invalid(f"A key that seals secrets is {_KEY_BYTES} bytes in base64.")
    return key


def _read_or_make(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600, exist_ok=False)  # nobody else can read it at any moment
    draft.write_text(base64.b64encode(os.urandom(_KEY_BYTES)).decode() + "\n")
    try:
        path.hardlink_to(draft)  # unlike a rename never replaces one that another process made
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text()
