"""From a verb to the control API of the platform on this data folder."""

from __future__ import annotations

from typing import Any

from apibuilder import settings
from apibuilder.client import ControlClient, Place


def control() -> ControlClient:
    """A client of the platform that the settings name. Raises Unreachable, InvalidSetting."""
    return ControlClient(Place.find(settings.load()))


def call(
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
    params: dict[str, str] | None = None,
) -> dict[str, Any]:
    """One call of the control API."""
    return control().call(method, f"/api/v1{path}", body, params)
