"""Hands a worker's response to the caller: checked, counted, and metered before its last byte."""

from __future__ import annotations

import asyncio

from apibuilder.backends.fork.frames import ResponseHead
from apibuilder.backends.fork.link import ExchangeError
from apibuilder.domain import Limits
from apibuilder.errors import InvalidResponse, ResponseTooLarge
from apibuilder.gateway import respond
from apibuilder.gateway.call import Call, CallerLeft, Deadlines
from apibuilder.gateway.forward import Answer
from apibuilder.gateway.headers import ResponseHeaders
from apibuilder.gateway.meter import Meter
from apibuilder.gateway.run import in_task
from apibuilder.store.ledger import Kind

_BODILESS = {204, 205, 304}


async def relay(
    call: Call, answer: Answer, meter: Meter, limits: Limits, deadlines: Deadlines
) -> None:
    """Send the response, and end the exchange.

    Raises InvalidResponse, ResponseTooLarge or CallerLeft, each while nothing was sent yet.
    """
    head = answer.head
    if not 200 <= head.status <= 599:
        raise InvalidResponse(f"The API answered with status {head.status}.")
    headers = ResponseHeaders(head.headers)
    if call.connection.lost:
        raise CallerLeft
    if call.method == "HEAD" or head.status in _BODILESS:
        if head.status in _BODILESS:
            headers.content_length = None
        await answer.close()
        await _whole(call, answer, headers, b"", meter)
        return
    check_size(max(headers.content_length or 0, len(head.body)), limits.response_body_bytes)
    if not answer.exchange.ended:
        await in_task()
        await _Stream(call, answer, headers, meter, limits=limits, deadlines=deadlines).run(head)
        return
    if headers.content_length is None:
        headers.content_length = len(head.body)
    elif headers.content_length != len(head.body):
        raise InvalidResponse(
            f"The API announced {headers.content_length} bytes and sent {len(head.body)}."
        )
    await _whole(call, answer, headers, head.body, meter)


def check_size(seen: int, allowed: int) -> None:
    """Raises ResponseTooLarge."""
    if seen > allowed:
        raise ResponseTooLarge(
            f"The API's answer may have {allowed} bytes.",
            limit="response_body_bytes",
            allowed=allowed,
            seen=seen,
        )


async def _whole(
    call: Call, answer: Answer, headers: ResponseHeaders, body: bytes, meter: Meter
) -> None:
    """A response that is all here."""
    if headers.content_length is not None:
        headers.passed.append((b"content-length", b"%d" % headers.content_length))
    if answer.upload is not None:
        await answer.upload.stop()
    meter.write(call, Kind.CALL, answer.head.status, len(body))
    await respond.whole(call, answer.head.status, headers.passed, body)


class _Stream:
    """A response that comes piece by piece."""

    def __init__(
        self,
        call: Call,
        answer: Answer,
        headers: ResponseHeaders,
        meter: Meter,
        *,
        limits: Limits,
        deadlines: Deadlines,
    ) -> None:
        self._deadlines = deadlines
        self._call = call
        self._answer = answer
        self._headers = headers
        self._meter = meter
        self._allowed = limits.response_body_bytes
        self._seconds = limits.timeout_seconds
        self._sent = 0

    async def run(self, head: ResponseHead) -> None:
        """Send it all. What goes wrong from here on closes the connection: the head has left."""
        call, declared = self._call, self._headers.content_length
        if declared is not None:
            self._headers.passed.append((b"content-length", b"%d" % declared))
        elif call.scope["http_version"] == "1.0":
            raise InvalidResponse("The API streams its answer, which takes HTTP/1.1.")
        self._meter.write(call, Kind.START, head.status, 0)
        whole = False
        try:
            await respond.start(call, head.status, self._headers.passed)
            whole = await self._pieces(head.body)
        except (ExchangeError, TimeoutError):
            whole = False
        finally:
            self._deadlines.disarm(call)
            if not whole:
                self._meter.write(call, Kind.END, head.status, self._sent)
                call.connection.close()
            await self._answer.close()

    async def _pieces(self, piece: bytes) -> bool:
        """Whether the caller got all of it."""
        call, exchange = self._call, self._answer.exchange
        declared = self._headers.content_length
        while not call.connection.lost:
            total = self._sent + len(piece)
            if total > self._allowed or (declared is not None and total > declared):
                return False
            self._sent = total
            if exchange.ended:
                return await self._finish(piece)
            if piece:
                async with asyncio.timeout(call.connection.patience.send):
                    await respond.piece(call, piece)
            self._deadlines.arm(call, self._seconds)
            piece = await exchange.read()
        return False

    async def _finish(self, piece: bytes) -> bool:
        if self._headers.content_length not in {None, self._sent}:
            return False
        if self._answer.upload is not None:
            await self._answer.upload.stop()
        self._meter.write(self._call, Kind.END, self._call.status, self._sent)
        async with asyncio.timeout(self._call.connection.patience.send):
            await respond.finish(self._call, piece)
        return True
