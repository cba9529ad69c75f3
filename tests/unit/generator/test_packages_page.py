"""docs/packages.md says what the runtime's lock says."""

from __future__ import annotations

import subprocess

from apibuilder.generator.packages_page import PAGE, page
from tests.contracts.backends import RUNTIME_PYTHON


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text() == page(), "run `make docs`"


def test_it_tells_the_versions_that_are_installed() -> None:
    text = PAGE.read_text()
    for name in ("numpy", "pillow", "fastapi"):
        code = f"import importlib.metadata as m; print(m.version({name!r}))"
        done = subprocess.run([RUNTIME_PYTHON, "-I", "-c", code], capture_output=True, check=True)
        (row,) = [line for line in text.splitlines() if line.startswith(f"| {name} |")]
        assert done.stdout.decode().strip() in row.split(" | ")[1].split(" or ")
