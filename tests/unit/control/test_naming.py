"""Names and addresses of Apis."""

from __future__ import annotations

import re

import pytest

from apibuilder.control.deployments.naming import RESERVED, describe, slugs

SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])")  # as the database has it


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("app = FastAPI(title='Shop', description=' Sells. ')", ("Shop", "Sells.")),
        ("import fastapi\napp = fastapi.FastAPI(title='Shop')", ("Shop", "")),
        ("def make():\n    return FastAPI(title='Shop')\napp = make()", ("Shop", "")),
        ("app = FastAPI()", (None, "")),
        ("app = FastAPI(title=name, description=3)", (None, "")),
        ("app = Starlette()", (None, "")),
        (f"app = FastAPI(title='{'x' * 200}')", ("x" * 100, "")),
    ],
)
def test_describe(source: str, found: tuple[str | None, str]) -> None:
    assert describe(source) == found


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Todo List", "todo-list"),
        ("  Ünïcode & more!  ", "unicode-more"),
        ("a" * 90, "a" * 40),
        ("x" * 39 + " y", "x" * 39),
        ("日本語", "api"),
        ("x", "api-x"),
        ("--", "api"),
    ],
)
def test_slugs(name: str, slug: str) -> None:
    found = slugs(name)
    plain = [one for one in found if one == slug]
    assert plain or slug in RESERVED
    assert all(SLUG.fullmatch(one) for one in found)
    assert len(set(found)) == len(found)
    assert all(one.startswith(slug) for one in found)


def test_reserved_addresses_are_never_given() -> None:
    for name in RESERVED:
        assert not RESERVED & set(slugs(name))
