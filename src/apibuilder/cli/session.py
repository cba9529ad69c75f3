"""From a verb to the control API of the platform on this data folder."""

from __future__ import annotations

from typing import Any

from apibuilder import settings
from apibuilder.client import ControlClient, Place, Refused


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


def rest(*, signed_in: bool = False) -> ControlClient:
    """A client of the database by REST: as who has signed in, or as everybody.

    Raises Unreachable, InvalidSetting, and Refused where there is no REST or nobody to be.
    """
    place = Place.find(settings.load())
    config = ControlClient(place).call("GET", "/config.json")
    url, key = config["supabase_url"], config["supabase_publishable_key"]
    if url is None or key is None:
        raise Refused({"code": "unavailable", "detail": "This platform has no Supabase."})
    is_person = place.token.count(".") == 2  # a sign-in token; the operator's is none
    if signed_in and not is_person:
        raise Refused(
            {
                "code": "unauthenticated",
                "detail": "The operator subscribes to nothing: `apibuilder login` first.",
            }
        )
    return ControlClient(Place(url, place.token if is_person else key, api_key=key))
