"""A bound on the body of every request, whether it says its length or not."""

from __future__ import annotations

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apibuilder.control import problems
from apibuilder.errors import RequestTooLarge

# A source of 512 KiB with every character escaped in JSON, and room for the rest.
MAX_BODY_BYTES = 4 * 1024 * 1024


class BodyLimit:
    """Answers 413 in the app's place once a body is too long, and reads no further."""

    def __init__(self, app: ASGIApp, max_bytes: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen = 0

        async def receive_some() -> Message:
            nonlocal seen
            if seen > self._max_bytes:
                return {"type": "http.disconnect"}
            message = await receive()
            seen += len(message.get("body", b""))
            return {"type": "http.disconnect"} if seen > self._max_bytes else message

        async def send_unless_too_long(message: Message) -> None:
            # FastAPI answers 400 to a body that breaks off; the caller should know why it did.
            if seen <= self._max_bytes:
                await send(message)

        await self._app(scope, receive_some, send_unless_too_long)
        if seen > self._max_bytes:
            error = _too_long(seen, self._max_bytes)
            await problems.answer(Request(scope), error)(scope, receive, send)


def _too_long(seen: int, allowed: int) -> RequestTooLarge:
    return RequestTooLarge(
        f"A request to the platform has at most {allowed} bytes here.",
        limit="request_body_bytes",
        allowed=allowed,
        seen=seen,
    )
