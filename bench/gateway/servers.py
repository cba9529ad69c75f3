"""Starts the servers that are compared, each once for all rounds."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from apibuilder.store.keys import new_key
from bench.gateway.apps import SOURCE, TEXTBOOK, UVICORN, envoy

_START_SECONDS = 60.0


@dataclass(frozen=True)
class Server:
    """Processes that serve together, and how their callers address them."""

    name: str
    pids: tuple[int, ...]
    port: int
    callers: tuple[tuple[str, str], ...]  # prefix of the path, key; both empty without a gateway

    def cpu_seconds(self) -> float:
        """What the kernel ran of all their threads."""
        total = 0
        for pid in self.pids:
            for task in Path(f"/proc/{pid}/task").iterdir():
                total += int((task / "schedstat").read_text().split()[0])
        return total / 1e9


class Servers:
    """All of them. `worker` is the socket and the pid of the sandboxed worker that runs SOURCE."""

    def __init__(self, folder: Path, worker: tuple[str, int]) -> None:
        self._folder = folder
        self._worker = worker
        self._processes: list[subprocess.Popen[bytes]] = []
        (folder / "app.py").write_text(SOURCE)
        (folder / "textbook.py").write_text(TEXTBOOK)

    def uvicorn(self) -> Server:
        """The app alone."""
        pid, port = self._python("app", {})
        return self._ready(Server("uvicorn", (pid,), port, (("", ""),)))

    def gateway(self, apis: int = 1, processes: int = 1) -> Server:
        """Ours, everything on; the one worker serves all Apis, each over a link of its own."""
        name = f"gateway, {apis} Apis, {processes} processes"
        keys = [(str(uuid4()), new_key()) for _ in range(apis)]
        listed = [
            {"api_id": api, "deployment_id": str(uuid4()), "key_hash": key.hash.hex(),
             "sockets": [self._worker[0]]}
            for api, key in keys
        ]  # fmt: skip
        state = self._folder / uuid4().hex[:8]
        state.mkdir()
        with _listen() as listen:
            pids = [self._gateway(listen, state, listed, processes) for _ in range(processes)]
            port = listen.getsockname()[1]
        callers = tuple((f"/{api}", key.clear) for api, key in keys)
        return self._ready(Server(name, (*pids, self._worker[1]), port, callers))

    def _gateway(
        self, listen: socket.socket, state: Path, apis: list[dict[str, object]], processes: int
    ) -> int:
        with _listen() as metrics:
            facts = {
                "listen": listen.fileno(), "metrics": metrics.fileno(), "apis": apis, "ships": True,
                "usage_dir": str(state / "usage"), "limits_dir": str(state), "processes": processes,
            }  # fmt: skip
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.integration.gateway.process"],
                pass_fds=[listen.fileno(), metrics.fileno()],
                stdin=subprocess.PIPE,
            )
        self._processes.append(process)
        assert process.stdin is not None
        process.stdin.write(json.dumps(facts).encode())
        process.stdin.close()
        return process.pid

    def envoy(self, upstream: Server, apis: int = 1) -> Server:
        """Envoy before uvicorn, with one worker thread."""
        with _listen() as free:
            port = free.getsockname()[1]
        keys = {new_key().clear: str(uuid4()) for _ in range(apis)}
        config = self._folder / f"envoy-{apis}.json"
        log = str(self._folder / f"envoy-{apis}.log")
        config.write_text(json.dumps(envoy(port, upstream.port, keys, log)))
        command = [str(Path(sys.executable).parent / "envoy"), "-c", str(config)]
        options = ["--concurrency", "1", "--use-dynamic-base-id", "--log-level", "error"]
        process = subprocess.Popen([*command, *options], stderr=subprocess.DEVNULL)
        self._processes.append(process)
        callers = tuple((f"/{api}", key) for key, api in keys.items())
        name = f"envoy, {apis} Apis"
        return self._ready(Server(name, (process.pid, *upstream.pids), port, callers))

    def textbook(self, upstream: Server) -> Server:
        """FastAPI and httpx before uvicorn."""
        key, api = new_key().clear, str(uuid4())
        facts = {"KEYS": json.dumps({key: api}), "UPSTREAM": f"http://127.0.0.1:{upstream.port}"}
        pid, port = self._python("textbook", facts)
        return self._ready(Server("textbook", (pid, *upstream.pids), port, ((f"/{api}", key),)))

    def _python(self, module: str, facts: dict[str, str]) -> tuple[int, int]:
        # Not `uvicorn --fd`: that takes the socket for a Unix one and leaves Nagle's algorithm on.
        with _listen() as listen:
            process = subprocess.Popen(
                [sys.executable, "-c", UVICORN.format(module=module), str(listen.fileno())],
                pass_fds=[listen.fileno()],
                cwd=self._folder,
                env=os.environ | facts,
            )
            self._processes.append(process)
            return process.pid, listen.getsockname()[1]

    @staticmethod
    def _ready(server: Server) -> Server:
        prefix, key = server.callers[0]
        url = f"http://127.0.0.1:{server.port}{prefix}/convert?amount=1"
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {key}"})
        until = time.monotonic() + _START_SECONDS
        while True:
            try:
                with urllib.request.urlopen(request, timeout=_START_SECONDS):
                    return server
            except (urllib.error.URLError, ConnectionError):
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def close(self) -> None:
        """End them all."""
        for process in self._processes:
            process.send_signal(signal.SIGTERM)
        for process in self._processes:
            process.wait()
        shutil.rmtree(self._folder)


def _listen() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0), backlog=1024)
