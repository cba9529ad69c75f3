"""Swaps and deaths while callers call: what is promised of failures, recovery and the ledger."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.stack import Stack, new_data_dir, remove

SOURCE = """
from fastapi import FastAPI
app = FastAPI()

@app.get("/version")
async def version():
    return {number}
"""
RATE = 300


@pytest.fixture(scope="module")
def api(stack: Stack) -> dict[str, object]:
    source = stack.data_dir / "v0.py"
    source.write_text(SOURCE.format(number=0))
    return stack.cli("deploy", str(source), "--name", "Busy")


class Load:
    """Callers at a steady pace in a process of their own."""

    def __init__(self, api: dict[str, object], seconds: float) -> None:
        self._process = subprocess.Popen(
            [
                sys.executable, "-m", "tests.acceptance.load",
                f"{api['endpoint_url']}/version", str(api["api_key"]), str(RATE), str(seconds),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        )  # fmt: skip
        assert self._process.stderr is not None
        self._process.stderr.readline()  # it has begun

    def result(self) -> dict[str, object]:
        out, err = self._process.communicate(timeout=120)
        assert self._process.returncode == 0, err
        return json.loads(out)


@pytest.fixture
def load(api) -> Iterator[object]:
    yield lambda seconds: Load(api, seconds)


def test_ten_swaps_fail_no_call(stack: Stack, api, load) -> None:
    running = load(20)
    for number in range(1, 11):
        source = stack.data_dir / "next.py"
        source.write_text(SOURCE.format(number=number))
        assert stack.cli("deploy", str(source), "--api", api["api_id"])["status"] == "active"
    result = running.result()
    assert result["dropped"] == {}
    assert set(result["statuses"]) == {"200"}, result
    assert len(result["bodies"]) >= 3, "calls were answered by several revisions"


def children(pid: int) -> dict[int, str]:
    """All descendants: pid -> command line."""
    found: dict[int, str] = {}
    todo = [pid]
    while todo:
        parent = todo.pop()
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            for child in map(int, task.read_text().split()):
                cmdline = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ")
                found[child] = cmdline.decode(errors="replace")
                todo.append(child)
    return found


def victims(stack: Stack, kind: str) -> set[int]:
    """Processes of one kind: the workers are all of the zygote's children, waiting ones too."""
    pids = stack.facts()["children"]
    if kind in pids:
        return {int(pids[kind])}
    zygote = int(stack.doctor()["backend"]["zygote"]["pid"])
    return {zygote} if kind == "zygote" else set(children(zygote))


def is_back(stack: Stack, kind: str, killed: set[int]) -> bool:
    if not stack.doctor()["ok"]:
        return False
    now = victims(stack, kind)
    return bool(now) and not now & killed


@pytest.mark.parametrize(
    "kind", ["worker", "zygote", "runtime", "gateway-1", "control", "postgres"]
)
def test_kill_9_is_mended_and_no_answered_call_is_lost(stack: Stack, api, load, kind: str) -> None:
    assert stack.call(api, "GET", "/version").status == 200
    counted = stack.cli("usage", api["api_id"])["calls"]
    running = load(8)
    killed = victims(stack, kind)
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    stack.wait(
        lambda: stack.call(api, "GET", "/version").status == 200, 5.0, f"calls after {kind} died"
    )
    result = running.result()
    answered = sum(int(count) for count in result["statuses"].values())
    assert int(result["statuses"].get("200", 0)) > RATE * 8 * 0.5, result
    stack.wait(lambda: is_back(stack, kind, killed), 5.0, f"{kind} is back")
    # One call before the count, one or more of the waits: at least all that the load saw.
    assert stack.cli("usage", api["api_id"])["calls"] >= counted + answered


def test_stop_leaves_nothing_behind() -> None:
    stack = Stack(new_data_dir())
    mounts = Path("/proc/self/mounts").read_text()
    try:
        stack.start()
        source = stack.data_dir / "app.py"
        source.write_text(SOURCE.format(number=1))
        api = stack.cli("deploy", str(source))
        assert stack.call(api, "GET", "/version").status == 200
        run_dir = stack.serve_json().parent
        assert stack.process is not None
        ours = children(stack.process.pid)
        assert len(ours) >= 6
        cgroups = [
            path
            for path in Path("/sys/fs/cgroup").glob("**/apibuilder*")
            if "apibuilder" in path.name
        ]
        stack.stop()
        assert not [pid for pid in ours if Path(f"/proc/{pid}").exists()]
        assert not run_dir.exists() or not list(run_dir.glob("**/*.sock"))
        assert Path("/proc/self/mounts").read_text() == mounts
        left = [path for path in cgroups if path.exists() and _has_ours(path, ours)]
        assert not left
    finally:
        stack.stop()
        remove(stack.data_dir)


def _has_ours(path: Path, ours: dict[int, str]) -> bool:
    return any(
        int(pid) in ours
        for procs in path.rglob("cgroup.procs")
        for pid in procs.read_text().split()
    )
