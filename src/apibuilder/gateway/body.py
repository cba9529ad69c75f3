"""A request's body on its way to a worker: counted, timed, and held while a retry may need it."""

from __future__ import annotations

import asyncio

from apibuilder.backends.fork.frames import MAX_CHUNK, WINDOW, Reason
from apibuilder.backends.fork.link import Exchange, ExchangeError
from apibuilder.domain import Limits
from apibuilder.errors import ApiBuilderError, RequestTimeout, RequestTooLarge
from apibuilder.gateway.call import Call, CallerLeft, Deadlines
from apibuilder.gateway.run import in_task


async def next_piece(call: Call, allowed: int) -> bytes:
    """The next bytes of the body; `call.body_complete` says whether they are its last.

    Raises RequestTooLarge above `allowed` bytes in all, RequestTimeout, or CallerLeft.
    """
    seconds = call.connection.patience.body
    await in_task()
    try:
        async with asyncio.timeout(seconds):
            message = await call.receive()
    except TimeoutError:
        raise RequestTimeout(
            f"No more of the body came for {seconds:g} s.",
            limit="body_stall_seconds",
            allowed=seconds,
            seen=seconds,
        ) from None
    if message["type"] != "http.request":
        raise CallerLeft
    piece: bytes = message["body"]
    call.request_bytes += len(piece)
    call.body_complete = not message["more_body"]
    check_size(call.request_bytes, allowed)
    return piece


def check_size(seen: int, allowed: int) -> None:
    """Raises RequestTooLarge."""
    if seen > allowed:
        raise RequestTooLarge(
            f"The body may have {allowed} bytes.",
            limit="request_body_bytes",
            allowed=allowed,
            seen=seen,
        )


class Upload:
    """What of a body did not fit into the REQUEST frame.

    A worker that refuses a request grants no credit, so it never got more than WINDOW bytes of it:
    that much is held, and the request can be sent elsewhere.
    """

    def __init__(self, call: Call, rest: bytes, limits: Limits, deadlines: Deadlines) -> None:
        self._call = call
        self._deadlines = deadlines
        self._held = [rest] if rest else []
        self._held_bytes = len(rest)
        self._allowed = limits.request_body_bytes
        self._timeout_seconds = limits.timeout_seconds
        self._task: asyncio.Task[None] | None = None

    def start(self, exchange: Exchange) -> None:
        """Begin to send, to a first or to another worker."""
        self._task = asyncio.create_task(self._send(exchange))

    async def stop(self) -> None:
        """Send no more; nothing that was read is lost for another try."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    @property
    def replayable(self) -> bool:
        """Whether all that was read of the body is still here."""
        return bool(self._held) or self._held_bytes == 0

    async def _send(self, exchange: Exchange) -> None:
        call = self._call
        try:
            for number, piece in enumerate(list(self._held), start=1):
                last = call.body_complete and number == len(self._held)
                await self._write(exchange, piece, end=last)
            while not call.body_complete:
                piece = await next_piece(call, self._allowed)
                self._hold(piece)
                await self._write(exchange, piece, end=call.body_complete)
        except ExchangeError:
            return  # whoever waits for the response hears of it
        except TimeoutError:
            if not exchange.began:  # else it answers without having read its request, and may
                call.expire(self._timeout_seconds)
        except RequestTooLarge as error:
            call.give_up(error, Reason.TOO_LARGE)
        except (ApiBuilderError, CallerLeft) as error:
            call.give_up(error, Reason.CALLER_LEFT)
        else:
            if not exchange.began:  # from now on it is the Api that takes its time
                self._deadlines.arm(call, self._timeout_seconds)

    async def _write(self, exchange: Exchange, piece: bytes, *, end: bool) -> None:
        async with asyncio.timeout(self._timeout_seconds):
            await exchange.write(piece, end=end)

    def _hold(self, piece: bytes) -> None:
        if self._held_bytes <= WINDOW:
            self._held.append(piece)
        elif self._held:  # more than a window went out: the worker has taken it on
            self._held.clear()
        self._held_bytes += len(piece)


def inline(piece: bytes) -> tuple[bytes, bytes]:
    """The part of a first piece that fits into the REQUEST frame, and the rest."""
    return (piece, b"") if len(piece) <= MAX_CHUNK else (piece[:MAX_CHUNK], piece[MAX_CHUNK:])
