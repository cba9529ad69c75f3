"""serve, and its parts one by one: gateway, runtime, control."""

from __future__ import annotations

from typing import Annotated

import typer

from apibuilder import settings
from apibuilder.cli import output

ListenFd = Annotated[int | None, typer.Option(hidden=True)]


def serve() -> None:
    """Run everything on this machine until Ctrl-C."""
    from apibuilder.serve.main import run  # noqa: PLC0415 - only this verb needs all that it loads

    with output.failures(as_json=False):
        run(settings.load())


def gateway(listen_fd: ListenFd = None, metrics_fd: ListenFd = None) -> None:
    """Run the gateway alone."""
    from apibuilder.gateway.main import run  # noqa: PLC0415 - as above

    with output.failures(as_json=False):
        run(settings.load(), listen_fd=listen_fd, metrics_fd=metrics_fd)


def runtime() -> None:
    """Run the runtime alone: zygote, workers and the service in front of them."""
    from apibuilder.backends.main import run  # noqa: PLC0415 - as above

    with output.failures(as_json=False):
        run(settings.load())


def control(listen_fd: ListenFd = None) -> None:
    """Run the control API and the deployer alone."""
    from apibuilder.control.main import run  # noqa: PLC0415 - as above

    with output.failures(as_json=False):
        run(settings.load(), listen_fd=listen_fd)
