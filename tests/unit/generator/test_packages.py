"""packages.json: fresh, and what it lists is there."""

from __future__ import annotations

import subprocess
from pathlib import Path

from apibuilder.generator.packages import collect, lock_digest, runtime_packages

RUNTIME = Path(__file__).parents[3] / "runtime"


def test_the_list_is_of_this_lock() -> None:
    assert runtime_packages().lock == lock_digest(RUNTIME), (
        "the runtime's lock has changed: run `python -m apibuilder.generator.packages`"
    )


def test_the_list_is_what_the_runtime_has() -> None:
    fresh = collect(RUNTIME)
    assert runtime_packages().offered == fresh["offered"]
    assert runtime_packages().imports == set(fresh["imports"])


def test_everything_offered_is_installed() -> None:
    offered = runtime_packages().offered
    assert {"fastapi", "pydantic", "pillow"} <= offered.keys()
    names = [name for imports in offered.values() for name in imports]
    assert all(offered.values())
    code = f"from importlib.util import find_spec; print([n for n in {names} if not find_spec(n)])"
    python = RUNTIME / ".venv/bin/python"
    done = subprocess.run([python, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
