"""The operator's list of packages that an Api may ask for: pinned requirements, one a line.

As `uv pip compile --generate-hashes` writes it: `name==version`, optionally with `--hash=...`
(a backslash continues a line), comments, nothing else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from apibuilder.errors import InvalidSetting, PackageNotAllowed
from apibuilder.script_block import FILE, Asked

_PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*==\s*([A-Za-z0-9.!+_-]+)")
_HASH = re.compile(r"--hash=([a-z0-9]+:[0-9a-f]+)")
_SHOWN = 40  # names in a refusal


@dataclass(frozen=True, slots=True)
class Pin:
    """One allowed package."""

    name: str
    version: str
    hashes: tuple[str, ...] = ()

    def line(self) -> str:
        """As a line of a requirements file."""
        return " ".join((f"{self.name}=={self.version}", *(f"--hash={h}" for h in self.hashes)))


Pins = dict[str, Pin]  # by canonical name


def read(path: Path | None) -> Pins:
    """The list; empty without a file. Raises InvalidSetting that names the line."""
    if path is None:
        return {}
    try:
        text = path.read_text()
    except OSError as error:
        raise InvalidSetting(
            f"APIBUILDER_PACKAGES_FILE: {path} cannot be read: {error.strerror}."
        ) from error
    pins: Pins = {}
    for line in text.replace("\\\n", " ").splitlines():
        stated = re.sub(r"(^|\s)#.*$", "", line).strip()
        if stated:
            pin = _pin(stated, path)
            pins[canonicalize_name(pin.name)] = pin
    return pins


def _pin(line: str, path: Path) -> Pin:
    hashes = tuple(_HASH.findall(line))
    found = _PIN.fullmatch(_HASH.sub("", line).strip())
    if found is None:
        raise InvalidSetting(
            f"APIBUILDER_PACKAGES_FILE: {path} has the line {line[:80]!r}; each must be "
            "`name==version`, with `--hash=...` after it if you like."
        )
    return Pin(found[1], found[2], hashes)


def wanted(asked: Asked, pins: Pins, runtime: Pins) -> list[Requirement]:
    """What of `asked` has to be built: all that is not in the runtime.

    Raises PackageNotAllowed for what is in neither list, or not in a version that was asked for.
    """
    found: list[Requirement] = []
    for one in asked.requirements:
        name = canonicalize_name(one.name)
        pin = runtime.get(name) or pins.get(name)
        if pin is None:
            raise _refusal(_unknown(one.name, pins), asked)
        if not one.specifier.contains(pin.version, prereleases=True):
            raise _refusal(
                f"The code asks for {one}, but {pin.name} is here in version {pin.version}: "
                "ask for that, or for any version.",
                asked,
            )
        if name not in runtime:
            found.append(one)
    return found


def _unknown(name: str, pins: Pins) -> str:
    names = sorted(pin.name for pin in pins.values())
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    listed = f"These may be asked for: {', '.join(names[:_SHOWN])}{more}." if names else (
        "None may be asked for beside those of the runtime."
    )  # fmt: skip
    return (
        f"The package {name!r} is not on the operator's list. {listed} The operator adds one with "
        "a line `name==version` in the file that APIBUILDER_PACKAGES_FILE names."
    )


def _refusal(detail: str, asked: Asked) -> PackageNotAllowed:
    return PackageNotAllowed(detail, file=FILE, line=asked.line)
