"""A worker's end of the link that says what it is told to: the truth, or a script's lies."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from apibuilder.backends.fork.frames import (
    BODY,
    CANCEL,
    REQUEST,
    FrameReader,
    RequestHead,
    ResponseHead,
    credit_frame,
    decode_request,
    frame,
    head_frame,
)
from apibuilder.domain import Ending, Instance

Script = Callable[[int, RequestHead], bytes]  # from a stream and its request to frames
NAP = b"<NAP>"  # in what a script answers: a pause


def response(stream: int, *headers: tuple[bytes, bytes], status: int = 200, body: bytes = b"",
             end: bool = True) -> bytes:  # fmt: skip
    """A RESPONSE frame."""
    return head_frame(stream, ResponseHead(status, list(headers), body), end=end)


class Peer:
    """As much of a Backend as a gateway uses, with one Instance that is this process."""

    def __init__(self, folder: Path, scripts: dict[str, Script]) -> None:
        self.path = str(folder / "peer.sock")
        self.seen: list[RequestHead] = []
        self._scripts = scripts
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_unix_server(self._serve, self.path)

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def acquire(self, deployment_id: UUID, instances: int = 1) -> list[Instance]:
        return [
            Instance(
                id=self.path, deployment_id=deployment_id, api_id=deployment_id, address=self.path
            )
        ]

    async def note(self, api_id: UUID, message: str) -> None:
        pass

    async def ending(self, instance_id: str) -> Ending | None:
        return Ending(detail="the peer ended")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        frames = FrameReader()
        bodies: dict[int, tuple[RequestHead, bytearray]] = {}
        try:
            while data := await reader.read(1 << 16):
                for kind, stream, end, payload in frames.feed(data):
                    if kind == REQUEST:
                        head = decode_request(payload)
                        bodies[stream] = head, bytearray(head.body)
                    elif kind == BODY and stream in bodies:
                        bodies[stream][1].extend(payload)
                        writer.write(credit_frame(stream, len(payload)))
                    elif kind == CANCEL:
                        bodies.pop(stream, None)
                        writer.write(frame(CANCEL, stream, payload))
                    if stream in bodies and (end or bodies[stream][0].path in self._scripts):
                        head, body = bodies.pop(stream)
                        self.seen.append(head)
                        await self._answer(writer, stream, head, bytes(body))
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _answer(
        self, writer: asyncio.StreamWriter, stream: int, head: RequestHead, body: bytes
    ) -> None:
        script = self._scripts.get(head.path)
        for part in (script or _echo(body))(stream, head).split(NAP):
            writer.write(part)
            await writer.drain()
            if script is not None:
                await asyncio.sleep(0.02)


def _echo(body: bytes) -> Script:
    """What user code would have seen, as JSON."""

    def answer(stream: int, head: RequestHead) -> bytes:
        seen = {
            "method": head.method,
            "path": head.path,
            "raw_path": head.raw_path.decode("latin-1"),
            "query": head.query_string.decode("latin-1"),
            "headers": [[n.decode("latin-1"), v.decode("latin-1")] for n, v in head.headers],
            "client": head.client[0],
            "scheme": head.scheme,
            "request_id": head.request_id,
            "body": body.decode("latin-1"),
        }
        text = json.dumps(seen, separators=(",", ":"), ensure_ascii=False).encode("latin-1")
        return response(stream, (b"content-type", b"application/json"), body=text)

    return answer
