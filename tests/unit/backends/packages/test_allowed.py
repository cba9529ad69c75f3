"""The operator's list."""

from __future__ import annotations

from pathlib import Path

import pytest

from apibuilder.backends.packages.allowed import Pin, read
from apibuilder.errors import InvalidSetting


def test_a_compiled_list_is_read(tmp_path: Path) -> None:
    listed = tmp_path / "packages.txt"
    listed.write_text(
        "# made by uv\nHumanize==4.14.0 \\\n    --hash=sha256:ab \\\n    --hash=sha256:cd\n"
        "    # via -r packages.in\n\nyarl == 1.2  # more\n"
    )
    found = read(listed)
    assert found == {
        "humanize": Pin("Humanize", "4.14.0", ("sha256:ab", "sha256:cd")),
        "yarl": Pin("yarl", "1.2"),
    }
    assert found["humanize"].line() == "Humanize==4.14.0 --hash=sha256:ab --hash=sha256:cd"
    assert read(None) == {}


@pytest.mark.parametrize("line", ["humanize", "humanize>=1", "-e .", "x @ https://y", "--index z"])
def test_a_line_that_pins_nothing_is_named(tmp_path: Path, line: str) -> None:
    listed = tmp_path / "packages.txt"
    listed.write_text(line + "\n")
    with pytest.raises(InvalidSetting) as wrong:
        read(listed)
    assert line in wrong.value.detail
    with pytest.raises(InvalidSetting):
        read(tmp_path / "absent.txt")
