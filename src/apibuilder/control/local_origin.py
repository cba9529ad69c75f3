"""Local Auth, REST and functions under the platform's origin: three prefixes that pass through.

With a hosted project nothing of this is there: browsers and scripts talk to SUPABASE_URL.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import aiohttp
from fastapi import Request
from multidict import CIMultiDict
from starlette.types import ASGIApp, Receive, Scope, Send
from yarl import URL

from apibuilder.control import problems
from apibuilder.control.body_limit import BodyLimit
from apibuilder.errors import Unavailable

PREFIXES = ("/auth/v1/", "/rest/v1/", "/functions/v1/")
# The largest body that a plan lets an Api take, which the api-gateway function passes on.
_MAX_BODY_BYTES = 12 * 1024 * 1024
_CONNECT_SECONDS = 5.0
_HOP_BY_HOP = {
    b"connection",
    b"keep-alive",
    b"proxy-connection",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
}
_NOT_BACK = _HOP_BY_HOP | {b"date", b"server", b"x-request-id"}  # this server says them itself
_FORWARDED = {b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-request-id"}


class LocalOrigin:
    """Hands requests below PREFIXES to the local socket, and all others to the app."""

    def __init__(self, app: ASGIApp, web: aiohttp.ClientSession) -> None:
        """`web` is connected to the socket, see `open_session`."""
        self._app = app
        self._passed = BodyLimit(_Passage(web), _MAX_BODY_BYTES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        ours = scope["type"] == "http" and scope["path"].startswith(PREFIXES)
        await (self._passed if ours else self._app)(scope, receive, send)


def open_session(socket: Path) -> aiohttp.ClientSession:
    """To the local socket; bodies pass as they are, and an answer may take as long as it likes."""
    return aiohttp.ClientSession(
        connector=aiohttp.UnixConnector(str(socket), limit=0),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS),
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
    )


class _Body:
    """The caller's body as it comes, and then the news that they left."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        names = {name for name, _ in scope["headers"]}
        self.expected = bool(names & {b"content-length", b"transfer-encoding"})
        self.left = False
        self._receive = receive
        self._read = asyncio.Event()
        if not self.expected:
            self._read.set()

    async def chunks(self) -> AsyncGenerator[bytes]:
        """Raises ConnectionResetError when it breaks off."""
        more = True
        try:
            while more:
                message = await self._receive()
                self.left = message["type"] == "http.disconnect"
                if self.left:
                    raise ConnectionResetError
                more = message.get("more_body", False)
                if chunk := message.get("body", b""):
                    yield chunk
        finally:
            self._read.set()

    async def until_left(self) -> None:
        """Nobody reads the same news twice: this begins where the body ends."""
        await self._read.wait()
        while not self.left:
            self.left = (await self._receive())["type"] == "http.disconnect"


class _Passage:
    """One request through the socket, streaming both ways, for as long as the caller stays."""

    def __init__(self, web: aiohttp.ClientSession) -> None:
        self._web = web

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = _Body(scope, receive)
        passing = asyncio.create_task(self._pass(scope, body, send))
        leaving = asyncio.create_task(body.until_left())
        try:
            await asyncio.wait({passing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            left = body.left
            passing.cancel()
            leaving.cancel()
            await asyncio.wait({passing, leaving})
        if passing.cancelled() or left:
            return
        if isinstance(error := passing.exception(), aiohttp.ClientConnectorError):
            away = Unavailable("Local Auth, REST and functions are being started; try again.")
            await problems.answer(Request(scope), away)(scope, receive, send)
        elif error is not None:
            raise error

    async def _pass(self, scope: Scope, body: _Body, send: Send) -> None:
        async with self._web.request(
            scope["method"],
            URL(f"http://local{_target(scope)}", encoded=True),
            headers=_request_headers(scope),
            data=body.chunks() if body.expected else None,
            allow_redirects=False,
        ) as answer:
            headers = [
                (name.lower(), value)
                for name, value in answer.raw_headers
                if name.lower() not in _NOT_BACK
            ]
            await send({"type": "http.response.start", "status": answer.status, "headers": headers})
            async for chunk in answer.content.iter_any():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body"})


def _target(scope: Scope) -> str:
    query = scope["query_string"].decode("ascii", "replace")
    path = scope["raw_path"].decode("ascii", "replace")
    return f"{path}?{query}" if query else path


def _request_headers(scope: Scope) -> CIMultiDict[str]:
    headers = CIMultiDict[str]()
    for name, value in scope["headers"]:
        if name not in _HOP_BY_HOP | _FORWARDED:
            headers.add(name.decode("latin-1"), value.decode("latin-1"))
    if scope["client"] is not None:
        headers["X-Forwarded-For"] = scope["client"][0]
    return headers
