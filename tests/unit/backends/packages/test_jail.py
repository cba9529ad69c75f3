"""The installer's jail, with a program in the installer's place that tries what it must not do."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from apibuilder.backends.fork import linux
from apibuilder.backends.packages import jail
from tests.contracts.backends import short_folder

_TRY = """
import json, os, socket, subprocess, sys
folder, secret, unix, ours, other, pid = sys.argv[1:]
def dial(family, address):
    with socket.socket(family) as one:
        one.settimeout(5)
        one.connect(address)
tries = {
    "write inside": lambda: open(folder + "/made", "w").close(),
    "connect to the index": lambda: dial(socket.AF_INET, ("127.0.0.1", int(ours))),
    "read a secret": lambda: open(secret).read(),
    "write outside": lambda: open(secret, "a"),
    "dial a Unix socket": lambda: dial(socket.AF_UNIX, unix),
    "connect elsewhere": lambda: dial(socket.AF_INET, ("127.0.0.1", int(other))),
    "read another's environment": lambda: open(f"/proc/{pid}/environ").read(),
    "signal another": lambda: os.kill(int(pid), 0),
    "become root": lambda: os.setuid(0) if os.getuid() else os.chown(folder, 1, 1),
    "run what it wrote": lambda: subprocess.run([folder + "/program"], check=True),
    "make a namespace": lambda: os.unshare(0x10000000) if hasattr(os, "unshare") else 1 / 0,
}
could = []
for name, attempt in tries.items():
    try:
        attempt()
        could.append(name)
    except (OSError, ZeroDivisionError):
        pass
print(json.dumps([could, dict(os.environ)]))
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    made = short_folder()
    yield made
    shutil.rmtree(made)


def run(folder: Path, *, walls: bool, ports: list[int], words: list[str]) -> tuple[list[str], str]:
    python = Path(sys.executable).resolve()
    job = jail.Job(
        command=[sys.executable, "-I", "-c", _TRY, str(folder), *words],
        folder=str(folder),
        read=[str(python.parents[1]), str(Path(sys.executable).parents[1])],
        ports=ports,
        uid=None,
        memory_bytes=4 << 30,
        file_bytes=1 << 20,
        seconds=20,
        walls=walls,
    )
    done = subprocess.run(
        [sys.executable, "-I", "-m", "apibuilder.backends.packages.jail",
         msgspec.json.encode(job).decode()],
        env={"DATABASE_URL": "secret"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    could, environment = json.loads(done.stdout)
    return could, environment


def tried(folder: Path, *, walls: bool) -> list[str]:
    inside = folder / "inside"
    inside.mkdir()
    (inside / "program").write_text("#!/bin/sh\n")
    (inside / "program").chmod(0o755)
    secret, unix = folder / "secret", folder / "unix"
    secret.write_text("secret")
    with (
        socket.create_server(("127.0.0.1", 0)) as ours,
        socket.create_server(("127.0.0.1", 0)) as other,
        socket.socket(socket.AF_UNIX) as listen,
    ):
        listen.bind(str(unix))
        listen.listen()
        ports = [one.getsockname()[1] for one in (ours, other)]
        words = [str(secret), str(unix), *map(str, ports), str(os.getpid())]
        could, environment = run(inside, walls=walls, ports=ports[:1], words=words)
    assert "DATABASE_URL" not in environment
    return could


@pytest.mark.skipif(linux.landlock_abi() < 6, reason="this kernel's Landlock has no scopes")
def test_it_reaches_its_folder_and_its_index_and_nothing_else(folder: Path) -> None:
    assert tried(folder, walls=True) == ["write inside", "connect to the index"]


def test_without_its_walls_the_same_program_gets_through(folder: Path) -> None:
    could = tried(folder, walls=False)
    assert {"read a secret", "dial a Unix socket", "connect elsewhere", "run what it wrote"} <= set(
        could
    )
