"""A worker from Boot to exit: drain, hang-up, signals, beats, logs."""

import asyncio
import os
import signal
import socket

import psutil
import pytest

from apibuilder.backends.fork import console
from apibuilder.backends.fork.frames import Drain, Reason
from apibuilder.backends.fork.link import Link, LinkLost, Refused, StreamCancelled
from tests.unit.backends.fork.worker.conftest import StartWorker
from tests.unit.backends.fork.worker.harness import get, whole

GATED = """
    import asyncio
    from contextlib import asynccontextmanager
    from fastapi import FastAPI, Request
    from fastapi.responses import StreamingResponse

    @asynccontextmanager
    async def lifespan(app):
        yield
        print("lifespan closed")

    app = FastAPI(lifespan=lifespan)
    gate = asyncio.Event()

    @app.get("/wait")
    async def wait():
        async def body():
            yield b"begun,"
            await gate.wait()
            yield b"done"
        return StreamingResponse(body())

    @app.post("/open")
    async def release(request: Request):
        await request.body()
        gate.set()

    @app.get("/hang")
    async def hang():
        await asyncio.sleep(3600)
"""


async def draining(link: Link) -> None:
    """Wait until the worker's GOAWAY has arrived."""
    while not link.draining:
        await asyncio.sleep(0.005)


async def test_drain_finishes_what_is_in_flight(serve: StartWorker) -> None:
    worker = await serve(GATED)
    link, idle = await worker.link(), await worker.link()
    waiting = link.request(get("/wait"), end=True)
    begun = await waiting.response()
    opener = link.request(get("/open", "POST"), end=False)  # waits for its body
    await worker.in_flight(2)
    worker.say(Drain(30))
    await draining(link)
    with pytest.raises(Refused):
        link.request(get("/wait"), end=True)
    late = await worker.link()
    await draining(late)
    await opener.write(b"", end=True)
    assert (await opener.response()).status == 200
    rest = b""
    while piece := await waiting.read():
        rest += piece
    assert begun.body + rest == b"begun,done"
    assert await worker.exited() == 0
    assert link.closed and idle.closed and late.closed
    assert await worker.logged("lifespan closed")


async def test_a_request_that_crosses_the_goaway_is_refused(serve: StartWorker) -> None:
    worker = await serve(GATED)
    link = await worker.link()
    waiting = link.request(get("/hang"), end=True)
    await worker.in_flight(1)
    worker.say(Drain(30))
    await worker.beat()  # the worker is draining; this end of the link may not know it yet
    link.draining = False
    with pytest.raises(Refused):
        await link.request(get("/wait"), end=True).response()
    waiting.cancel(Reason.DEADLINE)
    assert await worker.exited() == 0


async def test_drain_ends_what_outlives_its_grace(serve: StartWorker) -> None:
    worker = await serve(GATED)
    link = await worker.link()
    waiting = link.request(get("/hang"), end=True)
    await worker.in_flight(1)
    worker.say(Drain(0.05))
    with pytest.raises(StreamCancelled) as caught:
        await waiting.response()
    assert caught.value.reason is Reason.DRAINED
    assert await worker.exited() == 0
    assert await worker.logged("lifespan closed")


async def test_sigterm_drains(serve: StartWorker) -> None:
    worker = await serve(GATED)
    os.kill(worker.pid, signal.SIGTERM)
    assert await worker.exited() == 0
    assert await worker.logged("lifespan closed")


async def test_a_gateway_that_does_not_hang_up_cannot_hold_a_worker(serve: StartWorker) -> None:
    worker = await serve(GATED)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.connect(worker.path)
        await worker.beat()
        worker.say(Drain(30))
        assert await worker.exited() == 0


async def test_a_worker_ends_with_its_supervisor(serve: StartWorker) -> None:
    worker = await serve(GATED)
    link = await worker.link()
    waiting = link.request(get("/hang"), end=True)
    await worker.in_flight(1)
    worker.hang_up()
    assert await worker.exited() == 0
    with pytest.raises(LinkLost):
        await waiting.response()


async def test_a_lifespan_that_hangs_or_fails_at_shutdown(serve: StartWorker) -> None:
    worker = await serve("""
        from contextlib import asynccontextmanager
        from fastapi import FastAPI

        @asynccontextmanager
        async def lifespan(app):
            yield
            raise ValueError("at the end")

        app = FastAPI(lifespan=lifespan)
    """)
    worker.say(Drain(1))
    assert await worker.exited() == 0
    assert await worker.logged("ValueError: at the end")


async def test_threads_do_not_hold_a_worker(serve: StartWorker) -> None:
    worker = await serve("""
        import atexit, threading, time
        from fastapi import FastAPI
        app = FastAPI()
        threading.Thread(target=time.sleep, args=(3600,)).start()
        atexit.register(time.sleep, 3600)
    """)
    worker.say(Drain(0))
    assert await worker.exited() == 0


async def test_a_task_that_exits_ends_the_worker_and_says_so(serve: StartWorker) -> None:
    worker = await serve("""
        import asyncio, sys
        from fastapi import FastAPI
        app = FastAPI()

        async def leave():
            sys.exit("enough")

        @app.get("/")
        async def root():
            global task
            task = asyncio.create_task(leave())
    """)
    link = await worker.link()
    link.request(get("/"), end=True)
    assert await worker.exited() == 2
    assert await worker.logged("SystemExit: enough")


LOUD = """
    import logging, sys, threading
    from fastapi import FastAPI
    app = FastAPI()
    print("while importing")

    @app.get("/say")
    async def say():
        print("one\\ntwo")
        print("to stderr", file=sys.stderr)
        logging.getLogger("mine").info("logged %s", 1)
        logging.getLogger("mine").debug("not this")
        sys.stdout.buffer.write(b"bytes \\xff\\n")
        sys.stdout.flush()
        print("\\udc80 surrogate", "x" * 20_000)
        logging.info("long " + "x" * 20_000)
        thread = threading.Thread(target=print, args=("from a thread",))
        thread.start()
        thread.join()

    @app.get("/sync")
    def sync():
        print("sync")

    @app.get("/flood")
    async def flood():
        for n in range(5_000):
            print(n)

    @app.get("/endless")
    async def endless():
        for _ in range(500):
            sys.stdout.write("x" * 65536)

    @app.get("/error")
    async def error():
        try:
            open("/nowhere/at/all")
        except OSError:
            logging.exception("it failed")
"""


async def test_what_is_printed_and_logged_arrives(serve: StartWorker) -> None:
    worker = await serve(LOUD)
    link = await worker.link()
    await whole(link.request(get("/say", request_id="req-3"), end=True))
    await whole(link.request(get("/sync", request_id="req-4"), end=True))
    last = await worker.logged("sync")
    assert last.request_id == "req-4"
    lines = [(log.stream, log.level, log.message[:14], log.request_id) for log in worker.logs]
    assert lines == [
        ("stdout", "info", "while importin", None),
        ("stdout", "info", "one", "req-3"),
        ("stdout", "info", "two", "req-3"),
        ("stderr", "error", "to stderr", "req-3"),
        ("log", "info", "logged 1", "req-3"),
        ("stdout", "info", "bytes \ufffd", "req-3"),
        ("stdout", "info", "\\udc80 surroga", "req-3"),
        ("log", "info", "long xxxxxxxxx", "req-3"),
        ("stdout", "info", "from a thread", None),
        ("stdout", "info", "sync", "req-4"),
    ]
    assert max(len(log.message) for log in worker.logs) <= console.MAX_LINE + len(" [cut]")


async def test_a_flood_of_lines_is_cut_and_counted(serve: StartWorker) -> None:
    worker = await serve(LOUD)
    link = await worker.link()
    await whole(link.request(get("/flood"), end=True))
    beat = await worker.beat()
    assert beat.dropped_logs > 3_000
    assert beat.dropped_logs + len(worker.logs) == 5_001


async def test_a_line_without_an_end_takes_no_memory(serve: StartWorker) -> None:
    worker = await serve(LOUD)
    link = await worker.link()
    before = psutil.Process(worker.pid).memory_info().rss
    await whole(link.request(get("/endless"), end=True))
    assert psutil.Process(worker.pid).memory_info().rss - before < 8 * 1024 * 1024


async def test_a_logged_traceback_shows_no_host_path(serve: StartWorker) -> None:
    worker = await serve(LOUD)
    link = await worker.link()
    await whole(link.request(get("/error"), end=True))
    await worker.logged("FileNotFoundError")
    text = "\n".join(log.message for log in worker.logs)
    assert 'File "main.py", line 38, in error' in text
    assert 'open("/nowhere/at/all")' in text


async def test_a_supervisor_that_does_not_read_holds_nobody_up(serve: StartWorker) -> None:
    worker = await serve(LOUD)
    worker.pause_reading()
    link = await worker.link()
    for _ in range(10):
        await whole(link.request(get("/say"), end=True))
        await whole(link.request(get("/flood"), end=True))
    worker.resume_reading()
    assert (await worker.beat()).dropped_logs > 40_000
