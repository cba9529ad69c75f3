"""Where a connection may go: to a declared host, at an address that is everybody's.

A name is resolved here, once, and the connection goes to the address that was checked, so a name
that changes its answer between check and use (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from apibuilder.backends.egress.hosts import DeclaredHost

RESOLVE_SECONDS = 5.0

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

# Addresses that carry another one, which may be private.
_NAT64 = IPv6Network("64:ff9b::/96")
_TUNNELS = (IPv6Network("2002::/16"), IPv6Network("2001::/32"), IPv6Network("64:ff9b:1::/48"))

# Protocol assignments (a cloud's metadata too) and 6to4 relays: Python calls parts of them global.
_SPECIAL = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))


class DeniedError(Exception):
    """The connection may not be made; the message says why and what is allowed."""


class Policy:
    """Decides about one connection after the other."""

    def __init__(
        self, resolve: Resolve | None = None, is_allowed: Callable[[str], bool] | None = None
    ) -> None:
        """`resolve` answers a name's addresses, raising OSError; both have sensible defaults."""
        self._resolve = resolve or _resolve
        self._is_allowed = is_allowed or is_everybodys

    async def address(self, hosts: Sequence[DeclaredHost], name: str, port: int) -> str:
        """The address to connect to. Raises DeniedError, or OSError for an unknown name."""
        if not any(host.allows(name, port) for host in hosts):
            raise DeniedError(
                f"{name}:{port} is not among the hosts that this API may reach "
                f"({', '.join(map(_written, hosts)) or 'none'}); declare it with --allow-host"
            )
        async with asyncio.timeout(RESOLVE_SECONDS):
            found = await self._resolve(name, port)
        for address in found:
            if self._is_allowed(address):
                return address
        raise DeniedError(
            f"{name} has no public address ({', '.join(found) or 'none at all'}); private, "
            "loopback, link-local and metadata addresses are never reached"
        )


def is_everybodys(text: str) -> bool:
    """Whether an address is public and not this machine's."""
    return is_public(text) and not is_own(text)


def is_public(text: str) -> bool:
    """Whether an address is one of the public Internet's."""
    address: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        if address.is_site_local or any(address in network for network in _TUNNELS):
            return False
        if address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        elif address in _NAT64:
            address = IPv4Address(int(address) & 0xFFFFFFFF)
    if isinstance(address, IPv4Address) and any(address in network for network in _SPECIAL):
        return False
    return address.is_global and not (
        address.is_multicast
        or address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_reserved
        or address.is_unspecified
    )


def is_own(text: str) -> bool:
    """Whether an address is this machine's: its public one leads to the platform's own ports."""
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((text, 9))  # sends nothing: it only chooses a route
        except OSError:
            return False
        return probe.getsockname()[0] == text


async def _resolve(name: str, port: int) -> Sequence[str]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def _written(host: DeclaredHost) -> str:
    port = "" if host.port is None else f":{host.port}"
    return f"{'*.' if host.below else ''}{host.name}{port}"
