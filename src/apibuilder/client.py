"""The control API's client on this machine: where it listens, the operator's credential, one call.

Used by the command line and by the first start's sample. The standard library's HTTP client,
because a command line should answer before an event loop and its libraries are loaded.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from apibuilder import sign_in_session
from apibuilder.settings import Settings

_SILENCE_SECONDS = 120.0


class Refused(Exception):
    """The control API answered with a problem document."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(str(problem.get("detail") or problem.get("title") or "refused"))
        self.problem = problem


class Unreachable(Exception):
    """There is no control API to talk to."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the control API is, and what it is told."""

    url: str
    token: str
    api_key: str | None = None  # of REST, beside the token

    @classmethod
    def find(cls, settings: Settings) -> Self:
        """As whom the settings, a sign-in or the operator's token say, in this order."""
        url = cls.url_of(settings)
        return cls(url, settings.token or _signed_in(settings, url) or _operator(settings))

    @staticmethod
    def url_of(settings: Settings) -> str:
        """Of the platform that the settings name, or the one that runs on this data folder."""
        url = settings.url or run_facts(settings).get("platform_url")
        if url is None:
            raise Unreachable(
                f"Nothing runs on {settings.state_dir}. Start it with `make up` (or "
                "`apibuilder serve`), or set APIBUILDER_DATA_DIR to the folder it runs on."
            )
        return url.rstrip("/")


def _signed_in(settings: Settings, url: str) -> str | None:
    try:
        return sign_in_session.current_token(settings.state_dir, url)
    except sign_in_session.SignInRefused as error:
        raise Refused(
            {
                "code": "unauthenticated",
                "detail": f"Your sign-in has ended ({error}): `apibuilder login`, or "
                "`apibuilder logout` to act as the operator.",
            }
        ) from None
    except OSError as error:
        raise Unreachable(f"Your sign-in could not be refreshed ({error}).") from None


def _operator(settings: Settings) -> str:
    try:
        return (settings.state_dir / "operator.token").read_text().strip()
    except OSError as error:
        raise Unreachable(
            f"The operator's token in {settings.state_dir} cannot be read ({error.strerror}); "
            "set APIBUILDER_TOKEN, or `apibuilder login`."
        ) from None


def run_facts(settings: Settings) -> dict[str, Any]:
    """What `serve` wrote about itself; empty when nothing runs."""
    try:
        return json.loads((settings.run_dir / "serve.json").read_text())
    except (OSError, ValueError):
        return {}


class ControlClient:
    """Calls of the control API; each opens a connection of its own."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        params: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """One JSON answer. Raises Refused, Unreachable."""
        with self._request(method, path, body, params) as answer:
            return json.loads(answer.read())

    def rows(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        params: dict[str, str] | None = None,
    ) -> list[dict[str, Any]]:
        """As `call`, for an answer that is a list."""
        with self._request(method, path, body, params) as answer:
            return json.loads(answer.read())

    def lines(self, path: str, params: dict[str, str]) -> Iterator[dict[str, Any]]:
        """An NDJSON answer, line by line; one that follows has no end and may be silent."""
        silence = None if params.get("follow") == "true" else _SILENCE_SECONDS
        with self._request("GET", path, None, params, silence=silence) as answer:
            for line in answer:
                if line.strip():
                    yield json.loads(line)

    def events(self, path: str, body: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """An answer of server-sent events: (event, data)."""
        with self._request("POST", path, body, None, accept="text/event-stream") as answer:
            event = "message"
            for raw in answer:
                name, _, value = raw.decode().rstrip("\r\n").partition(":")
                if name == "event":
                    event = value.strip()
                elif name == "data":
                    yield event, json.loads(value)

    @contextmanager
    def _request(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        params: dict[str, str] | None,
        *,
        accept: str = "application/json",
        silence: float | None = _SILENCE_SECONDS,
    ) -> Generator[http.client.HTTPResponse]:
        connection = self._connect(silence)
        headers = {"Authorization": f"Bearer {self._place.token}", "Accept": accept}
        if self._place.api_key is not None:
            headers["apikey"] = self._place.api_key
        payload = None
        if body is not None:
            payload = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        target = urlsplit(self._place.url).path + path + (f"?{urlencode(params)}" if params else "")
        try:
            connection.request(method, target, payload, headers)
            answer = connection.getresponse()
            if answer.status >= 400:
                raise Refused(_problem(answer))
            yield answer
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(
                f"{self._place.url} does not answer ({error or type(error).__name__}). "
                "Is the platform running? Start it with `make up`."
            ) from error
        finally:
            connection.close()

    def _connect(self, silence: float | None) -> http.client.HTTPConnection:
        parts = urlsplit(self._place.url)
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        return kind(parts.netloc, timeout=silence)


def _problem(answer: http.client.HTTPResponse) -> dict[str, Any]:
    try:
        found = json.loads(answer.read())
    except ValueError:
        found = None
    if isinstance(found, dict):
        return found  # pyright: ignore[reportUnknownVariableType] - JSON has no types
    return {"code": "unexpected_answer", "detail": f"The platform answered {answer.status}."}
