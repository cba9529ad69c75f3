"""Which operation a call is."""

from __future__ import annotations

from apibuilder.gateway.operations import Operations

NAMES = (
    "GET /items", "GET /items/me", "GET /items/{id}", "POST /items", "GET /files/{path}",
    "GET /{anything}", "GET /a.b/{x}/c", "GET /items/{id}/parts/{part}",
)  # fmt: skip


def test_numbers() -> None:
    operations = Operations(NAMES)
    for method, path, name in (
        ("GET", "/items", "GET /items"),
        ("HEAD", "/items", "GET /items"),
        ("POST", "/items", "POST /items"),
        ("GET", "/items/me", "GET /items/me"),
        ("GET", "/items/a b", "GET /items/{id}"),
        ("GET", "/items/1/parts/2", "GET /items/{id}/parts/{part}"),
        ("GET", "/files/a/b.txt", "GET /files/{path}"),
        ("GET", "/other", "GET /{anything}"),
        ("GET", "/a.b/1/c", "GET /a.b/{x}/c"),
    ):
        assert operations.number(method, path) == NAMES.index(name) + 1, (method, path)


def test_what_is_none_of_them_is_0() -> None:
    operations = Operations(("GET /items", "POST /items/{id}", "GET /a.b/{x}/c"))
    for method, path in (
        ("DELETE", "/items"), ("GET", "/items/1"), ("POST", "/items/"), ("GET", "/aXb/1/c"),
        ("GET", "/"), ("OPTIONS", "/items"), ("GET", ""),
    ):  # fmt: skip
        assert operations.number(method, path) == 0, (method, path)
    assert Operations(()).number("GET", "/") == 0
