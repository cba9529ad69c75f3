"""Which addresses are everybody's, and that the one that was checked is the one that is used."""

from __future__ import annotations

import socket
from collections.abc import Sequence

import pytest

from apibuilder.backends.egress.hosts import parse
from apibuilder.backends.egress.policy import DeniedError, Policy, is_own, is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192", "198.18.0.1",
        "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%lo",
        "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "::127.0.0.1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:1::1",
    ],
)  # fmt: skip
def test_addresses_that_are_never_reached(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111"])
def test_addresses_that_are_everybodys(address: str) -> None:
    assert is_public(address)


def test_the_machines_own_address_is_known() -> None:
    assert is_own("127.0.0.1")
    assert not is_own("93.184.216.34")


async def test_a_name_is_resolved_once_and_that_address_is_used() -> None:
    answers = [["93.184.216.34"], ["127.0.0.1"]]  # what a rebinding name would say, in turn

    async def resolve(name: str, port: int) -> Sequence[str]:
        return answers.pop(0)

    policy = Policy(resolve)
    hosts = [parse("example.com")]
    assert await policy.address(hosts, "example.com", 443) == "93.184.216.34"
    with pytest.raises(DeniedError, match="no public address"):
        await policy.address(hosts, "example.com", 443)
    assert answers == []


async def test_of_several_addresses_a_public_one_is_used() -> None:
    async def resolve(name: str, port: int) -> Sequence[str]:
        return ["10.0.0.1", "::1", "93.184.216.34"]

    assert await Policy(resolve).address([parse("a.example")], "a.example", 443) == "93.184.216.34"


async def test_an_undeclared_name_is_not_even_resolved() -> None:
    async def resolve(name: str, port: int) -> Sequence[str]:
        raise AssertionError("it was resolved")

    with pytest.raises(DeniedError, match=r"evil\.example:443 is not among .*\(a\.example\)"):
        await Policy(resolve).address([parse("a.example")], "evil.example", 443)


async def test_an_unknown_name_is_an_error_of_the_network() -> None:
    async def resolve(name: str, port: int) -> Sequence[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(OSError, match="not known"):
        await Policy(resolve).address([parse("a.example")], "a.example", 443)
