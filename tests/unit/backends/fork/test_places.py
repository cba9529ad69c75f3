"""The platform may be kept anywhere: also below a folder that workers see one of their own in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from apibuilder.backends.fork.supervisor import open_supervisor
from apibuilder.backends.fork.watch import Intervals
from tests.contracts.backends import RUNTIME_PYTHON, get, short_folder, spec

LAZY = """
from fastapi import FastAPI
app = FastAPI()

@app.get("/hello")
def hello():
    import qrcode.image.svg  # not among what the zygote has loaded
    return qrcode.image.svg.__name__
"""


@pytest.fixture
def below_tmp() -> Iterator[Path]:
    """A folder below /tmp that holds the environment of the runtime."""
    folder = short_folder()
    assert folder.is_relative_to("/tmp")
    shutil.copytree(RUNTIME_PYTHON.parents[1], folder / "env", symlinks=True, copy_function=_link)
    yield folder
    shutil.rmtree(folder)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # another file system
        shutil.copy2(source, target, follow_symlinks=False)


async def test_the_runtime_below_tmp_is_seen_beside_a_private_tmp(below_tmp: Path) -> None:
    supervisor = await open_supervisor(
        state_dir=below_tmp / "state",
        run_dir=below_tmp / "run",
        python=below_tmp / "env/bin/python",
        accept_tiers=("full", "no-namespace"),
        start_timeout_seconds=10,
        intervals=Intervals(),
    )
    try:
        started = await supervisor.place(spec(LAZY))
        assert await get(started.instance, "/hello") == (200, "qrcode.image.svg")
    finally:
        await supervisor.close()
