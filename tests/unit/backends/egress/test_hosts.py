"""What an Api may declare, and what that covers."""

from __future__ import annotations

import pytest

from apibuilder.backends.egress.hosts import parse


@pytest.mark.parametrize(
    ("declared", "name", "port", "allowed"),
    [
        ("example.com", "example.com", 443, True),
        ("example.com", "example.com", 80, True),
        ("example.com", "example.com", 22, False),
        ("example.com", "api.example.com", 443, False),
        ("example.com", "evil-example.com", 443, False),
        ("Example.COM.", "example.com", 443, True),
        ("example.com:8443", "example.com", 8443, True),
        ("example.com:8443", "example.com", 443, False),
        ("*.example.com", "api.example.com", 443, True),
        ("*.example.com", "a.b.example.com", 443, True),
        ("*.example.com", "example.com", 443, False),
        ("*.example.com", "evilexample.com", 443, False),
        ("*.example.com:81", "api.example.com", 81, True),
        ("93.184.216.34", "93.184.216.34", 443, True),
        ("[2606:2800::1]:443", "2606:2800::1", 443, True),
    ],
)
def test_what_a_declaration_covers(declared: str, name: str, port: int, allowed: bool) -> None:
    assert parse(declared).allows(name, port) is allowed


@pytest.mark.parametrize(
    "declared",
    ["", "*", "*.com", "a*.example.com", "http://example.com", "example.com/x", "a b", "x:0",
     "x:70000", "x:ssh", "-x.com", "exa_mple..com", "ex\u00e4mple.com", "user@example.com"],
)  # fmt: skip
def test_what_is_no_declaration(declared: str) -> None:
    with pytest.raises(ValueError):
        parse(declared)
