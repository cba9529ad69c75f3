"""From a verb to the control API of the platform on this data folder."""

from __future__ import annotations

from typing import Any

from apibuilder.client import ControlClient, Place
from apibuilder.settings import Settings


def settings() -> Settings:
    """From the environment and `.env`."""
    return Settings()  # pyright: ignore[reportCallIssue] - every field has a default


def control() -> ControlClient:
    """A client of the platform on this data folder. Raises Unreachable."""
    return ControlClient(Place.find(settings()))


def call(
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
    params: dict[str, str] | None = None,
) -> dict[str, Any]:
    """One call of the control API."""
    return control().call(method, f"/api/v1{path}", body, params)
