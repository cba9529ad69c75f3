"""The Backend as gateway and deployer hold it: a client of the runtime service."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import msgspec

from apibuilder import errors
from apibuilder.backends.base import LogFeed, LogLine, Placed
from apibuilder.domain import DeploymentSpec, Ending, Failure, Instance, Started

_ORIGIN = "http://runtime"  # a name for the Host header; the socket's path is the address
_CONNECTIONS = 256
_AWAY = "The runtime is away; it is being restarted."


class _Instances(msgspec.Struct):
    instances: list[Instance]


class _Deployments(msgspec.Struct):
    deployments: list[Placed]


class _Ended(msgspec.Struct):
    ending: Ending | None


class _Problem(msgspec.Struct):
    code: str = "internal_error"
    detail: str | None = None
    file: str | None = None
    line: int | None = None


class RemoteBackend:
    """See base.Backend for the contract. Raises Unavailable while the runtime is away."""

    def __init__(self, socket_path: Path) -> None:
        self._socket_path = socket_path
        self._session: aiohttp.ClientSession | None = None

    async def place(self, spec: DeploymentSpec) -> Started:
        """See Backend."""
        path = f"/v1/deployments/{spec.deployment_id}"
        return msgspec.json.decode(await self._call("PUT", path, spec), type=Started)

    async def acquire(self, deployment_id: UUID, instances: int = 1) -> list[Instance]:
        """See Backend."""
        path = f"/v1/deployments/{deployment_id}/acquire?instances={instances}"
        answer = await self._call("POST", path)
        return msgspec.json.decode(answer, type=_Instances).instances

    async def suspend(self, deployment_id: UUID, grace_seconds: float) -> None:
        """See Backend."""
        await self._call("POST", f"/v1/deployments/{deployment_id}/suspend?grace={grace_seconds}")

    async def retire(self, deployment_id: UUID, grace_seconds: float) -> None:
        """See Backend."""
        await self._call("DELETE", f"/v1/deployments/{deployment_id}?grace={grace_seconds}")

    async def forget_api(self, api_id: UUID) -> None:
        """See Backend."""
        await self._call("DELETE", f"/v1/apis/{api_id}")

    async def ending(self, instance_id: str) -> Ending | None:
        """See Backend."""
        answer = await self._call("GET", f"/v1/instances/{instance_id}/ending")
        return msgspec.json.decode(answer, type=_Ended).ending

    async def overdue(self, instance_id: str) -> Ending | None:
        """See Backend."""
        answer = await self._call("POST", f"/v1/instances/{instance_id}/overdue")
        return msgspec.json.decode(answer, type=_Ended).ending

    async def placed(self) -> list[Placed]:
        """See Backend."""
        answer = await self._call("GET", "/v1/deployments")
        return msgspec.json.decode(answer, type=_Deployments).deployments

    async def note(self, api_id: UUID, message: str) -> None:
        """See Backend."""
        await self._call("POST", f"/v1/apis/{api_id}/notes", message)

    async def logs(self, api_id: UUID, *, tail: int, follow: bool) -> AsyncIterator[LogLine]:
        """See Backend."""
        path = f"/v1/apis/{api_id}/logs?tail={tail}&follow={str(follow).lower()}"
        async with self._request("GET", path) as answer:
            async for line in answer.content:
                yield msgspec.json.decode(line, type=LogLine)

    async def log_feed(self, epoch: str, after: int) -> LogFeed:
        """See Backend."""
        answer = await self._call("GET", f"/v1/logs?epoch={epoch}&after={after}")
        return msgspec.json.decode(answer, type=LogFeed)

    async def status(self) -> dict[str, Any]:
        """See Backend."""
        return msgspec.json.decode(await self._call("GET", "/v1/status"))

    async def close(self) -> None:
        """Give the connections back."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _call(
        self, method: str, path: str, body: DeploymentSpec | str | None = None
    ) -> bytes:
        async with self._request(method, path, body) as answer:
            return await answer.read()

    @asynccontextmanager
    async def _request(
        self, method: str, path: str, body: DeploymentSpec | str | None = None
    ) -> AsyncGenerator[aiohttp.ClientResponse]:
        data = None if body is None else msgspec.json.encode(body)
        try:
            async with self._opened().request(method, _ORIGIN + path, data=data) as answer:
                if answer.status >= 400:
                    raise _error_of(await answer.read(), dict(answer.headers))
                yield answer
        except (TimeoutError, aiohttp.ClientError, ConnectionError) as error:
            raise errors.Unavailable(_AWAY) from error

    def _opened(self) -> aiohttp.ClientSession:
        # Made at the first call, because a session belongs to the running loop.
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.UnixConnector(str(self._socket_path), limit=_CONNECTIONS),
                timeout=aiohttp.ClientTimeout(total=None, connect=5),
            )
        return self._session


def _error_of(body: bytes, headers: dict[str, str]) -> errors.ApiBuilderError:
    """The error that the runtime raised, as its own class."""
    try:
        problem = msgspec.json.decode(body, type=_Problem)
    except msgspec.MsgspecError:
        return errors.Unavailable("The runtime gave an answer that is not understood.")
    kind = errors.catalogue().get(problem.code, errors.ApiBuilderError)
    if issubclass(kind, errors.DeployRefused):
        detail = problem.detail or kind.title()
        failure = Failure(code=problem.code, detail=detail, file=problem.file, line=problem.line)
        return errors.DeployRefused.from_failure(failure)
    if issubclass(kind, errors.LimitExceeded):  # the runtime knows no limits of callers
        kind = errors.ApiBuilderError
    kept = {name: headers[name] for name in ("Retry-After",) if name in headers}
    return kind(problem.detail, headers=kept)
