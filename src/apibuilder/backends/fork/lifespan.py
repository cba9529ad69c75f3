"""The ASGI lifespan of an app."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.types import ASGIApp, Message

from apibuilder.backends.fork import tracebacks
from apibuilder.backends.fork.frames import Failed
from apibuilder.backends.fork.loader import Unfit

_LAST_WORDS_SECONDS = 1.0  # between an app saying that its startup failed and raising the cause


class Lifespan:
    """Startup and shutdown. An app that knows no lifespan is served without one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._inbox: asyncio.Queue[Message] = asyncio.Queue()
        self._started: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._task: asyncio.Task[None] | None = None
        self._error: BaseException | None = None
        self.state: dict[str, Any] = {}

    async def startup(self) -> None:
        """Returns when the app may serve; raises Unfit if its startup failed."""
        self._inbox.put_nowait({"type": "lifespan.startup"})
        self._task = asyncio.create_task(self._run())
        await asyncio.wait({self._task, self._started}, return_when=asyncio.FIRST_COMPLETED)
        if not self._started.done():
            return  # it ended without a word: it knows no lifespan
        message = self._started.result()
        if message["type"] == "lifespan.startup.complete":
            return
        await asyncio.wait({self._task}, timeout=_LAST_WORDS_SECONDS)
        if self._error is not None:
            raise Unfit.because("lifespan_failed", self._error)
        detail = tracebacks.without_host_paths(str(message.get("message") or "startup failed"))
        raise Unfit(Failed("lifespan_failed", detail, tracebacks.USER_FILE))

    async def shutdown(self, seconds: float) -> BaseException | None:
        """Give the app `seconds` to shut down; answers what it raised."""
        if self._task is None or self._task.done():
            return None
        self._inbox.put_nowait({"type": "lifespan.shutdown"})
        _, late = await asyncio.wait({self._task}, timeout=seconds)
        return TimeoutError(f"shutdown took longer than {seconds:g} s") if late else self._error

    async def _run(self) -> None:
        scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
        }
        try:
            await self._app(scope, self._inbox.get, self._send)
        except BaseException as error:  # noqa: BLE001 (user code may raise anything; it is reported)
            self._error = error

    async def _send(self, message: Message) -> None:
        if message["type"].startswith("lifespan.startup.") and not self._started.done():
            self._started.set_result(message)
