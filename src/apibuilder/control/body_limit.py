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

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen = 0

        async def receive_some() -> Message:
            nonlocal seen
            if seen > MAX_BODY_BYTES:
                return {"type": "http.disconnect"}
            message = await receive()
            seen += len(message.get("body", b""))
            return {"type": "http.disconnect"} if seen > MAX_BODY_BYTES else message

        async def send_unless_too_long(message: Message) -> None:
            # FastAPI answers 400 to a body that breaks off; the caller should know why it did.
            if seen <= MAX_BODY_BYTES:
                await send(message)

        await self._app(scope, receive_some, send_unless_too_long)
        if seen > MAX_BODY_BYTES:
            await problems.answer(Request(scope), _too_long(seen))(scope, receive, send)


def _too_long(seen: int) -> RequestTooLarge:
    return RequestTooLarge(
        f"A request to the control API has at most {MAX_BODY_BYTES} bytes.",
        limit="request_body_bytes",
        allowed=MAX_BODY_BYTES,
        seen=seen,
    )
