"""The request that an app has to answer in process before it serves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Message

from apibuilder.backends.fork import tracebacks
from apibuilder.backends.fork.frames import Failed
from apibuilder.backends.fork.loader import Unfit

PROBE_SECONDS = 5.0
PREFLIGHT_SECONDS = 1.0


async def probe(app: ASGIApp, state: dict[str, Any]) -> None:
    """Ask for the OpenAPI document, or for `/`; raises Unfit if the app raises or does not answer.

    What it answers does not matter: an app may well want a login. A stream is not read to its end.
    """
    path = _path(app)
    call = _Call()
    task = asyncio.create_task(call.run(app, _scope(path, state)))
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            await call.answered.wait()
            if call.status >= 500:
                await task  # the error behind it is raised after the answer
    except TimeoutError:
        pass
    late = not task.done()
    task.cancel()
    if call.error is not None:
        raise Unfit.because("probe_failed", call.error)
    if call.status == 0:
        how = f"had no answer in {PROBE_SECONDS:g} s" if late else "returned without an answer"
        raise Unfit(Failed("probe_failed", f"GET {path} {how}.", tracebacks.USER_FILE))


async def answers_preflights(app: ASGIApp, state: dict[str, Any]) -> bool:
    """Whether the app has a CORS policy: it says something of one to a preflight of any origin."""
    asked = [(b"origin", b"https://preflight.invalid"), (b"access-control-request-method", b"GET")]
    call = _Call()
    task = asyncio.create_task(call.run(app, _scope(_path(app), state, "OPTIONS", asked)))
    try:
        async with asyncio.timeout(PREFLIGHT_SECONDS):
            await call.answered.wait()
    except TimeoutError:
        pass
    task.cancel()
    return any(name.lower().startswith(b"access-control-") for name in call.headers)


def _path(app: ASGIApp) -> str:
    return (app.openapi_url if isinstance(app, FastAPI) else None) or "/"


class _Call:
    """One request, up to the first piece of the answer's body."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: list[bytes] = []  # names of the answer's
        self.answered = asyncio.Event()
        self.error: BaseException | None = None
        self._asked = False

    async def run(self, app: ASGIApp, scope: dict[str, Any]) -> None:
        try:
            await app(scope, self._receive, self._send)
        except asyncio.CancelledError:  # the probe has seen enough
            pass
        except BaseException as error:  # noqa: BLE001 (user code may raise anything; it is reported)
            self.error = error
        finally:
            self.answered.set()

    async def _receive(self) -> Message:
        if self._asked:
            await asyncio.get_running_loop().create_future()  # this caller never leaves
        self._asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
            self.headers = [bytes(name) for name, _ in message.get("headers", ())]
        elif self.status:
            self.answered.set()


def _scope(
    path: str,
    state: dict[str, Any],
    method: str = "GET",
    headers: Iterable[tuple[bytes, bytes]] = (),
) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"localhost"), (b"user-agent", b"apibuilder-probe"), *headers],
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 80),
        "state": state.copy(),
        "extensions": {},
    }
