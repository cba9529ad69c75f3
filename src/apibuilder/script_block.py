"""The packages that a source asks for, in its inline script metadata (PEP 723).

# /// script
# dependencies = ["humanize", "python-slugify>=8"]
# ///
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from apibuilder.errors import PackagesInvalid

FILE = "main.py"
_OPEN, _CLOSE = "# /// script", "# ///"
_MOST = 50  # packages of one Api


@dataclass(frozen=True, slots=True)
class Asked:
    """What a source asks for, and in which line its block begins."""

    requirements: tuple[Requirement, ...]
    line: int


NOTHING = Asked((), 0)


def asked(source: str) -> Asked:
    """What `source` asks for; NOTHING without a block. Raises PackagesInvalid."""
    if _OPEN not in source:
        return NOTHING
    lines = source.splitlines()
    starts = [number for number, line in enumerate(lines) if line.rstrip() == _OPEN]
    if not starts:
        return NOTHING
    if len(starts) > 1:
        raise _invalid("there are two of them", starts[1])
    block = _block(lines, starts[0])
    try:
        wanted = tomllib.loads(block).get("dependencies", [])
    except tomllib.TOMLDecodeError as error:
        raise _invalid(f"it is not TOML: {error}", starts[0]) from error
    return Asked(tuple(_requirements(wanted, starts[0])), starts[0] + 1)


def _block(lines: list[str], start: int) -> str:
    """What stands between the marks, without the `# ` before each line."""
    content: list[str] = []
    for line in lines[start + 1 :]:
        if line.rstrip() == _CLOSE:
            return "\n".join(content)
        if line != "#" and not line.startswith("# "):
            break
        content.append(line[2:])
    raise _invalid("its last line must be `# ///`, and each before it begin with `# `", start)


def _requirements(wanted: Any, start: int) -> list[Requirement]:
    if not isinstance(wanted, list):
        raise _invalid("`dependencies` must be a list of texts", start)
    if len(wanted) > _MOST:  # pyright: ignore[reportUnknownArgumentType] - as TOML has it
        raise _invalid(f"it names more than {_MOST} packages", start)
    found: list[Requirement] = []
    for text in wanted:  # pyright: ignore[reportUnknownVariableType]
        try:
            one = Requirement(text)  # pyright: ignore[reportUnknownArgumentType]
        except (InvalidRequirement, TypeError) as error:
            raise _invalid(f"{text!r} is not a requirement", start) from error
        if one.url is not None:
            raise _invalid(f"{one.name!r} names an address; name a version", start)
        if one.marker is None or one.marker.evaluate():
            found.append(one)
    return found


def _invalid(why: str, start: int) -> PackagesInvalid:
    return PackagesInvalid(
        f"The block of script metadata (PEP 723) cannot be read: {why}.", file=FILE, line=start + 1
    )
