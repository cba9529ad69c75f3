"""An id for every request: in its scope, in the answer's X-Request-ID and in every problem."""

from __future__ import annotations

from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send


def request_id(scope: Scope) -> str:
    """The id that RequestId gave this request."""
    return scope["state"]["request_id"]


class RequestId:
    """Draws the id; one that a caller sends is not believed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        identity = uuid4().hex
        # A copy: the server shares the lifespan's state between requests.
        scope["state"] = {**scope.get("state", {}), "request_id": identity}

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                header = (b"x-request-id", identity.encode())
                message["headers"] = [*message["headers"], header]
            await send(message)

        await self._app(scope, receive, send_with_id)
