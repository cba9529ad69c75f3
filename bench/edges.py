"""How servers bear slow and hostile clients: uvicorn, Granian, and the gateway's own connection.

    .venv/bin/python -m bench.edges        (75 seconds; prints a Markdown table)

Each server runs with its default settings; the gateway refuses the key, which is after its walls.
"""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from tempfile import TemporaryDirectory

PATIENCE = 70.0  # seconds; what is open by then is called open
APP = """
async def app(scope, receive, send):
    more = True
    while more:
        more = (await receive()).get("more_body", False)
    headers = [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
"""
_HEAD = b"GET /x/y HTTP/1.1\r\nHost: x\r\n"
_POST = b"POST /x/y HTTP/1.1\r\nHost: x\r\nX-API-Key: k\r\nContent-Length: 1000\r\n\r\n"


async def _silent() -> AsyncIterator[bytes]:
    yield b""
    await asyncio.sleep(PATIENCE)


async def _slow(begin: bytes) -> AsyncIterator[bytes]:
    yield begin
    while True:
        await asyncio.sleep(2)
        yield b"X" if begin == _POST else b"X-A: 1\r\n"


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
    await asyncio.sleep(PATIENCE)


CLIENTS: dict[str, Callable[[], AsyncIterator[bytes]]] = {
    "says nothing": _silent,
    "a header every 2 s": lambda: _slow(_HEAD),
    "a byte of body every 2 s": lambda: _slow(_POST),
    "keeps alive, then silent": lambda: _once(_HEAD + b"\r\n"),
    "one header of 100 KB": lambda: _once(_HEAD + b"X-A: " + b"a" * 100_000 + b"\r\n\r\n"),
    "1,000 headers": lambda: _once(_HEAD + b"X-A: 1\r\n" * 1000 + b"\r\n"),
    "two Hosts": lambda: _once(_HEAD + b"Host: y\r\n\r\n"),
    "no Host": lambda: _once(b"GET /x/y HTTP/1.1\r\n\r\n"),
    "`..%2f` in the path": lambda: _once(_HEAD.replace(b"/y", b"/..%2fy") + b"\r\n"),
    "length and chunks": lambda: _once(
        _HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
}


async def meet(port: int, client: AsyncIterator[bytes]) -> str:
    """The status of the answer, and when the connection was closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    begun, status = time.monotonic(), "no answer"

    async def speak() -> None:
        try:
            async for piece in client:
                writer.write(piece)
                await writer.drain()
        except ConnectionError:
            return

    speaking = asyncio.create_task(speak())
    try:
        async with asyncio.timeout(PATIENCE):
            while data := await reader.read(65536):
                if data.startswith(b"HTTP/1.1 "):
                    status = data[9:12].decode()
        ended = f"closed after {time.monotonic() - begun:.0f} s"
    except ConnectionError:
        ended = f"reset after {time.monotonic() - begun:.0f} s"
    except TimeoutError:
        ended = "open"
    speaking.cancel()
    writer.close()
    return f"{status}, {ended}"


def start(folder: Path) -> tuple[list[subprocess.Popen[bytes]], dict[str, int]]:
    """All three, and their ports."""
    (folder / "edge_app.py").write_text(APP)
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(4)]
    plain, granian, ours, metrics = sockets
    ports = {
        "uvicorn": plain.getsockname()[1],
        "Granian": granian.getsockname()[1],
        "the gateway": ours.getsockname()[1],
    }
    plain.close()
    granian.close()
    python, quiet = sys.executable, subprocess.DEVNULL
    commands = [
        ["uvicorn", "edge_app:app", "--http", "httptools", "--port", str(ports["uvicorn"])],
        ["granian", "--interface", "asgi", "--port", str(ports["Granian"]), "edge_app:app"],
    ]
    started = [
        subprocess.Popen([python, "-m", *command], cwd=folder, stdout=quiet, stderr=quiet)
        for command in commands
    ]
    facts = {
        "listen": ours.fileno(), "metrics": metrics.fileno(), "usage_dir": str(folder / "usage"),
        "apis": [], "ships": True,
    }  # fmt: skip
    gateway = subprocess.Popen(
        [python, "-m", "tests.integration.gateway.process"],
        pass_fds=[ours.fileno(), metrics.fileno()],
        stdin=subprocess.PIPE,
        stderr=quiet,
    )
    assert gateway.stdin is not None
    gateway.stdin.write(json.dumps(facts).encode())
    gateway.stdin.close()
    return [*started, gateway], ports


def wait_ready(port: int) -> None:
    """Until somebody answers there."""
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                if connection.recv(1):
                    return
        except ConnectionError:
            time.sleep(0.1)


async def table(ports: dict[str, int]) -> str:
    """All clients meet all servers at once."""
    cells = await asyncio.gather(
        *(meet(port, make()) for make in CLIENTS.values() for port in ports.values())
    )
    lines = [f"| client | {' | '.join(ports)} |", "| --- " * (len(ports) + 1) + "|"]
    for number, name in enumerate(CLIENTS):
        row = cells[number * len(ports) : (number + 1) * len(ports)]
        lines.append(f"| {name} | {' | '.join(row)} |")
    return "\n".join(lines)


def main() -> None:
    """Print it."""
    with TemporaryDirectory() as folder:
        started, ports = start(Path(folder))
        try:
            for port in ports.values():
                wait_ready(port)
            print(asyncio.run(table(ports)))
        finally:
            for process in started:
                process.terminate()
                process.wait()


if __name__ == "__main__":
    main()
