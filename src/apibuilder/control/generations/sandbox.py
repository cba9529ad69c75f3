"""generator.base.Sandbox on a Backend: source under test runs where every Api runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from urllib.parse import unquote
from uuid import UUID, uuid4

from apibuilder.backends.base import Backend
from apibuilder.backends.fork.frames import MAX_CHUNK, HeadTooLarge, RequestHead
from apibuilder.backends.fork.link import Exchange, ExchangeError, Link
from apibuilder.domain import DeploymentSpec, Instance, Limits
from apibuilder.errors import ApiBuilderError, ProbeFailed
from apibuilder.generator.base import CallFailed, HttpRequest, HttpResponse

# What a test run may use: no more than the smallest plan, so that what passes runs on every one.
TRIAL_LIMITS = Limits(
    requests_per_second=1_000,
    burst=1_000,
    monthly_quota=1_000_000,
    max_concurrency=16,
    timeout_seconds=10,
    request_body_bytes=1 << 20,
    response_body_bytes=8 << 20,
    memory_mb=128,
    cpu=1.0,
    processes=32,
    storage_mb=64,
    max_instances=1,
)
_ROOT_PATH = "/api"
_HOST = b"api.test"


class BackendSandbox:
    """See generator.base.Sandbox. Every `open` is an ephemeral Deployment with an empty /data."""

    def __init__(self, backend: Backend, limits: Limits = TRIAL_LIMITS) -> None:
        self._backend = backend
        self._limits = limits

    def open(self, source: str) -> AbstractAsyncContextManager[LinkSession]:
        """A fresh instance. Raises a DeployRefused if the source does not start."""
        return self._open(source, None)

    def open_copy(self, source: str, api_id: UUID) -> AbstractAsyncContextManager[LinkSession]:
        """The same on a copy of an Api's data. Raises DataNotCopied too."""
        return self._open(source, api_id)

    @asynccontextmanager
    async def _open(self, source: str, copy_of: UUID | None) -> AsyncGenerator[LinkSession]:
        spec = DeploymentSpec(
            deployment_id=uuid4(),
            api_id=uuid4(),
            revision=1,
            source=source,
            limits=self._limits,
            ephemeral=True,
            copy_of=copy_of,
        )
        try:
            started = await self._backend.place(spec)
            link = await _dial(started.instance)
            try:
                yield LinkSession(started.openapi, link, self._limits)
            finally:
                link.close()
        finally:
            # Also when whoever waits has gone: what was begun must not stay.
            await asyncio.shield(self._retire(spec))

    async def _retire(self, spec: DeploymentSpec) -> None:
        try:
            await self._backend.retire(spec.deployment_id, 0)
        except ApiBuilderError:
            return  # the Backend is away; when it is back it removes what is ephemeral


async def _dial(instance: Instance) -> Link:
    try:
        return await Link.open(instance.address)
    except ExchangeError as error:
        raise ProbeFailed(f"The API started, but then: {error}.", file="main.py") from error


class LinkSession:
    """See generator.base.Session."""

    def __init__(self, openapi: dict[str, Any], link: Link, limits: Limits) -> None:
        self._openapi = openapi
        self._link = link
        self._limits = limits

    @property
    def openapi(self) -> dict[str, Any]:
        """Its OpenAPI document, empty if it has none."""
        return self._openapi

    async def call(self, request: HttpRequest) -> HttpResponse:
        """One call. Raises CallFailed."""
        try:
            async with asyncio.timeout(self._limits.timeout_seconds):
                return await self._call(request)
        except TimeoutError:
            raise CallFailed(f"no answer in {self._limits.timeout_seconds:g} s") from None
        except (ExchangeError, HeadTooLarge) as error:
            raise CallFailed(str(error)) from error

    async def _call(self, request: HttpRequest) -> HttpResponse:
        head, rest = _head(request)
        exchange = self._link.request(head, end=not rest)
        if rest:
            # A worker that answers before it has read all of it makes `write` return.
            await _upload(exchange, rest)
        response = await exchange.response()
        body = bytearray(response.body)
        while not exchange.ended and (piece := await exchange.read()):
            body += piece
            if len(body) > self._limits.response_body_bytes:
                raise CallFailed(f"the answer has more than {self._limits.response_body_bytes} B")
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in response.headers
        }
        return HttpResponse(status=response.status, headers=headers, body=bytes(body))


async def _upload(exchange: Exchange, rest: bytes) -> None:
    for start in range(0, len(rest), MAX_CHUNK):
        last = start + MAX_CHUNK >= len(rest)
        await exchange.write(rest[start : start + MAX_CHUNK], end=last)


def _head(request: HttpRequest) -> tuple[RequestHead, bytes]:
    headers = {"host": _HOST.decode(), **{k.lower(): v for k, v in request.headers.items()}}
    if request.body:
        headers["content-length"] = str(len(request.body))
    head = RequestHead(
        method=request.method,
        path=unquote(request.path),
        raw_path=request.path.encode("latin-1"),
        query_string=request.query.encode("latin-1"),
        root_path=_ROOT_PATH,
        scheme="http",
        http_version="1.1",
        headers=[(k.encode("latin-1"), v.encode("latin-1")) for k, v in headers.items()],
        client=("127.0.0.1", 1),
        server=(_HOST.decode(), 80),
        request_id=uuid4().hex,
        body=request.body[:MAX_CHUNK],
    )
    return head, request.body[MAX_CHUNK:]
