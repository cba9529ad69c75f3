"""To lie to the gateway or to the supervisor."""

from typing import Any

from tests.hostile.program import Got, NotDeployed, Problem, Program, Status, app, attack

_CRASHED = Problem(code="instance_crashed", status=502)
_RESPONSE = app("from fastapi import Response\nfrom fastapi.responses import StreamingResponse\n")
_SOCKETS = """
    import socket, stat
    links = []
    for fd in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode):
                links.append(socket.socket(fileno=os.dup(fd)))
        except OSError:
            pass
    connected = []
    for link in links:
        try:
            link.getpeername()
            connected.append(link)
        except OSError:
            pass
"""


def _answers(name: str, body: str, expect: Problem | Status, **more: Any) -> Program:
    source = _RESPONSE + "@app.get('/attack')\nasync def run():\n    " + body
    return Program(name=name, source=source, expect=expect, held="gateway", **more)


def _says(name: str, body: str, expect: Problem | Got, **more: Any) -> Program:
    text = _SOCKETS + body
    return Program(name=name, source=attack(text), expect=expect, recovers=True, **more)


_SMALL = {"limits": {"response_body_bytes": 100_000}}

PROGRAMS = [
    _answers("a status that does not exist", "return Response(status_code=799)",
             Problem(code="invalid_response", status=502)),
    _answers("a status that is none yet", "return Response(status_code=101)",
             Problem(code="invalid_response", status=502)),
    _answers("an answer in a header",
             "return Response(headers={'x': 'a\\r\\n\\r\\n<html>'})",
             Problem(code="invalid_response", status=502)),
    _answers("less than was announced",
             "return Response(b'x', headers={'content-length': '9'})",
             Problem(code="invalid_response", status=502)),
    _answers("a thousand headers",
             "return Response(headers={f'x-{n}': 'y' for n in range(1000)})", Status(status=500),
             says=("headers are more than",)),
    _answers("a header of a megabyte", "return Response(headers={'x': 'y' * (1 << 20)})",
             Status(status=500), says=("headers take more than",)),
    _answers("an answer larger than the plan", "return Response(bytes(200_000))",
             Problem(code="response_too_large", status=502, limit="response_body_bytes"), **_SMALL),
    _answers("a stream larger than the plan",
             "return StreamingResponse(b'x' * 1000 for _ in range(10**9))",
             Status(status=0), **_SMALL),
    _answers("another API's cookie",
             "return Response(headers={'set-cookie': 'a=b', 'connection': 'keep-alive, x', "
             "'transfer-encoding': 'chunked'})", Status(status=200)),
    _says("noise on every socket it holds", """
    for link in connected:
        link.setblocking(False)
        link.send(b"\\xff" * 4096)
    time.sleep(1)
    """, _CRASHED, held="frames, control channel", says=("broke the control protocol",)),
    _says("an answer to a question nobody asked", """
    for link in connected:
        link.setblocking(False)
        link.send(struct.pack("<IIBB", 1, 999_999, 3, 0) + b"x")
    time.sleep(1)
    """, _CRASHED, held="frames"),
    _says("a frame of four gigabytes", """
    for link in connected:
        link.setblocking(False)
        link.send(struct.pack("<IIBB", 2**32 - 1, 1, 3, 0))
    time.sleep(1)
    """, _CRASHED, held="frames"),
    _says("a flood of messages to the supervisor", """
    import msgspec
    from apibuilder.backends.fork import frames
    beat = frames.control(frames.Log("log", "info", "flood")) * 500
    until, sent = time.monotonic() + 0.7, 0
    while time.monotonic() < until:
        for link in connected:
            try:
                link.setblocking(False)
                link.send(beat)
            except OSError:
                pass
    time.sleep(0.2)
    """, _CRASHED, held="metered control channel, frames"),
    _says("hang up on everybody", """
    os.closerange(3, 64)
    time.sleep(3)
    """, _CRASHED, held="control channel"),
    Program(
        name="an OpenAPI document that is none",
        source=app("""
            import apibuilder.backends.fork.loader as loader
            from apibuilder.backends.fork import worker
            loader.openapi = lambda app: b"{" * 100_000
            @app.get("/attack")
            def run(): return {"got": 1}
        """),
        expect=NotDeployed(code="openapi_failed"),
        held="supervisor",
    ),
]  # fmt: skip
