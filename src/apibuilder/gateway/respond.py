"""What leaves towards the caller: a head with the gateway's headers, and an end that arrives."""

from __future__ import annotations

import asyncio

from apibuilder.errors import ApiBuilderError
from apibuilder.gateway.call import Call
from apibuilder.gateway.dashboard import let_read
from apibuilder.gateway.headers import Headers
from apibuilder.gateway.problem import problem_body, problem_headers
from apibuilder.gateway.run import in_task

LINGER_SECONDS = 2.0
LINGER_BYTES = 1024 * 1024
_CLOSE = (b"connection", b"close")
_BAD_REQUEST = 400


async def start(call: Call, status: int, headers: Headers) -> None:
    """Send the head; `headers` is added to. The connection closes behind an unread body."""
    _complete(call, status, headers)
    if call.body_unread:
        headers.append(_CLOSE)
    await call.send({"type": "http.response.start", "status": status, "headers": headers})


async def piece(call: Call, body: bytes) -> None:
    """Send some of the body; waits while the caller is slow to take it."""
    await call.send({"type": "http.response.body", "body": body, "more_body": True})


async def finish(call: Call, body: bytes) -> None:
    """Send the last of the body. Nobody else may be reading the request's body by now."""
    if call.body_unread:
        await piece(call, body)
        await _linger(call)
        body = b""
    await call.send({"type": "http.response.body", "body": body, "more_body": False})


async def whole(
    call: Call, status: int, headers: Headers, body: bytes, *, close: bool = False
) -> None:
    """Send an answer that is all here. Nobody else may be reading the request's body by now."""
    if call.method == "HEAD":
        body = b""
    if call.body_unread:
        await start(call, status, headers)
        await finish(call, body)
        return
    _complete(call, status, headers)
    await call.connection.answer(status, headers, body, close=close)


async def refuse(call: Call, error: ApiBuilderError) -> None:
    """Answer with an error as problem+json; a request that confuses also ends its connection."""
    body = problem_body(error, call.request_id)
    headers = problem_headers(error, body)
    await whole(call, error.status, headers, body, close=error.status == _BAD_REQUEST)


def _complete(call: Call, status: int, headers: Headers) -> None:
    call.status = status
    headers.append((b"x-request-id", call.request_id.encode()))
    if call.grant is not None:
        headers += call.grant.headers()
    if call.dashboard is not None:
        let_read(headers, call.dashboard)


async def _linger(call: Call) -> None:
    """Read on for a moment: closing with unread bytes would reset the answer away."""
    await in_task()
    read = 0
    try:
        async with asyncio.timeout(LINGER_SECONDS):
            while read < LINGER_BYTES:
                message = await call.receive()
                if message["type"] != "http.request" or not message["more_body"]:
                    return
                read += len(message["body"])
    except TimeoutError:
        return
