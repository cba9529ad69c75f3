"""Bodies that move on credit, cancellation, and neighbours that do not feel each other."""

import asyncio

import psutil
import pytest

from apibuilder.backends.fork.frames import MAX_CHUNK, WINDOW, Reason
from apibuilder.backends.fork.link import LinkLost, StreamCancelled
from tests.unit.backends.fork.worker.conftest import StartWorker
from tests.unit.backends.fork.worker.harness import WorkerProcess, get, whole

MB = 1024 * 1024

STREAMS = """
    import asyncio
    from fastapi import FastAPI, Request
    from fastapi.responses import Response, StreamingResponse
    app = FastAPI()
    produced = 0

    @app.post("/count")
    async def count(request: Request):
        total = 0
        async for piece in request.stream():
            total += len(piece)
        return total

    async def echo(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        more = True
        while more:
            message = await receive()
            more = message["more_body"]
            await send({"type": "http.response.body", "body": message["body"], "more_body": more})

    app.mount("/echo", echo)

    @app.get("/stream/{megabytes}")
    async def stream(megabytes: int):
        async def body():
            global produced
            for _ in range(megabytes * 16):
                yield b"x" * 65536
                produced += 65536
        return StreamingResponse(body())

    @app.get("/produced")
    async def how_much():
        return produced

    @app.get("/whole/{megabytes}")
    async def one_piece(megabytes: int):
        return Response(b"x" * (megabytes << 20))

    @app.post("/never")
    async def never_reads(request: Request):
        await asyncio.sleep(3600)

    @app.post("/early")
    async def answers_early():
        return "enough"

    @app.get("/events")
    async def events():
        async def body():
            try:
                yield b"data: 1\\n\\n"
                await asyncio.sleep(3600)
            finally:
                print("events ended")
        return StreamingResponse(body(), media_type="text/event-stream")

    @app.get("/slow")
    async def slow():
        try:
            await asyncio.sleep(3600)
        finally:
            print("slow ended")

    @app.get("/hello")
    async def hello():
        return "hello"
"""


async def hello(worker: WorkerProcess) -> None:
    """A small request on a link of its own is answered."""
    head, body = await whole((await worker.link()).request(get("/hello"), end=True))
    assert (head.status, body) == (200, b'"hello"')


@pytest.fixture
async def worker(serve: StartWorker) -> WorkerProcess:
    return await serve(STREAMS)


async def test_an_upload_streams(worker: WorkerProcess) -> None:
    exchange = (await worker.link()).request(get("/count", "POST"), end=False)
    for _ in range(100):
        await exchange.write(b"x" * 100_000, end=False)
    await exchange.write(b"", end=True)
    assert (await whole(exchange))[1] == b"10000000"


@pytest.mark.parametrize("path", ["/stream/10", "/whole/10"])
async def test_a_download_streams(worker: WorkerProcess, path: str) -> None:
    exchange = (await worker.link()).request(get(path), end=True)
    total = len((await exchange.response()).body)
    while piece := await exchange.read():
        assert len(piece) <= MAX_CHUNK
        total += len(piece)
    assert total == 10 * MB


async def test_both_ways_at_once(worker: WorkerProcess) -> None:
    exchange = (await worker.link()).request(get("/echo/", "POST"), end=False)
    sent = b"".join(i.to_bytes(4) for i in range(500_000))

    async def upload() -> None:
        for start in range(0, len(sent), 30_000):
            await exchange.write(sent[start : start + 30_000], end=False)
        await exchange.write(b"", end=True)

    async with asyncio.TaskGroup() as group:
        group.create_task(upload())
        answer = group.create_task(whole(exchange))
    assert answer.result()[1] == sent


async def test_memory_stays_bounded_while_100_mb_pass(worker: WorkerProcess) -> None:
    process = psutil.Process(worker.pid)
    link = await worker.link()
    await whole(link.request(get("/stream/5"), end=True))
    before = process.memory_info().rss, psutil.Process().memory_info().rss
    exchange = link.request(get("/stream/100"), end=True)
    await exchange.response()
    while await exchange.read():
        pass
    after = process.memory_info().rss, psutil.Process().memory_info().rss
    assert after[0] - before[0] < 8 * MB
    assert after[1] - before[1] < 8 * MB


async def test_a_slow_reader_stalls_itself_only(worker: WorkerProcess) -> None:
    link = await worker.link()
    slow = link.request(get("/stream/10"), end=True)
    await slow.response()
    for _ in range(50):
        await whole(link.request(get("/hello"), end=True))
    _, produced = await whole(link.request(get("/produced"), end=True))
    assert int(produced) <= WINDOW
    _, body = await whole(slow)
    assert len(body) == 10 * MB


async def test_an_app_that_does_not_read_stalls_its_own_upload_only(worker: WorkerProcess) -> None:
    link = await worker.link()
    exchange = link.request(get("/never", "POST"), end=False)
    upload = asyncio.create_task(exchange.write(b"x" * 2 * WINDOW, end=True))
    for _ in range(50):
        await whole(link.request(get("/hello"), end=True))
    assert not upload.done()
    exchange.cancel(Reason.CALLER_LEFT)
    with pytest.raises(StreamCancelled):
        await upload


async def test_an_early_answer_ends_the_upload_quietly(worker: WorkerProcess) -> None:
    link = await worker.link()
    exchange = link.request(get("/early", "POST"), end=False)
    assert (await exchange.response()).body == b'"enough"'
    await exchange.write(b"x" * 4 * WINDOW, end=False)
    await exchange.write(b"", end=True)
    await whole(link.request(get("/hello"), end=True))


async def test_a_late_upload_after_an_early_answer_is_ignored(worker: WorkerProcess) -> None:
    link = await worker.link()
    exchange = link.request(get("/early", "POST"), end=False)
    await exchange.write(b"x" * 1000, end=True)  # on its way before the answer is seen
    assert (await exchange.response()).body == b'"enough"'
    await whole(link.request(get("/hello"), end=True))


async def test_the_first_event_is_not_held_back(worker: WorkerProcess) -> None:
    exchange = (await worker.link()).request(get("/events"), end=True)
    head = await exchange.response()
    assert (head.body or await exchange.read()) == b"data: 1\n\n"
    assert not exchange.ended


async def test_a_caller_that_leaves_ends_a_stream(worker: WorkerProcess) -> None:
    link = await worker.link()
    exchange = link.request(get("/events"), end=True)
    await exchange.response()
    exchange.cancel(Reason.CALLER_LEFT)
    exchange.cancel(Reason.CALLER_LEFT)
    with pytest.raises(StreamCancelled):
        while await exchange.read():
            pass
    await worker.logged("events ended")
    assert link.in_flight == 0
    await worker.in_flight(0)


async def test_a_caller_that_leaves_does_not_interrupt_work(worker: WorkerProcess) -> None:
    link = await worker.link()
    exchange = link.request(get("/slow"), end=True)
    await worker.in_flight(1)
    exchange.cancel(Reason.CALLER_LEFT)
    await whole(link.request(get("/hello"), end=True))
    await worker.beat()
    assert not worker.logs


async def test_a_deadline_interrupts_work(worker: WorkerProcess) -> None:
    link = await worker.link()
    exchange = link.request(get("/slow"), end=True)
    await worker.in_flight(1)
    exchange.cancel(Reason.DEADLINE)
    with pytest.raises(StreamCancelled):
        await exchange.response()
    await worker.logged("slow ended")


async def test_a_lost_gateway_is_a_caller_that_left(worker: WorkerProcess) -> None:
    link = await worker.link()
    await link.request(get("/events"), end=True).response()
    link.abort()
    await worker.logged("events ended")
    await hello(worker)


async def test_many_requests_at_once_on_many_links(worker: WorkerProcess) -> None:
    links = [await worker.link() for _ in range(4)]
    exchanges = [link.request(get("/hello"), end=True) for link in links for _ in range(25)]
    answers = await asyncio.gather(*(exchange.response() for exchange in exchanges))
    assert {answer.body for answer in answers} == {b'"hello"'}
    assert (await worker.beat()).served == 100


async def test_a_worker_killed_before_its_answer(worker: WorkerProcess) -> None:
    exchange = (await worker.link()).request(get("/slow"), end=True)
    await worker.in_flight(1)
    worker.kill()
    with pytest.raises(LinkLost) as caught:
        await exchange.response()
    assert not caught.value.began


async def test_a_worker_killed_in_the_middle(worker: WorkerProcess) -> None:
    exchange = (await worker.link()).request(get("/events"), end=True)
    await exchange.response()
    worker.kill()
    with pytest.raises(LinkLost) as caught:
        while await exchange.read():
            pass
    assert caught.value.began
