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
_MORE = """
## More packages

An API may ask for more, at the top of its file, in the form that other tools read too
([inline script metadata](https://peps.python.org/pep-0723/)):

```python
# /// script
# dependencies = ["humanize", "python-slugify>=8"]
# ///
```

Which ones is the operator's choice: `APIBUILDER_PACKAGES_FILE` names a file with one pinned
package a line, as `uv pip compile --generate-hashes` writes it. What a package needs itself must be
on the list too, unless the runtime has it.

```
humanize==4.14.0
python-slugify==8.0.4
text-unidecode==1.3 --hash=sha256:1311f10e8b895935241623731c2ba64f4c455287888b18189350b67134a822e8
```

- A package of the runtime stays in the runtime's version. A version that does not fit, or a package
  that is on neither list, is refused with `package_not_allowed`, and told which there are.
- The first deploy that asks for a set of packages installs it (wheels only: nothing of a package
  runs while it is installed); the check `packages` of that deploy tells which versions. Every later
  start, and every API that asks for the same, uses the same files.
- They are read-only, an API sees its own and no others, and none of them can take the place of a
  module of Python or of the runtime.
- They come from the usual index; `APIBUILDER_PACKAGES_INDEX` names another one, or a folder of
  wheels, for a machine without a network. If they cannot be installed, the deploy fails with
  `packages_failed` and the reason, and what served before goes on.
- Taking a package off the list does not stop an API that has it: its next deploy is refused.

How the installer is walled in is told in [runtime/packages.md](runtime/packages.md).
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
    return f"{_HEAD}{''.join(rows)}{_REST}{rest}.\n{_MORE}"


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
