"""What an app sees of a request, and the gateway of its response."""

import asyncio
import json

import pytest

from apibuilder.backends.fork.frames import Reason
from apibuilder.backends.fork.link import Refused, StreamCancelled
from tests.contracts.backends import ROOT
from tests.unit.backends.fork.worker.conftest import StartWorker
from tests.unit.backends.fork.worker.harness import get, whole

HELLO = """
    from fastapi import FastAPI
    app = FastAPI()

    @app.get("/hello")
    async def hello(name: str = "you"):
        return {"hello": name}

    @app.get("/sync")
    def sync():
        return "from a thread"
"""


async def test_a_small_answer_is_one_frame(serve: StartWorker) -> None:
    link = await (await serve(HELLO)).link()
    exchange = link.request(get("/hello?name=me"), end=True)
    head = await exchange.response()
    assert (head.status, json.loads(head.body)) == (200, {"hello": "me"})
    assert exchange.ended
    assert link.in_flight == 0


async def test_sync_endpoints_run(serve: StartWorker) -> None:
    link = await (await serve(HELLO)).link()
    _, body = await whole(link.request(get("/sync"), end=True))
    assert json.loads(body) == "from a thread"


async def test_the_scope_is_what_uvicorn_would_give(serve: StartWorker) -> None:
    worker = await serve("""
        from contextlib import asynccontextmanager
        from fastapi import FastAPI, Request

        @asynccontextmanager
        async def lifespan(app):
            yield {"shared": 1}

        app = FastAPI(lifespan=lifespan)

        @app.api_route("/a/{name}", methods=["PUT"])
        async def show(request: Request, name: str):
            s = request.scope
            return {k: repr(s[k]) for k in ("type", "asgi", "http_version", "method", "scheme",
                "path", "raw_path", "query_string", "root_path", "headers", "client", "server",
                "state", "extensions")} | {"url": str(request.url), "name": name,
                "for": str(request.url_for("show", name="x"))}
    """)
    link = await worker.link()
    head = get("/a/b c", "PUT", raw_path=b"/a/b%20c", query_string=b"q=1%202")
    _, body = await whole(link.request(head, end=True))
    assert json.loads(body) == {
        "type": "'http'",
        "asgi": "{'version': '3.0', 'spec_version': '2.3'}",
        "http_version": "'1.1'",
        "method": "'PUT'",
        "scheme": "'http'",
        "path": "'/my-api/a/b c'",
        "raw_path": "b'/my-api/a/b%20c'",
        "query_string": "b'q=1%202'",
        "root_path": "'/my-api'",
        "headers": "[(b'host', b'gateway.test')]",
        "client": "('192.0.2.7', 4711)",
        "server": "('gateway.test', 80)",
        "state": "{'shared': 1}",
        "extensions": "{}",
        "url": "http://gateway.test/my-api/a/b c?q=1%202",
        "name": "b c",
        "for": "http://gateway.test/my-api/a/x",
    }


async def test_docs_work_behind_the_root_path(serve: StartWorker) -> None:
    link = await (await serve(HELLO)).link()
    _, page = await whole(link.request(get("/docs"), end=True))
    assert b"'/my-api/openapi.json'" in page
    _, document = await whole(link.request(get("/openapi.json"), end=True))
    assert json.loads(document)["servers"] == [{"url": "/my-api"}]


async def test_head_has_no_body(serve: StartWorker) -> None:
    worker = await serve("""
        from fastapi import FastAPI
        from fastapi.responses import StreamingResponse
        app = FastAPI()

        @app.head("/one")
        async def one():
            return "body"

        @app.head("/stream")
        async def stream():
            return StreamingResponse(iter([b"a", b"b"]))
    """)
    link = await worker.link()
    head, body = await whole(link.request(get("/one", "HEAD"), end=True))
    assert body == b""
    assert (b"content-length", b"6") in head.headers
    _, body = await whole(link.request(get("/stream", "HEAD"), end=True))
    assert body == b""


async def test_forms_and_uploads(serve: StartWorker) -> None:
    worker = await serve("""
        from typing import Annotated
        from fastapi import FastAPI, File, Form, UploadFile
        app = FastAPI()

        @app.post("/form")
        async def form(name: Annotated[str, Form()]):
            return name

        @app.post("/upload")
        async def upload(file: UploadFile):
            data = await file.read()
            return [file.filename, len(data), data[-3:].decode()]
    """)
    link = await worker.link()
    form = [(b"content-type", b"application/x-www-form-urlencoded")]
    _, body = await whole(link.request(get("/form", "POST", b"name=a+b", headers=form), end=True))
    assert json.loads(body) == "a b"

    multipart = [(b"content-type", b"multipart/form-data; boundary=xyz")]
    exchange = link.request(get("/upload", "POST", headers=multipart), end=False)
    start = b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="f.bin"\r\n\r\n'
    await exchange.write(start, end=False)
    await exchange.write(b"x" * 3_000_000, end=False)
    await exchange.write(b"end\r\n--xyz--\r\n", end=True)
    _, body = await whole(exchange)
    assert json.loads(body) == ["f.bin", 3_000_003, "end"]


async def test_middleware_dependencies_subapps_files(serve: StartWorker) -> None:
    worker = await serve("""
        import os, pathlib
        from fastapi import Depends, FastAPI, Request
        from fastapi.responses import FileResponse
        from fastapi.staticfiles import StaticFiles
        folder = pathlib.Path(os.environ["DATA_DIR"])
        (folder / "big.txt").write_text("0123456789" * 20_000)
        app = FastAPI()
        sub = FastAPI()
        closed = []

        @app.middleware("http")
        async def stamp(request: Request, call_next):
            response = await call_next(request)
            response.headers["x-stamp"] = "yes"
            return response

        def resource():
            yield "open"
            closed.append("closed")

        @app.get("/dependency")
        async def dependency(value: str = Depends(resource)):
            return [value, len(closed)]

        @app.get("/file")
        async def file():
            return FileResponse(folder / "big.txt")

        @sub.get("/inner")
        async def inner(request: Request):
            return [request.scope["root_path"], str(request.url)]

        app.mount("/sub", sub)
        app.mount("/static", StaticFiles(directory=folder))
    """)
    link = await worker.link()
    head, body = await whole(link.request(get("/dependency"), end=True))
    assert (b"x-stamp", b"yes") in head.headers
    assert json.loads(body) == ["open", 0]
    _, body = await whole(link.request(get("/dependency"), end=True))
    assert json.loads(body) == ["open", 1]
    _, body = await whole(link.request(get("/sub/inner"), end=True))
    assert json.loads(body) == ["/my-api/sub", "http://gateway.test/my-api/sub/inner"]
    for path in ("/file", "/static/big.txt"):
        head, body = await whole(link.request(get(path), end=True))
        assert head.status == 200
        assert body == b"0123456789" * 20_000
    wanted = get("/file", headers=[(b"range", b"bytes=5-9")])
    head, body = await whole(link.request(wanted, end=True))
    assert (head.status, body) == (206, b"56789")
    head, _ = await whole(link.request(get("/static/none"), end=True))
    assert head.status == 404


async def test_background_tasks_run_after_the_answer(serve: StartWorker) -> None:
    worker = await serve("""
        import asyncio
        from fastapi import BackgroundTasks, FastAPI
        app = FastAPI()
        gate = asyncio.Event()

        async def later():
            await gate.wait()
            print("background done")

        @app.get("/start")
        async def start(tasks: BackgroundTasks):
            tasks.add_task(later)

        @app.get("/release")
        async def release():
            gate.set()
    """)
    link = await worker.link()
    exchange = link.request(get("/start", request_id="req-7"), end=True)
    await exchange.response()
    assert exchange.ended
    await worker.in_flight(0)
    await whole(link.request(get("/release"), end=True))
    assert (await worker.logged("background done")).request_id == "req-7"


FAILING = """
    from fastapi import FastAPI
    from fastapi.responses import StreamingResponse
    import sys
    app = FastAPI()

    @app.get("/before")
    async def before():
        raise ValueError("what happened")

    @app.get("/exit")
    async def leave():
        sys.exit(3)

    @app.get("/after")
    async def after():
        async def body():
            yield b"begun"
            raise ValueError("in the middle")
        return StreamingResponse(body())

    @app.get("/fine")
    async def fine():
        return 1
"""


@pytest.mark.parametrize(
    ("path", "cause"), [("/before", "ValueError: what happened"), ("/exit", "SystemExit: 3")]
)
async def test_an_error_before_the_response_is_a_500(
    serve: StartWorker, path: str, cause: str
) -> None:
    worker = await serve(FAILING)
    link = await worker.link()
    head, body = await whole(link.request(get(path, request_id="req-9"), end=True))
    assert (head.status, body) == (500, b"Internal Server Error")
    log = await worker.logged(cause)
    assert (log.level, log.request_id) == ("error", "req-9")
    text = "\n".join(log.message for log in worker.logs)
    assert 'File "main.py"' in text
    assert str(ROOT) not in text
    assert "site-packages" not in text
    _, body = await whole(link.request(get("/fine"), end=True))
    assert body == b"1"


async def test_an_error_after_the_start_cancels_the_stream(serve: StartWorker) -> None:
    worker = await serve(FAILING)
    link = await worker.link()
    exchange = link.request(get("/after"), end=True)
    assert (await exchange.response()).status == 200
    with pytest.raises(StreamCancelled) as caught:
        while await exchange.read():
            pass
    assert caught.value.reason is Reason.APP_ERROR
    await worker.logged("ValueError: in the middle")
    _, body = await whole(link.request(get("/fine"), end=True))
    assert body == b"1"


RAW = """
    import asyncio

    async def nothing(scope, receive, send):
        pass

    async def half(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})

    async def text_headers(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [("a", "b")]})

    async def many_headers(scope, receive, send):
        headers = [(b"a", b"b")] * 300
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body"})

    async def huge_headers(scope, receive, send):
        headers = [(b"a", b"b" * 200_000)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body"})

    async def huge_headers_first(scope, receive, send):
        headers = [(b"a", b"b" * 200_000)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await asyncio.sleep(0.01)

    async def body_first(scope, receive, send):
        await send({"type": "http.response.body", "body": b"x"})

    async def twice(scope, receive, send):
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.start", "status": 200})

    async def trailers(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"X-Mixed", b"1")]})
        await send({"type": "http.response.trailers", "headers": []})
        await send({"type": "http.response.body", "body": memoryview(b"view")})

    async def app(scope, receive, send):
        assert scope["type"] == "http"
        name = scope["path"].rpartition("/")[2]
        await globals().get(name, trailers)(scope, receive, send)
"""


async def test_an_app_that_breaks_asgi_harms_only_its_own_request(serve: StartWorker) -> None:
    worker = await serve(RAW)
    link = await worker.link()
    for path, cause in (
        ("/nothing", "without completing"),
        ("/text_headers", "TypeError"),
        ("/many_headers", "HeadTooLarge"),
        ("/huge_headers", "HeadTooLarge"),
        ("/huge_headers_first", "HeadTooLarge"),
        ("/body_first", "before its start"),
        ("/twice", "sent twice"),
    ):
        head, _ = await whole(link.request(get(path), end=True))
        assert head.status == 500, path
        await worker.logged(cause)
    with pytest.raises(StreamCancelled):
        await whole(link.request(get("/half"), end=True))
    head, body = await whole(link.request(get("/trailers"), end=True))
    assert (head.headers, body) == ([(b"x-mixed", b"1")], b"view")


async def test_requests_above_the_stream_limit_are_refused(serve: StartWorker) -> None:
    worker = await serve(
        """
        import asyncio
        from fastapi import FastAPI
        app = FastAPI()
        gate = asyncio.Event()

        @app.get("/wait")
        async def wait():
            await gate.wait()

        @app.get("/open")
        async def release():
            gate.set()
        """,
        max_streams=3,
    )
    link = await worker.link()
    waiting = [link.request(get("/wait"), end=True) for _ in range(2)]
    await worker.in_flight(2)
    opened = link.request(get("/open"), end=True)
    too_many = link.request(get("/open"), end=True)
    with pytest.raises(Refused):
        await too_many.response()
    results = await asyncio.gather(*(whole(exchange) for exchange in [*waiting, opened]))
    assert [head.status for head, _ in results] == [200] * 3
    await whole(link.request(get("/open"), end=True))
