"""What a worker says of a Revision that cannot serve, and of one that can."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from apibuilder.backends.fork.frames import Failed, Ready
from apibuilder.errors import DeployRefused, catalogue
from tests.contracts.backends import ROOT
from tests.unit.backends.fork.worker.conftest import StartWorker
from tests.unit.backends.fork.worker.harness import WorkerProcess, get, whole


@dataclass
class Case:
    code: str
    line: int | None
    detail: str
    source: str
    file: str | None = "main.py"


CASES = {
    "syntax": Case("syntax_error", 2, "SyntaxError: invalid syntax", "x = 1\ny = = 2\n"),
    "indentation": Case("syntax_error", 2, "IndentationError", "if True:\npass\n"),
    "nul byte": Case("syntax_error", None, "null byte", "x = '\0'", file=None),
    "raises": Case("import_failed", 2, "ValueError: no luck", "\nraise ValueError('no luck')"),
    "raises in a call": Case(
        "import_failed", 3, "JSONDecodeError", "import json\ndef f():\n  json.loads('{')\nf()\n"
    ),
    "a parse error in user code": Case(
        "import_failed", 1, "SyntaxError", "exec(compile('= 1', 'x', 'exec'))"
    ),
    "sys.exit": Case("import_failed", 2, "sys.exit()", "import sys\nsys.exit(0)\n"),
    "interrupt": Case("import_failed", 1, "KeyboardInterrupt", "raise KeyboardInterrupt"),
    "package missing": Case("package_missing", 3, "'not_there'", "\n\nimport not_there.part\n"),
    "lists packages": Case("package_missing", 1, "fastapi", "import not_there"),
    "submodule missing": Case("import_failed", 1, "fastapi.nope", "import fastapi.nope"),
    "no app": Case("app_missing", None, "app = FastAPI()", "x = 1"),
    "other name": Case(
        "app_missing", None, "named `api`", "from fastapi import FastAPI\napi = FastAPI()"
    ),
    "not callable": Case("app_missing", None, "of type int", "app = 3"),
    "wsgi": Case("app_missing", None, "WSGI", "def app(environ, start_response): ..."),
    "openapi": Case(
        "openapi_failed",
        4,
        "ValueError: no document",
        """
from fastapi import FastAPI
app = FastAPI()
def openapi(): raise ValueError("no document")
app.openapi = openapi
""",
    ),
    "huge openapi": Case(
        "openapi_failed",
        None,
        "are allowed",
        "from fastapi import FastAPI\napp = FastAPI(description='x' * 3_000_000)",
    ),
    "lifespan": Case(
        "lifespan_failed",
        7,
        "ValueError: no start",
        """
from contextlib import asynccontextmanager
from fastapi import FastAPI

@asynccontextmanager
async def lifespan(app):
    raise ValueError("no start")
    yield

app = FastAPI(lifespan=lifespan)
""",
    ),
    "lifespan of a raw app": Case(
        "lifespan_failed",
        None,
        "database away",
        """
async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "database away"})
""",
    ),
    "probe raises": Case(
        "probe_failed",
        5,
        "ValueError: never",
        """
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        return
    raise ValueError("never")
""",
    ),
    "probe has no answer": Case(
        "probe_failed",
        None,
        "GET / returned without an answer",
        "async def app(scope, receive, send):\n    pass\n",
    ),
    "middleware that breaks": Case(
        "probe_failed",
        7,
        "KeyError: 'x'",
        """
from fastapi import FastAPI
app = FastAPI()

@app.middleware("http")
async def broken(request, call_next):
    return {}["x"]
""",
    ),
}


@pytest.mark.parametrize("name", CASES)
async def test_a_revision_that_cannot_serve(
    process: Callable[[], WorkerProcess], name: str
) -> None:
    case, worker = CASES[name], process()
    failed = await worker.start(case.source)
    assert isinstance(failed, Failed)
    assert (failed.code, failed.file, failed.line) == (case.code, case.file, case.line)
    assert case.detail in failed.detail
    assert str(ROOT) not in failed.detail
    assert issubclass(catalogue()[failed.code], DeployRefused)
    assert await worker.exited() == 1


async def test_an_error_inside_a_package_names_its_module_path(
    process: Callable[[], WorkerProcess],
) -> None:
    worker = process()
    failed = await worker.start("""
        from fastapi import FastAPI
        app = FastAPI()
        @app.get("/")
        async def root() -> dict[str, "Missing"]: ...
    """)
    assert isinstance(failed, Failed)
    assert failed.file is not None
    assert not failed.file.startswith("/")
    assert "Missing" in failed.detail


async def test_a_process_that_ends_while_importing_says_nothing(
    process: Callable[[], WorkerProcess],
) -> None:
    worker = process()
    assert await worker.start("import os; os._exit(7)") is None
    assert await worker.exited() == 7


async def test_ready_has_the_openapi_document_and_the_times(
    process: Callable[[], WorkerProcess],
) -> None:
    ready = await process().start("""
        from fastapi import FastAPI
        app = FastAPI(title="Mine")

        @app.get("/price/{number}")
        async def price(number: int) -> float: ...
    """)
    assert isinstance(ready, Ready)
    document = json.loads(ready.openapi)
    assert document["info"]["title"] == "Mine"
    assert list(document["paths"]) == ["/price/{number}"]
    assert min(ready.import_seconds, ready.lifespan_seconds, ready.probe_seconds) > 0


async def test_an_app_without_openapi_or_lifespan_is_served(
    process: Callable[[], WorkerProcess],
) -> None:
    worker = process()
    ready = await worker.start("""
        async def app(scope, receive, send):
            assert scope["type"] == "http"
            await send({"type": "http.response.start", "status": 404, "headers": []})
            await send({"type": "http.response.body", "body": b"raw"})
    """)
    assert isinstance(ready, Ready)
    assert ready.openapi == b"{}"
    head, body = await whole((await worker.link()).request(get("/"), end=True))
    assert (head.status, body) == (404, b"raw")


async def test_an_endless_first_answer_passes_the_probe(
    process: Callable[[], WorkerProcess],
) -> None:
    ready = await process().start("""
        import asyncio
        from starlette.applications import Starlette
        from starlette.responses import StreamingResponse
        from starlette.routing import Route

        async def root(request):
            async def body():
                yield b"x"
                await asyncio.sleep(3600)
            return StreamingResponse(body())

        app = Starlette(routes=[Route("/", root)])
    """)
    assert isinstance(ready, Ready)


async def test_what_user_code_finds_around_it(serve: StartWorker) -> None:
    worker = await serve(
        """
        import inspect, os, sys
        from fastapi import FastAPI
        app = FastAPI()
        import main
        seen = {
            "name": __name__, "file": __file__, "argv": sys.argv, "cwd": os.getcwd(),
            "secret": os.environ["SECRET"], "data": os.path.isdir(os.environ["DATA_DIR"]),
            "self": main is sys.modules[__name__],
        }
        if __name__ == "__main__":
            raise RuntimeError("must not run")

        def helper(): return 1

        @app.get("/")
        async def root():
            return seen | {"source": inspect.getsource(helper)}
        """,
        env={"SECRET": "s3cret"},
    )
    _, body = await whole((await worker.link()).request(get("/"), end=True))
    assert json.loads(body) == {
        "name": "main",
        "file": "main.py",
        "argv": ["main.py"],
        "cwd": "/",
        "secret": "s3cret",
        "data": True,
        "self": True,
        "source": "def helper(): return 1\n",
    }
