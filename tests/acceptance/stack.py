"""The platform as an operator starts it: real processes, a data folder and ports of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apibuilder.settings import Settings

START_SECONDS = 90.0


@dataclass
class Answer:
    """An HTTP answer, whatever its status."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Stack:
    """One `apibuilder serve` and its command line."""

    data_dir: Path
    env: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def environment(self) -> dict[str, str]:
        """Of its processes, and of the command line that talks to them."""
        return {
            **{k: v for k, v in os.environ.items() if not k.startswith("APIBUILDER_")},
            "APIBUILDER_DATA_DIR": str(self.data_dir),
            "APIBUILDER_PLATFORM_PORT": "0",
            "APIBUILDER_GATEWAY_PORT": "0",
            "APIBUILDER_METRICS_PORT": "0",
            "APIBUILDER_SAMPLE": "false",
            "PYTHONUNBUFFERED": "1",
            **self.env,
        }

    def start(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        log = (self.data_dir / "serve.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "apibuilder", "serve"],
            env=self.environment(),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        self.wait(self._ready, START_SECONDS, "the platform is ready")

    def _ready(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError(f"serve ended with {self.process.returncode}:\n{self.log()}")
        try:
            facts = self.facts()
        except (FileNotFoundError, json.JSONDecodeError):
            return False
        if facts["pid"] != self.process.pid:  # what a predecessor that was killed has left
            return False
        return all(
            _status(f"{facts[origin]}/readyz") == 200 for origin in ("platform_url", "gateway_url")
        )

    def stop(self, *, seconds: float = 45.0) -> None:
        """Ctrl-C, and wait until it is gone."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        self.process.wait(seconds)

    def facts(self) -> dict[str, Any]:
        """What serve says of itself: URLs and pids."""
        return json.loads(self.serve_json().read_text())

    def serve_json(self) -> Path:
        return Settings(data_dir=self.data_dir).run_dir / "serve.json"

    def log(self) -> str:
        return (self.data_dir / "serve.log").read_text(errors="replace")[-6000:]

    def wait(self, condition: Any, seconds: float, what: str) -> None:
        """Poll until `condition()` holds; a deadline, so that a failure ends."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if condition():
                return
            time.sleep(0.02)
        raise AssertionError(f"not within {seconds} s: {what}\n{self.log()}")

    def doctor(self) -> dict[str, Any]:
        """What doctor says, well or not; empty parts when the platform cannot be asked."""
        done = self._run("doctor")
        facts = json.loads(done.stdout)
        facts["ok"] = facts["ok"] and done.returncode == 0
        return facts

    def cli(self, *words: str, code: int = 0, given: bytes = b"") -> dict[str, Any]:
        """Run a verb with --json; stdout must be exactly one JSON object."""
        done = self._run(*words, given=given)
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        answer = json.loads(done.stdout)
        assert isinstance(answer, dict)
        return answer

    def _run(self, *words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "apibuilder", *words, "--json"],
            env=self.environment(),
            input=given,
            capture_output=True,
            timeout=90,
            check=False,
        )

    def call(
        self,
        api: dict[str, Any],
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One call through the gateway with the Api's own key, or another, or none ("")."""
        secret = api.get("api_key") if key is None else key
        return call(
            f"{api['endpoint_url']}{path}",
            method,
            body,
            {**({"Authorization": f"Bearer {secret}"} if secret else {}), **(headers or {})},
        )


def call(url: str, method: str, body: Any, headers: dict[str, str]) -> Answer:
    data = None if body is None else json.dumps(body).encode()
    if data is not None:
        headers = {"Content-Type": "application/json", **headers}
    request = urllib.request.Request(url, data=data, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return Answer(
                answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
            )
    except urllib.error.HTTPError as error:
        with error:
            return Answer(
                error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()
            )


def _status(url: str) -> int:
    try:
        return call(url, "GET", None, {}).status
    except OSError:
        return 0


def new_data_dir() -> Path:
    """Short, because Unix sockets live below it."""
    return Path(tempfile.mkdtemp(prefix="ab-", dir="/tmp"))


def remove(data_dir: Path) -> None:
    shutil.rmtree(data_dir, ignore_errors=True)
