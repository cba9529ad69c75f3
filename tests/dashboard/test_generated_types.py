"""The API's types in the dashboard are those of the API; its logic is tested by Vitest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.dashboard.api_types import FRONTEND, TYPES, types

_BIN = Path(sys.executable).parent


def test_the_types_of_the_control_api_are_fresh() -> None:
    assert types() == TYPES.read_text(), "run `make types`"


def test_the_logic_of_the_dashboard() -> None:
    done = subprocess.run(
        [_BIN / "node", FRONTEND / "node_modules/vitest/vitest.mjs", "run"],
        cwd=FRONTEND,
        env={**os.environ, "PATH": f"{_BIN}:{os.environ['PATH']}", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
