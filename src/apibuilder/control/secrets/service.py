"""Secrets of Apis: what their names and values may be, and who changes them."""

from __future__ import annotations

import re
from uuid import UUID

from apibuilder.control.authentication import Principal
from apibuilder.domain import Secret
from apibuilder.errors import Invalid
from apibuilder.store.base import SecretStore

MAX_VALUE_BYTES = 32 * 1024
_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
# What the platform sets, and what changes how an interpreter or a loader starts.
_RESERVED = re.compile(
    r"HOME|PATH|TMPDIR|DATA_DIR|USER|SHELL|LANG|TZ|(LD|LC|GLIBC|MALLOC)_.*|PYTHON.*"
)


class SecretService:
    """A value goes through here into the store; nothing brings it back."""

    def __init__(self, secrets: SecretStore) -> None:
        self._secrets = secrets

    async def set(self, principal: Principal, ref: str, name: str, value: str) -> Secret:
        """Raises NotFound, Invalid, TooManySecrets."""
        _check_name(name)
        _check_value(value)
        return await self._secrets.set(principal.user_id, ref, name, value)

    async def of_api(self, principal: Principal, ref: str) -> list[Secret]:
        """By name. Raises NotFound."""
        return await self._secrets.of_api(principal.user_id, ref)

    async def delete(self, principal: Principal, ref: str, name: str) -> UUID:
        """The Deployment that starts the Api without it. Raises NotFound."""
        return await self._secrets.delete(principal.user_id, ref, name)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise Invalid(
            "A secret's name is that of an environment variable: capital letters, digits and "
            "underscores, a letter first, at most 64."
        )
    if _RESERVED.fullmatch(name):
        raise Invalid(
            f"{name} is set by the platform or changes how Python starts; choose another."
        )


def _check_value(value: str) -> None:
    try:
        size = len(value.encode())
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can hold
        raise Invalid("A secret is text that can be written as UTF-8.") from None
    if "\0" in value:
        raise Invalid("A secret is text without the character NUL (U+0000).")
    if not 0 < size <= MAX_VALUE_BYTES:
        raise Invalid(f"A secret has 1 to {MAX_VALUE_BYTES} bytes; this one has {size}.")
