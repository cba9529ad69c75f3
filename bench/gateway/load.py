"""Load: wrk as fast as it goes, and calls at a fixed rate for latency."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from bench.gateway.servers import Server

_SMALL = "/convert?amount=12.5&to=USD"


@dataclass(frozen=True)
class Shape:
    """What is asked for, and how."""

    name: str
    path: str = _SMALL
    body_bytes: int = 0  # of the request
    keep_alive: bool = True
    connections: int = 32


SMALL = Shape("small")
SHAPES = [
    SMALL,
    Shape("small, no keep-alive", keep_alive=False),
    Shape("64 KB up", "/upload", 64 << 10, connections=8),
    Shape("1 MB up", "/upload", 1 << 20, connections=8),
    Shape("64 KB down", f"/download?size={64 << 10}", connections=8),
    Shape("1 MB down", f"/download?size={1 << 20}", connections=8),
]
_LUA = """
local callers = {%s}
local n = 0
wrk.method = "%s"
wrk.body = %s
function request()
  n = n %% #callers + 1
  local c = callers[n]
  return wrk.format(nil, c[1] .. "%s", {%s ["Authorization"] = "Bearer " .. c[2]})
end
"""


def cpu_us(server: Server, shape: Shape, seconds: int, folder: Path) -> float:
    """Microseconds of CPU a request of all the server's processes. Raises if a call failed."""
    script = folder / "load.lua"
    callers = ", ".join(
        f"{{{json.dumps(path)}, {json.dumps(key)}}}" for path, key in server.callers
    )
    body = f'string.rep("x", {shape.body_bytes})' if shape.body_bytes else "nil"
    close = "" if shape.keep_alive else '["Connection"] = "close",'
    method = "POST" if shape.body_bytes else "GET"
    script.write_text(_LUA % (callers, method, body, shape.path, close))
    command = ["wrk", "-t1", f"-c{shape.connections}", f"-d{seconds}s", "--timeout", "20s"]
    url = f"http://127.0.0.1:{server.port}"
    before = server.cpu_seconds()
    found = subprocess.run(
        [*command, "-s", str(script), url], capture_output=True, text=True, check=True
    ).stdout
    cpu = server.cpu_seconds() - before
    total = re.search(r"(\d+) requests in", found)
    errors = re.search(
        r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", found
    )
    # wrk counts each connection that its server closes, as asked, as an error of reading
    failed = errors and (errors[1] + errors[3] + errors[4] != "000" or shape.keep_alive)
    if "Non-2xx" in found or total is None or failed:
        raise RuntimeError(f"calls of {server.name} failed:\n{found}")
    return cpu / int(total[1]) * 1e6


async def latencies_ms(server: Server, rate: int, seconds: float) -> list[float]:
    """Each call's time from when it was due: a server that stalls is charged for all that wait."""
    prefix, key = server.callers[0]
    request = (
        f"GET {prefix}{_SMALL} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n\r\n"
    ).encode()
    free: asyncio.LifoQueue[_Connection] = asyncio.LifoQueue()
    loop = asyncio.get_running_loop()
    for _ in range(64):
        _, made = await loop.create_connection(_Connection, "127.0.0.1", server.port)
        free.put_nowait(made)
    taken: list[float] = []
    begun, count, calls = time.perf_counter(), int(rate * seconds), list[asyncio.Task[None]]()

    async def call(due: float) -> None:
        connection = await free.get()
        await connection.ask(request)
        free.put_nowait(connection)
        taken.append((time.perf_counter() - due) * 1e3)

    for number in range(count):
        due = begun + number / rate
        if (early := due - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        calls.append(asyncio.create_task(call(due)))
    await asyncio.gather(*calls)
    while not free.empty():
        free.get_nowait().transport.close()
    return taken


class _Connection(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self.transport: asyncio.Transport = transport  # pyright: ignore[reportAttributeAccessIssue]

    async def ask(self, request: bytes) -> None:
        self._answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._read = b""
        self.transport.write(request)
        await self._answer

    def data_received(self, data: bytes) -> None:
        self._read += data
        if self._read.endswith(b"}") and not self._answer.done():
            if self._read.startswith(b"HTTP/1.1 200"):
                self._answer.set_result(None)
            else:
                self._answer.set_exception(RuntimeError(self._read.decode()))
