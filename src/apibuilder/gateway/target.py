"""What a request is aimed at: the path's checks, and its split into an Api's name and the rest.

Every form that two parsers could read differently is refused, because behind the gateway stands
somebody's framework with an opinion of its own.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from apibuilder.errors import BadRequest

# Visible ASCII without the backslash; the first segment, and the rest with its slash.
_PLAIN = re.compile(rb"/([!-.0-\[\]-~]*)(/[!-\[\]-~]*)?").fullmatch
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})").search
_UNSAFE = re.compile(rb"[\x00-\x1f\x7f\\]").search
_HOST = re.compile(
    rb"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,253})|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?"
).fullmatch
_MAX_KEPT = 256  # bytes of a path whose split is kept
_DECODINGS = 3  # "%252e%252e" is still dots to whoever decodes twice


class Target(NamedTuple):
    """A path, split after its first segment."""

    name: str  # an Api's id or slug, unchecked
    raw_path: bytes  # below the Api, as the caller sent it
    path: str  # the same, percent-decoded


def split(raw_path: bytes, path: str) -> Target:
    """Check a path and split it; `path` is `raw_path` decoded. Raises BadRequest."""
    if len(raw_path) > _MAX_KEPT:
        return _split(raw_path, path)
    return _split_once(raw_path, path)


def _split(raw_path: bytes, path: str) -> Target:
    plain = _PLAIN(raw_path)
    if plain is None:
        raise BadRequest("The path may hold visible ASCII only, and no backslash.")
    name, rest = plain.groups()
    if b"%" in raw_path or b".." in raw_path:
        _check_escapes(raw_path)
        if (
            b"%" in name
        ):  # names are plain, so this is nobody's: what it decodes to is not looked up
            return Target("", rest or b"/", "/")
    if rest is None:  # "/name": the Api's own root
        return Target(name.decode(), b"/", "/")
    return Target(name.decode(), rest, path[len(name) + 1 :])


_split_once = lru_cache(maxsize=4096)(_split)  # a busy Api has few paths, each of them asked often


def _check_escapes(raw_path: bytes) -> None:
    if _BAD_ESCAPE(raw_path):
        raise BadRequest("The path holds a `%` that is not followed by two hexadecimal digits.")
    decoded = raw_path
    for turn in range(_DECODINGS):
        before, decoded = decoded, unquote_to_bytes(decoded)
        if turn == 0 and not _is_utf8(decoded):
            raise BadRequest("The path is not UTF-8.")
        if _UNSAFE(decoded):
            raise BadRequest("The path may not hold control bytes or a backslash, even encoded.")
        if b".." in decoded.split(b"/"):
            raise BadRequest("The path may not hold `..` segments, in any encoding.")
        if decoded == before:
            return


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


@lru_cache(maxsize=1024)
def is_host(value: bytes) -> bool:
    """Whether a Host header's value is well-formed."""
    return _HOST(value) is not None
