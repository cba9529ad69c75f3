"""Who the caller is: the peer, or what a trusted proxy in front of the gateway says of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import NamedTuple

from apibuilder.gateway.headers import Headers, is_request_id
from apibuilder.gateway.target import is_host


class Caller(NamedTuple):
    """The caller, and the headers that tell the Api of it."""

    address: tuple[str, int]
    scheme: str
    request_id: str | None  # a trusted proxy's, to be kept
    headers: Headers


class TrustedProxies:
    """The proxies whose forwarded headers are believed; anybody else's are replaced."""

    def __init__(self, addresses: str) -> None:
        """`addresses` is comma-separated: addresses or networks. Raises ValueError."""
        words = [word.strip() for word in addresses.split(",") if word.strip()]
        self._networks: list[IPv4Network | IPv6Network] = [
            ip_network(word, strict=False) for word in words
        ]
        self._trusts = lru_cache(maxsize=4096)(self._look_up)

    def _look_up(self, address: str) -> bool:
        try:
            ip = ip_address(address)
        except ValueError:
            return False
        return any(ip in network for network in self._networks)

    def caller(self, peer: tuple[str, int], scheme: str, forwarded: Headers) -> Caller:
        """The caller behind `peer`; `forwarded` is what the request itself claims."""
        if forwarded and self._networks and self._trusts(peer[0]):
            return _behind(peer, scheme, forwarded, self._trusts)
        return _direct(peer, scheme)


@lru_cache(maxsize=1024)
def _direct(peer: tuple[str, int], scheme: str) -> Caller:
    """A caller without a proxy: the same for all calls of a connection."""
    headers = [(b"x-forwarded-for", peer[0].encode()), (b"x-forwarded-proto", scheme.encode())]
    return Caller(peer, scheme, None, headers)


def _behind(
    peer: tuple[str, int], scheme: str, forwarded: Headers, trusts: Callable[[str], bool]
) -> Caller:
    said = dict(forwarded)
    chain = [
        hop
        for name, value in forwarded
        if name == b"x-forwarded-for"
        for hop in value.decode("latin-1").replace(" ", "").split(",")
    ]
    address = peer
    for hop in reversed(chain):  # from the nearest; the first untrusted one is the caller
        if not _is_address(hop):
            break
        address = (hop, 0)
        if not trusts(hop):
            break
    if said.get(b"x-forwarded-proto") in {b"http", b"https"}:
        scheme = said[b"x-forwarded-proto"].decode()
    headers = [
        (b"x-forwarded-for", address[0].encode()),
        (b"x-forwarded-proto", scheme.encode()),
    ]
    host = said.get(b"x-forwarded-host")
    if host is not None and is_host(host):
        headers.append((b"x-forwarded-host", host))
    identity = said.get(b"x-request-id", b"")
    return Caller(address, scheme, identity.decode() if is_request_id(identity) else None, headers)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
