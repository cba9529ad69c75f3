"""A Redis of one's own, on a Unix socket.

`make test` installs Debian's redis-tools where it may: that package holds the server's program
under another name, and unlike redis-server it starts none.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PROGRAM = shutil.which("redis-server") or shutil.which("redis-check-rdb")


class Redis:
    """A server that can be killed and started again; it keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [
                *("redis-server", "--port", "0", "--unixsocket", self.socket),
                *("--dir", self._folder, "--save", "", "--appendonly", "no"),
            ],
            executable=PROGRAM,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C"},
        )
        while not self._answers():
            assert self._process.poll() is None, "redis-server ended"
            time.sleep(0.01)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self.socket.unlink(missing_ok=True)

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as one:
                one.connect(str(self.socket))
                one.sendall(b"PING\r\n")
                return one.recv(16) == b"+PONG\r\n"
        except OSError:
            return False


@contextmanager
def redis_server() -> Iterator[Redis]:
    if PROGRAM is None:
        pytest.skip("there is no Redis: apt-get install redis-tools")
    folder = Path(tempfile.mkdtemp(prefix="ab-", dir="/tmp"))
    redis = Redis(folder)
    redis.start()
    try:
        yield redis
    finally:
        redis.kill()
        shutil.rmtree(folder)
