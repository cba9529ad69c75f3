"""The hosts that an Api declares: `example.com`, `*.example.com`, either with `:port`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

MAX_HOSTS = 64
DEFAULT_PORTS = (80, 443)  # what a host without a port may be asked on

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}").fullmatch
_V6 = re.compile(r"\[([0-9a-f:.]{2,45})\]").fullmatch
_MAX_NAME = 253


@dataclass(frozen=True, slots=True)
class DeclaredHost:
    """One entry. `name` is lower-case; with `below` it stands for every name that ends in it."""

    name: str
    port: int | None
    below: bool

    def allows(self, name: str, port: int) -> bool:
        """Whether this entry covers a host, lower-case and without a final dot."""
        if port != self.port and not (self.port is None and port in DEFAULT_PORTS):
            return False
        return name.endswith("." + self.name) if self.below else name == self.name


def parse(text: str) -> DeclaredHost:
    """One entry of a declaration. Raises ValueError with what is wrong."""
    wanted = text.strip().lower()
    below = wanted.startswith("*.")
    name, port = split(wanted[2:] if below else wanted, None)
    if below and "." not in name:
        raise ValueError(f"{text!r} would allow every host that ends in .{name}")
    return DeclaredHost(name, port, below)


def parse_all(texts: Iterable[str]) -> list[DeclaredHost]:
    """A whole declaration. Raises ValueError."""
    found = [parse(text) for text in texts]
    if len(found) > MAX_HOSTS:
        raise ValueError(f"at most {MAX_HOSTS} hosts can be declared")
    return found


def split(authority: str, default_port: int | None) -> tuple[str, int | None]:
    """`host`, `host:port` or `[v6]:port` in its parts, lower-case. Raises ValueError."""
    name, colon, digits = authority.lower().rpartition(":")
    if not colon or digits.endswith("]"):
        name, digits = authority.lower(), ""
    if digits and not (digits.isascii() and digits.isdigit() and 0 < int(digits) < 65536):
        raise ValueError(f"{authority!r} has no valid port")
    if v6 := _V6(name):
        name = v6[1]
    else:
        name = name.removesuffix(".")
        if not _NAME(name) or len(name) > _MAX_NAME:
            raise ValueError(f"{authority!r} is no host name")
    return name, int(digits) if digits else default_port
