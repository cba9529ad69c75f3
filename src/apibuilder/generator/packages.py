"""What user code may import beside the standard library: the runtime's packages.

`packages.json` is made of the runtime's lock by `python -m apibuilder.generator.packages`, and
checked in, so that the policy check needs neither the lock nor the runtime's environment.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

_FILE = "packages.json"
_RUNTIME = Path(__file__).parents[3] / "runtime"
_NAME = "apibuilder-runtime"
# Runs in the runtime's own interpreter: only there are the packages installed.
_LIST_IMPORTS = """
import importlib.metadata, json
print(json.dumps(importlib.metadata.packages_distributions()))
"""


@dataclass(frozen=True, slots=True)
class RuntimePackages:
    """The runtime's list."""

    lock: str  # SHA-256 of the uv.lock that it was made of
    offered: dict[str, list[str]]  # package -> its import names, of those that are promised
    imports: frozenset[str]  # every import name, of dependencies too


@cache
def runtime_packages() -> RuntimePackages:
    """The checked-in list."""
    text = resources.files("apibuilder.generator").joinpath(_FILE).read_text()
    stored = json.loads(text)
    return RuntimePackages(stored["lock"], stored["offered"], frozenset(stored["imports"]))


def lock_digest(runtime: Path) -> str:
    """What `RuntimePackages.lock` must be while the list is fresh."""
    return hashlib.sha256((runtime / "uv.lock").read_bytes()).hexdigest()


def collect(runtime: Path) -> dict[str, Any]:
    """The content of packages.json, from the lock and the synced environment in `runtime`."""
    lock = tomllib.loads((runtime / "uv.lock").read_text())
    (root,) = (package for package in lock["package"] if package["name"] == _NAME)
    python = runtime / ".venv/bin/python"
    listed = subprocess.run([python, "-I", "-c", _LIST_IMPORTS], capture_output=True, check=True)  # noqa: S603 (our own interpreter and constant code)
    public = {
        name: {_normal(distribution) for distribution in distributions}
        for name, distributions in json.loads(listed.stdout).items()
        if name.isidentifier() and not name.startswith("_")
    }
    offered = {
        dependency["name"]: sorted(n for n, made in public.items() if dependency["name"] in made)
        for dependency in root["dependencies"]
    }
    return {"lock": lock_digest(runtime), "offered": offered, "imports": sorted(public)}


def _normal(distribution: str) -> str:
    return distribution.lower().replace("_", "-").replace(".", "-")


def main() -> None:
    """Write packages.json anew."""
    text = json.dumps(collect(_RUNTIME), indent=2)
    Path(__file__).with_name(_FILE).write_text(text + "\n")
    sys.stdout.write(f"wrote {_FILE}\n")


if __name__ == "__main__":
    main()
