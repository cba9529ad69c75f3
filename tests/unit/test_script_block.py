"""Inline script metadata: what is read of it, and what is refused with its line."""

from __future__ import annotations

import pytest

from apibuilder.errors import PackagesInvalid
from apibuilder.generator.check import check_source
from apibuilder.script_block import NOTHING, asked


def block(*lines: str) -> str:
    return "\n".join(["# a comment", "# /// script", *lines, "# ///", "app = 1", ""])


def test_a_source_without_a_block_asks_for_nothing() -> None:
    assert asked("app = 1\n") is NOTHING
    assert asked("x = '# /// script'\napp = 1\n") is NOTHING


def test_requirements_are_read_and_those_of_other_pythons_left_out() -> None:
    found = asked(
        block(
            "# requires-python = '>=3.11'",
            "#",
            "# dependencies = [",
            "#   'humanize>=4',",
            "#   \"typing-extensions; python_version < '3'\",",
            "# ]",
        )
    )
    assert [str(one) for one in found.requirements] == ["humanize>=4"]
    assert found.line == 2


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (("# dependencies = [",), "not TOML"),
        (("# dependencies = 'a'",), "must be a list"),
        (("# dependencies = ['a b']",), "'a b' is not a requirement"),
        (("# dependencies = [1]",), "1 is not a requirement"),
        (("# dependencies = ['a @ file:///etc']",), "'a' names an address"),
        (("# dependencies = ['-r x']",), "not a requirement"),
        (("dependencies = []",), "its last line must be"),
        (("# ///", "# /// script", "# dependencies = []"), "two of them"),
        ((f"# dependencies = {['a'] * 51}",), "more than 50"),
    ],
)
def test_a_block_that_cannot_be_read_is_refused(lines: tuple[str, ...], why: str) -> None:
    with pytest.raises(PackagesInvalid) as refused:
        check_source(block(*lines))
    assert why in refused.value.detail
    assert refused.value.file == "main.py"
    assert refused.value.line


def test_imports_of_a_source_that_brings_packages_are_left_to_the_runtime() -> None:
    check_source(block("# dependencies = ['python-slugify']") + "import slugify\n")
