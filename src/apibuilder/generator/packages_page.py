"""docs/packages.md, from the runtime's lock: `python -m apibuilder.generator.packages_page`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from apibuilder.generator.packages import runtime_packages

_ROOT = Path(__file__).parents[3]
PAGE = _ROOT / "docs/packages.md"
_LOCK = _ROOT / "runtime/uv.lock"
_NAME = "apibuilder-runtime"
_HEAD = """\
# Packages

What an API may import beside Python's standard library, in these versions and no others. A deploy
that imports anything else is refused with `package_missing`, and told so before anything runs. Of
two versions the older one is for the older Python.

| package | version | import |
|---|---|---|
"""
_REST = """
They bring these with them, which may be imported too, but are not promised to stay:
"""


def page() -> str:
    """The whole page."""
    lock = tomllib.loads(_LOCK.read_text())
    versions = _versions(lock["package"])
    offered = runtime_packages().offered
    rows = [
        f"| {name} | {versions[name]} | {', '.join(f'`{one}`' for one in offered[name])} |\n"
        for name in sorted(offered)
    ]
    wanted = _needed(lock["package"], set(offered)) - {*offered, _NAME}
    rest = ", ".join(f"{name} {versions[name]}" for name in sorted(wanted))
    return f"{_HEAD}{''.join(rows)}{_REST}{rest}.\n"


def _versions(packages: list[dict[str, Any]]) -> dict[str, str]:
    """Of a package that still comes for an older Python, both."""
    found: dict[str, list[str]] = {}
    for package in packages:
        found.setdefault(package["name"], []).append(package["version"])
    return {name: " or ".join(versions) for name, versions in found.items()}


def _needed(packages: list[dict[str, Any]], names: set[str]) -> set[str]:
    """These packages and all that they depend on; those of other systems are left out."""
    by_name = {package["name"]: package for package in packages}
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        dependencies: list[dict[str, Any]] = by_name[name].get("dependencies", [])
        waiting += [one["name"] for one in dependencies if "marker" not in one]
    return found


def main() -> None:
    """Write it anew."""
    PAGE.write_text(page())


if __name__ == "__main__":
    main()
