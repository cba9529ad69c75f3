"""IP calculator: networks, masks, ranges and subnets of IPv4 and IPv6.

Run it with `uvicorn main:app`. It keeps nothing.
"""

import ipaddress
from itertools import islice
from typing import Annotated, Literal

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

MOST_SUBNETS = 256
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# --- what goes in and out -----------------------------------------------------

Cidr = Annotated[
    str,
    Query(
        min_length=1,
        max_length=80,
        description="An address with its prefix or mask.",
        examples=["192.168.1.10/24"],
    ),
]
Ip = Annotated[str, Query(min_length=1, max_length=60, examples=["192.168.1.10"])]


class NetworkInfo(BaseModel):
    """All about a network. Numbers of addresses are texts: those of IPv6 are very long."""

    version: int
    network: str = Field(examples=["192.168.1.0/24"])
    network_address: str
    broadcast_address: str | None = Field(description="IPv6 has none.")
    netmask: str
    wildcard_mask: str
    prefix_length: int
    first_host: str
    last_host: str
    addresses: str
    usable_hosts: str
    is_private: bool


class AddressInfo(BaseModel):
    """All about an address."""

    address: str = Field(description="In its shortest form.")
    version: int
    integer: str
    binary: str
    hexadecimal: str
    reverse_pointer: str
    is_private: bool
    is_loopback: bool
    is_multicast: bool
    is_global: bool


class Subnets(BaseModel):
    """Equal parts of a network."""

    count: str
    items: list[str] = Field(description=f"The first {MOST_SUBNETS} at most.")


class Membership(BaseModel):
    """Whether an address is in a network."""

    contains: bool


class Overlap(BaseModel):
    """How two networks lie."""

    overlaps: bool
    relation: Literal["equal", "first contains second", "second contains first", "apart"]


# --- the API -------------------------------------------------------------------

app = FastAPI(
    title="IP calculator",
    description="Networks, masks, ranges and subnets of IPv4 and IPv6.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/network", summary="Work out a network")
def network_info(cidr: Cidr) -> NetworkInfo:
    """From any address in it; a mask such as 10.0.0.1/255.255.0.0 is fine too."""
    net = network_of(cidr)
    total = net.num_addresses
    # Of the smallest IPv4 networks, and of all of IPv6, every address can be used.
    edges = 1 if isinstance(net, ipaddress.IPv4Network) and net.prefixlen < 31 else 0
    return NetworkInfo(
        version=net.version,
        network=str(net),
        network_address=str(net.network_address),
        broadcast_address=str(net.broadcast_address) if net.version == 4 else None,
        netmask=str(net.netmask),
        wildcard_mask=str(net.hostmask),
        prefix_length=net.prefixlen,
        first_host=str(net[edges]),
        last_host=str(net[-1 - edges]),
        addresses=str(total),
        usable_hosts=str(total - 2 * edges),
        is_private=net.is_private,
    )


@app.get("/address", summary="Describe an address")
def address_info(ip: Ip) -> AddressInfo:
    """In all notations, and what it is for."""
    address = address_of(ip)
    bits = address.max_prefixlen
    return AddressInfo(
        address=str(address),
        version=address.version,
        integer=str(int(address)),
        binary=f"{int(address):0{bits}b}",
        hexadecimal=f"0x{int(address):0{bits // 4}x}",
        reverse_pointer=address.reverse_pointer,
        is_private=address.is_private,
        is_loopback=address.is_loopback,
        is_multicast=address.is_multicast,
        is_global=address.is_global,
    )


@app.get("/subnets", summary="Divide a network")
def subnets(
    cidr: Cidr, prefix: Annotated[int, Query(ge=0, le=128, description="Of the parts.")]
) -> Subnets:
    """Into parts with a longer prefix."""
    net = network_of(cidr)
    if not net.prefixlen <= prefix <= net.max_prefixlen:
        raise HTTPException(
            422, f"The prefix must be from {net.prefixlen} to {net.max_prefixlen} for {net}."
        )
    parts = islice(net.subnets(new_prefix=prefix), MOST_SUBNETS)
    return Subnets(count=str(2 ** (prefix - net.prefixlen)), items=[str(part) for part in parts])


@app.get("/contains", summary="Is an address in a network?")
def contains(cidr: Cidr, ip: Ip) -> Membership:
    """An address of the other version never is."""
    return Membership(contains=address_of(ip) in network_of(cidr))


@app.get("/overlap", summary="Compare two networks")
def overlap(first: Cidr, second: Cidr) -> Overlap:
    """Networks lie inside each other, or apart."""
    one, other = network_of(first), network_of(second)
    if one == other:
        return Overlap(overlaps=True, relation="equal")
    if one.version != other.version or not one.overlaps(other):
        return Overlap(overlaps=False, relation="apart")
    if one.prefixlen < other.prefixlen:
        return Overlap(overlaps=True, relation="first contains second")
    return Overlap(overlaps=True, relation="second contains first")


def network_of(cidr: str) -> Network:
    """Raises 422 for what is no network."""
    try:
        return ipaddress.ip_network(cidr.strip(), strict=False)
    except ValueError:
        raise HTTPException(
            422, "A network is written like 192.168.1.0/24 or 2001:db8::/32."
        ) from None


def address_of(ip: str) -> Address:
    """Raises 422 for what is no address."""
    try:
        return ipaddress.ip_address(ip.strip())
    except ValueError:
        raise HTTPException(
            422, "An address is written like 192.168.1.10 or 2001:db8::1."
        ) from None
