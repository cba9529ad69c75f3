"""The control API's client on this machine: where it listens, the operator's credential, one call.

Used by the command line and by the first start's sample.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

import aiohttp

from apibuilder.settings import Settings

_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=120)
_LONGEST_LINE = 8 * 1024 * 1024


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

    @classmethod
    def find(cls, settings: Settings) -> Self:
        """APIBUILDER_URL and APIBUILDER_TOKEN, or what runs on this data folder."""
        url, token = os.environ.get("APIBUILDER_URL"), os.environ.get("APIBUILDER_TOKEN")
        if url is None:
            url = run_facts(settings).get("platform_url")
        if url is None:
            raise Unreachable(
                f"Nothing runs on {settings.state_dir}. Start it with `make up` (or "
                "`apibuilder serve`), or set APIBUILDER_DATA_DIR to the folder it runs on."
            )
        if token is None:
            try:
                token = (settings.state_dir / "operator.token").read_text().strip()
            except OSError as error:
                raise Unreachable(
                    f"The operator's token in {settings.state_dir} cannot be read "
                    f"({error.strerror}); set APIBUILDER_TOKEN."
                ) from None
        return cls(url.rstrip("/"), token)


def run_facts(settings: Settings) -> dict[str, Any]:
    """What `serve` wrote about itself; empty when nothing runs."""
    try:
        return json.loads((settings.run_dir / "serve.json").read_text())
    except (OSError, ValueError):
        return {}


class ControlClient:
    """One session with the control API. Use as an async context manager."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {self._place.token}"},
            timeout=_TIMEOUT,
            read_bufsize=_LONGEST_LINE,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        params: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """One JSON answer. Raises Refused, Unreachable."""
        async with self._request(method, path, body, params) as answer:
            return await answer.json()

    async def lines(self, path: str, params: dict[str, str]) -> AsyncIterator[dict[str, Any]]:
        """An NDJSON answer, line by line, for as long as it goes on."""
        async with self._request("GET", path, None, params) as answer:
            async for line in answer.content:
                if line.strip():
                    yield json.loads(line)

    async def events(
        self, path: str, body: dict[str, Any]
    ) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        """An answer of server-sent events: (event, data)."""
        async with self._request("POST", path, body, None, accept="text/event-stream") as answer:
            event = "message"
            async for raw in answer.content:
                name, _, value = raw.decode().rstrip("\r\n").partition(":")
                if name == "event":
                    event = value.strip()
                elif name == "data":
                    yield event, json.loads(value)

    @asynccontextmanager
    async def _request(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        params: dict[str, str] | None,
        *,
        accept: str = "application/json",
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        assert self._session is not None, "use the client as a context manager"
        try:
            async with self._session.request(
                method,
                f"{self._place.url}{path}",
                json=body,
                params=params,
                headers={"Accept": accept},
            ) as answer:
                if answer.status >= 400:
                    raise Refused(await _problem(answer))
                yield answer
        except (aiohttp.ClientConnectionError, TimeoutError) as error:
            raise Unreachable(
                f"{self._place.url} does not answer ({error or type(error).__name__}). "
                "Is the platform running? Start it with `make up`."
            ) from error


async def _problem(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    try:
        found = await answer.json(content_type=None)
    except ValueError:
        found = None
    if isinstance(found, dict):
        return found
    return {"code": "unexpected_answer", "detail": f"The platform answered {answer.status}."}
