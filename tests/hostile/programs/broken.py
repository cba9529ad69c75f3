"""Code that is only bad: it never serves, and its maker is told why."""

from tests.hostile.program import NotDeployed, Problem, Program, Status, app


def _bad(name: str, source: str, code: str, line: int | None = None) -> Program:
    return Program(
        name=name, source=source, expect=NotDeployed(code=code, line=line), held="deployment"
    )


_LIFESPAN = """
from contextlib import asynccontextmanager
from fastapi import FastAPI
@asynccontextmanager
async def lifespan(app):
    raise ValueError("no")
    yield
app = FastAPI(lifespan=lifespan)
"""

PROGRAMS = [
    _bad("no Python", "def f(:\n", "syntax_error", 1),
    _bad("a null byte", "app = 1\0\n", "syntax_error"),
    _bad("no app", "x = 1\n", "app_missing"),
    _bad("an app that is a number", "app = 1\n", "app_missing"),
    _bad("an app under another name", "from fastapi import FastAPI\napi = FastAPI()\n",
         "app_missing"),
    _bad("a package that is not there", "import tensorflow\n", "package_missing", 1),
    _bad("an error in an import", "x = 1\ny = 1 / 0\n", "import_failed", 2),
    _bad("an error that no database takes", "raise ValueError('\\0 \\ud800')\n",
         "import_failed", 1),
    _bad("an exit in an import", "import sys\nsys.exit(0)\n", "import_failed", 2),
    _bad("a crash in an import", "import ctypes\nctypes.string_at(0)\n", "start_crashed"),
    _bad("an end in an import", "import os\nos._exit(0)\n", "start_crashed"),
    _bad("a startup that fails", _LIFESPAN, "lifespan_failed", 6),
    _bad("a document that fails", app("app.openapi = lambda: 1 / 0\n"), "openapi_failed", 3),
    _bad("a document of ten megabytes", app("app.openapi = lambda: {'x': 'y' * 10**7}\n"),
         "openapi_failed"),
    _bad("a document that no database takes", app("app.openapi = lambda: {'x': 'a\\0b'}\n"),
         "openapi_failed"),
    _bad("another failure than its own", app("""
        import msgspec, os, socket, stat
        from apibuilder.backends.fork import frames
        evil = frames.Failed("sandbox_unavailable\\x1b", "\\0" * 9, "f" * 9999, -5)
        for fd in range(3, 64):
            try:
                os.write(fd, frames.control(evil))
            except OSError:
                pass
        while True: pass
    """), "deploy_refused"),
    Program(
        name="a bomb in an import",
        source="x = [bytearray(1 << 20) for _ in range(4000)]\n",
        expect=NotDeployed(code="start_crashed|import_failed|start_timeout"),
        held="memory cgroup",
    ),
    Program(
        name="an error in a request",
        source=app("@app.get('/attack')\ndef run():\n    return 1 / 0\n"),
        expect=Status(status=500),
        held="worker",
        says=("ZeroDivisionError", 'File "main.py", line 5'),
    ),
    Program(
        name="no answer at all",
        source="async def app(scope, receive, send):\n    if scope['type'] == 'http' and "
        "scope['path'] != '/':\n        return\n    if scope['type'] == 'lifespan':\n"
        "        raise RuntimeError\n    await send({'type': 'http.response.start', 'status': 200,"
        " 'headers': []})\n    await send({'type': 'http.response.body', 'body': b''})\n",
        expect=Status(status=500),
        held="worker",
        says=("without completing its response",),
    ),
    Program(
        name="crash again and again",
        source=app("import os\n@app.get('/attack')\ndef run():\n    os._exit(1)\n"),
        expect=Problem(code="instance_crashed", status=502),
        held="backoff",
        says=("exit status 1",),
    ),
]  # fmt: skip
