"""The runtime process: the fork Backend behind its service, until SIGTERM."""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import socket
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import structlog
import uvicorn
import uvloop

from apibuilder.backends import service
from apibuilder.backends.fork import tiers
from apibuilder.backends.fork.supervisor import PackageSource, Supervisor, open_supervisor
from apibuilder.backends.fork.watch import Intervals
from apibuilder.errors import Conflict, SandboxUnavailable, Unavailable
from apibuilder.settings import Settings

_log = structlog.get_logger()
_PREDECESSOR_SECONDS = 15  # for one that is being stopped to end
_STOP_SECONDS = 1  # for answers under way; a log that is followed never ends by itself


def run(settings: Settings) -> None:
    """Serve the Backend on `settings.runtime_socket`; returns after SIGTERM or SIGINT.

    Raises SandboxUnavailable when the machine cannot isolate as strongly as configured, Conflict
    when another runtime holds this state folder.
    """
    settings.run_dir.mkdir(parents=True, exist_ok=True, mode=0o711)
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # three descriptors a worker
    with _alone(settings.state_dir):
        uvloop.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    supervisor = await open_supervisor(
        state_dir=settings.state_dir,
        run_dir=settings.run_dir,
        python=_runtime_python(settings),
        accept_tiers=tiers.acceptable(settings.sandbox),
        start_timeout_seconds=settings.start_timeout_seconds,
        intervals=Intervals(idle=settings.idle_seconds),
        packages=PackageSource(allowed=settings.packages_file, index=settings.packages_index),
    )
    _tell(supervisor)
    try:
        await _serve_http(supervisor, settings.runtime_socket, settings.log_level)
    finally:
        await supervisor.close()


async def _serve_http(supervisor: Supervisor, path: Path, log_level: str) -> None:
    config = uvicorn.Config(
        service.create_app(supervisor),
        log_level=log_level,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=_STOP_SECONDS,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn raises them again when it has stopped, but there is more to stop after it.
        signal.signal(number, lambda _number, _frame: None)
    with _listening(path) as listen:
        await uvicorn.Server(config).serve(sockets=[listen])


@contextmanager
def _listening(path: Path) -> Generator[socket.socket]:
    """A Unix socket that only this user may dial."""
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listen:
        listen.bind(str(path))
        path.chmod(0o600)
        listen.listen()
        try:
            yield listen
        finally:
            path.unlink(missing_ok=True)


@contextmanager
def _alone(state_dir: Path) -> Generator[None]:
    """Hold the state folder: two runtimes would end each other's workers."""
    fd = os.open(state_dir / "runtime.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        signal.signal(signal.SIGALRM, _give_up)
        signal.alarm(_PREDECESSOR_SECONDS)
        fcntl.flock(fd, fcntl.LOCK_EX)
        signal.alarm(0)
        yield
    finally:
        os.close(fd)


def _give_up(_number: int, _frame: object) -> None:
    raise Conflict("Another runtime is using this data folder; stop it first.")


def _runtime_python(settings: Settings) -> Path:
    if settings.runtime_python is not None:
        return settings.runtime_python
    python = Path(__file__).resolve().parents[3] / "runtime" / ".venv" / "bin" / "python"
    if not python.exists():
        raise Unavailable(
            "The environment that APIs run in is missing: run `make up` once, or set "
            "APIBUILDER_RUNTIME_PYTHON to its interpreter."
        )
    return python


def _tell(supervisor: Supervisor) -> None:
    found = supervisor.sandbox
    _log.info("sandbox", tier=found.tier, missing=found.missing, refused=found.refused)


if __name__ == "__main__":
    try:
        run(Settings())  # pyright: ignore[reportCallIssue] - every field has a default
    except SandboxUnavailable as error:
        sys.exit(error.detail)
