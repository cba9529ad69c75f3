"""Gateways in processes of their own, on one listening socket, in front of one real worker."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

from apibuilder.store.keys import new_key
from tests.integration.gateway.harness import Worker, short_dir


class Gateways:
    """Use it as a context manager; `start` as many as are wanted."""

    def __init__(self, source: str, *, ships: bool = True, **limits: Any) -> None:
        """`limits` is what differs from harness.LIMITS."""
        self.folder = short_dir()
        self.usage_dir = self.folder / "usage"
        self.key = new_key()
        self.api_id = str(uuid4())
        self.processes: list[subprocess.Popen[bytes]] = []
        self.worker = Worker(self.folder, source)
        self.worker.wait_ready()
        self._listen = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port: int = self._listen.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/{self.api_id}"
        self.headers = {"authorization": f"Bearer {self.key.clear}"}
        self._facts: dict[str, Any] = {
            "usage_dir": str(self.usage_dir),
            "limits_dir": str(self.folder / "limits"),
            "ships": ships,
            "apis": [
                {
                    "api_id": self.api_id,
                    "deployment_id": str(uuid4()),
                    "key_hash": self.key.hash.hex(),
                    "sockets": [self.worker.path],
                    "limits": limits,
                }
            ],
        }

    def __enter__(self) -> Gateways:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            process.kill()
            process.wait()
        self.worker.stop()
        self._listen.close()
        shutil.rmtree(self.folder)

    def start(self, **facts: Any) -> subprocess.Popen[bytes]:
        """One more; `facts` are those of process.py."""
        with socket.create_server(("127.0.0.1", 0)) as metrics:
            fds = {"listen": self._listen.fileno(), "metrics": metrics.fileno()}
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.integration.gateway.process"],
                pass_fds=list(fds.values()),
                stdin=subprocess.PIPE,
                cwd=Path(__file__).parents[3],
            )
        assert process.stdin is not None
        process.stdin.write(json.dumps({**self._facts, **fds, **facts}).encode())
        process.stdin.close()
        self.processes.append(process)
        return process
