"""From a verb, which is synchronous, to the control API, which is not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from apibuilder.client import ControlClient, Place
from apibuilder.settings import Settings

T = TypeVar("T")


def settings() -> Settings:
    """From the environment and `.env`."""
    return Settings()  # pyright: ignore[reportCallIssue] - every field has a default


def with_control(work: Callable[[ControlClient], Awaitable[T]]) -> T:
    """Run `work` with a client of the platform on this data folder."""

    async def session() -> T:
        async with ControlClient(Place.find(settings())) as control:
            return await work(control)

    return asyncio.run(session())


def call(
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
    params: dict[str, str] | None = None,
) -> dict[str, Any]:
    """One call of the control API."""
    return with_control(lambda control: control.call(method, f"/api/v1{path}", body, params))
