"""Parts for tests of a running Backend: specs, and the fork Backend on a folder of its own."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec

from apibuilder.backends.egress.client import COMMAND
from apibuilder.backends.fork.frames import RequestHead
from apibuilder.backends.fork.link import Link
from apibuilder.backends.fork.scale import ScaleIntervals
from apibuilder.backends.fork.supervisor import PackageSource, Supervisor, open_supervisor
from apibuilder.backends.fork.watch import Intervals
from apibuilder.domain import DeploymentSpec, Instance, Limits

ROOT = Path(__file__).resolve().parents[2]
RUNTIME_PYTHON = ROOT / "runtime" / ".venv" / "bin" / "python"

LIMITS = Limits(
    requests_per_second=100,
    burst=100,
    monthly_quota=1_000_000,
    max_concurrency=50,
    timeout_seconds=10,
    request_body_bytes=1 << 20,
    response_body_bytes=8 << 20,
    memory_mb=128,
    cpu=1.0,
    processes=64,
    storage_mb=64,
    max_instances=1,
)

HELLO = """
from fastapi import FastAPI
app = FastAPI()

@app.get("/hello")
def hello(name: str = "you"):
    print("greeting", name)
    return {"hello": name}
"""


def spec(
    source: str = HELLO,
    *,
    api_id: UUID | None = None,
    ephemeral: bool = False,
    env: dict[str, str] | None = None,
    min_instances: int = 0,
    egress_hosts: tuple[str, ...] = (),
    **limits: Any,
) -> DeploymentSpec:
    """A spec of a fresh Deployment; keyword arguments change its Limits."""
    return DeploymentSpec(
        deployment_id=uuid4(),
        api_id=api_id or uuid4(),
        revision=1,
        source=source,
        limits=replace(LIMITS, **limits),
        env=env or {},
        ephemeral=ephemeral,
        min_instances=min_instances,
        egress_hosts=egress_hosts,
    )


async def get(instance: Instance, path: str, query: str = "") -> tuple[int, Any]:
    """Status and JSON body of a GET, over a link of its own."""
    link = await Link.open(instance.address)
    try:
        head = RequestHead(
            "GET", path, path.encode(), query.encode(), "", "http", "1.1",
            [(b"host", b"api")], ("127.0.0.1", 1), ("api", 80), "req-1",
        )  # fmt: skip
        exchange = link.request(head, end=True)
        response = await exchange.response()
        body = response.body
        while not exchange.ended:
            piece = await exchange.read()
            if not piece:
                break
            body += piece
        return response.status, msgspec.json.decode(body) if response.status == 200 else body
    finally:
        link.close()


@asynccontextmanager
async def fork_backend(
    tiers: Sequence[str] = ("full",),
    *,
    base: Path | None = None,
    start_timeout_seconds: float = 10.0,
    intervals: Intervals | None = None,
    scale: ScaleIntervals | None = None,
    egress_command: Sequence[str] = COMMAND,
    spares: int = 1,
    packages: PackageSource | None = None,
) -> AsyncIterator[Supervisor]:
    """A Supervisor with a real zygote, on `base` or on a folder that is removed afterwards."""
    folder = base or short_folder()
    supervisor = await open_supervisor(
        state_dir=folder,
        run_dir=folder / "run",
        python=RUNTIME_PYTHON,
        accept_tiers=tiers,
        start_timeout_seconds=start_timeout_seconds,
        intervals=intervals or Intervals(),
        scale=scale,
        egress_command=egress_command,
        packages=packages,
        spares=spares,
    )
    try:
        yield supervisor
    finally:
        await supervisor.close()
        if base is None:
            shutil.rmtree(folder)


def short_folder() -> Path:
    """A folder whose sockets have short paths; others may walk through it."""
    folder = Path(tempfile.mkdtemp(prefix="ab-", dir="/tmp"))
    folder.chmod(0o711)
    return folder


def is_root() -> bool:
    """Whether tier full has all its layers here."""
    return os.geteuid() == 0
