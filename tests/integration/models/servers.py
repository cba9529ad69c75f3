"""Servers that speak the protocols of model providers over a real socket, well and badly."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

KEY = "sk-test-4711-secret"
Behaviour = Callable[["ModelServer", web.Request], Any]


@dataclass(frozen=True)
class Protocol:
    """How one provider streams."""

    name: str  # of the provider, as choose.py knows it
    base: str  # path of its base URL
    refusal: str  # its word for an answer that it holds back
    chunks: Callable[[str, str], Iterator[str]]  # (text, why it ends) -> pieces of the stream
    overloaded: tuple[int, dict[str, Any]]
    prompt_of: Callable[[dict[str, Any]], str]
    key_of: Callable[[web.Request], str]


def _openai(text: str, end: str) -> Iterator[str]:
    def chunk(**choice: Any) -> str:
        data = {
            "id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m",
            "choices": [{"index": 0, "delta": {}, "finish_reason": None, **choice}],
        }  # fmt: skip
        return f"data: {json.dumps(data)}\n\n"

    for part in _cut(text):
        yield chunk(delta={"role": "assistant", "content": part})
    yield chunk(finish_reason=end)
    usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
    last = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    yield f"data: {json.dumps({**last, 'choices': [], 'usage': usage})}\n\n"
    yield "data: [DONE]\n\n"


def _anthropic(text: str, end: str) -> Iterator[str]:
    def event(kind: str, **data: Any) -> str:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **data})}\n\n"

    message = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-5-5",
        "content": [], "stop_reason": None, "stop_sequence": None,
        "usage": {"input_tokens": 11, "output_tokens": 1},
    }  # fmt: skip
    yield event("message_start", message=message)
    yield event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    for part in _cut(text):
        yield event("content_block_delta", index=0, delta={"type": "text_delta", "text": part})
    yield event("content_block_stop", index=0)
    delta = {"stop_reason": end, "stop_sequence": None}
    yield event("message_delta", delta=delta, usage={"output_tokens": 7})
    yield event("message_stop")


def _google(text: str, end: str) -> Iterator[str]:
    def chunk(part: str, **more: Any) -> str:
        content = {"role": "model", "parts": [{"text": part}]}
        data = {"candidates": [{"content": content, "index": 0, **more}], "modelVersion": "m"}
        data["usageMetadata"] = {  # pyright: ignore[reportArgumentType]
            "promptTokenCount": 11, "candidatesTokenCount": 7, "totalTokenCount": 18,
        }  # fmt: skip
        return f"data: {json.dumps(data)}\n\n"

    parts = _cut(text)
    for part in parts[:-1]:
        yield chunk(part)
    yield chunk(parts[-1], finishReason=end)


def _cut(text: str) -> list[str]:
    return [text[place : place + 5] for place in range(0, len(text), 5)] or [""]


PROTOCOLS = (
    Protocol(
        "openai", "/v1", "content_filter", _openai,
        (503, {"error": {"message": "overloaded", "type": "server_error"}}),
        lambda body: json.dumps(body["messages"]),
        lambda request: request.headers.get("authorization", "").removeprefix("Bearer "),
    ),
    Protocol(
        "compatible", "/v1", "content_filter", _openai,
        (503, {"error": {"message": "loading model", "type": "unavailable_error"}}),
        lambda body: json.dumps(body["messages"]),
        lambda request: request.headers.get("authorization", "").removeprefix("Bearer "),
    ),
    Protocol(
        "anthropic", "", "refusal", _anthropic,
        (529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
        lambda body: json.dumps([body.get("system"), body["messages"]]),
        lambda request: request.headers.get("x-api-key")
        or request.headers.get("authorization", "").removeprefix("Bearer "),
    ),
    Protocol(
        "google", "", "SAFETY", _google,
        (503, {"error": {"code": 503, "message": "overloaded", "status": "UNAVAILABLE"}}),
        lambda body: json.dumps([body.get("systemInstruction"), body["contents"]]),
        lambda request: request.headers.get("x-goog-api-key", ""),
    ),
)  # fmt: skip
ENDS = {"openai": "stop", "compatible": "stop", "anthropic": "end_turn", "google": "STOP"}


@dataclass
class ModelServer:
    """Behaves as its script says, one entry a request, the last one again and again."""

    protocol: Protocol
    script: list[Behaviour]
    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    keys: list[str] = field(default_factory=list[str])
    left: asyncio.Event = field(default_factory=asyncio.Event)  # a caller went away

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(await request.json())
        self.keys.append(self.protocol.key_of(request))
        behave = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        try:
            return await behave(self, request)
        except (ConnectionResetError, asyncio.CancelledError):
            self.left.set()
            raise


@asynccontextmanager
async def serving(protocol: Protocol, *script: Behaviour) -> AsyncIterator[ModelServer]:
    server = ModelServer(protocol, list(script))
    app = web.Application()
    app.router.add_post("/{path:.*}", server.handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}{protocol.base}"
    try:
        yield server
    finally:
        await runner.cleanup()


# --- behaviours ----------------------------------------------------------------


async def _stream(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    return response


def says(text: str, end: str = "") -> Behaviour:
    async def behave(server: ModelServer, request: web.Request) -> web.StreamResponse:
        response = await _stream(request)
        for chunk in server.protocol.chunks(text, end or ENDS[server.protocol.name]):
            await response.write(chunk.encode())
        return response

    return behave


def answers(status: int, body: dict[str, Any], **headers: str) -> Behaviour:
    async def behave(server: ModelServer, request: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.json_response(body, status=status, headers=named)

    return behave


def rate_limited(seconds: str = "0") -> Behaviour:
    body = {"error": {"message": "slow down", "type": "rate_limit_error", "code": 429}}
    return answers(429, {"type": "error", **body}, retry_after=seconds)


async def overloaded(server: ModelServer, request: web.Request) -> web.StreamResponse:
    status, body = server.protocol.overloaded
    return web.json_response(body, status=status)


async def cuts(server: ModelServer, request: web.Request) -> web.StreamResponse:
    """Ends the connection in the middle of a chunk."""
    response = await _stream(request)
    first = next(server.protocol.chunks("half an answer", ENDS[server.protocol.name]))
    await response.write(first.encode()[:40])
    assert request.transport is not None
    request.transport.abort()
    return response


async def nonsense(server: ModelServer, request: web.Request) -> web.StreamResponse:
    response = await _stream(request)
    await response.write(b"data: {]] not json\n\ndata: 42\n\n")
    return response


async def endless(server: ModelServer, request: web.Request) -> web.StreamResponse:
    response = await _stream(request)
    first, *rest = server.protocol.chunks("aaaaabbbbb", ENDS[server.protocol.name])
    opening = [first, *rest[:2]] if server.protocol.name == "anthropic" else [first]
    for chunk in opening[:-1]:
        await response.write(chunk.encode())
    while True:
        await response.write(opening[-1].encode())
        await asyncio.sleep(0)


async def hangs(server: ModelServer, request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError("nothing sets it")
