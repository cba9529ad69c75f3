"""Workers, zygote and supervisor that die, hang, idle or outgrow their plan."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from apibuilder import errors
from apibuilder.backends.fork import cgroup, data, frames, trees
from apibuilder.backends.fork.frames import Reason, RequestHead
from apibuilder.backends.fork.link import Link, LinkLost, Refused, StreamCancelled
from apibuilder.backends.fork.supervisor import Supervisor
from apibuilder.backends.fork.watch import Intervals
from apibuilder.domain import DeploymentSpec, Instance
from tests.contracts.backends import HELLO, ROOT, fork_backend, get, short_folder, spec

_SLOW = (
    HELLO
    + """
import asyncio
@app.get("/slow")
async def slow():
    await asyncio.sleep(0.5)
    return "done"

@app.get("/block")
async def block():
    import time
    time.sleep(60)

@app.get("/pid")
async def exit_at_once():
    import ctypes
    ctypes.string_at(0)
"""
)


@pytest.fixture
async def folder() -> AsyncIterator[Path]:
    made = short_folder()
    yield made
    shutil.rmtree(made, ignore_errors=True)


async def until(condition: Callable[[], Any], seconds: float = 15.0) -> None:
    """Wait for something that tells nobody when it happens."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


def host_pid(backend: Supervisor) -> int:
    """The one running worker's process."""
    ((running,),) = [p.running for p in backend._placements.values()]
    return running.handle.pid


async def test_an_endless_import_is_killed_at_its_deadline() -> None:
    async with fork_backend(start_timeout_seconds=0.5) as backend:
        with pytest.raises(errors.StartTimeout):
            await backend.place(spec("while True: pass\n"))
        await until(lambda: backend._pool.workers <= 1)


async def test_a_crashed_worker_is_dropped_at_once_and_replaced_on_demand() -> None:
    async with fork_backend() as backend:
        wanted = spec()
        started = await backend.place(wanted)
        os.kill(host_pid(backend), signal.SIGKILL)
        await until(lambda: not backend._placements[wanted.deployment_id].running)
        (again,) = await backend.acquire(wanted.deployment_id)
        assert again.id != started.instance.id
        assert not Path(started.instance.address).exists()
        assert await get(again, "/hello") == (200, {"hello": "you"})
        said = [line.message async for line in backend.logs(wanted.api_id, tail=9, follow=False)]
        assert any("SIGKILL" in message for message in said)


async def test_a_start_that_fails_is_not_tried_again_at_once() -> None:
    source = "import os, pathlib\nmark = pathlib.Path(os.environ['DATA_DIR'], 'started')\n"
    source += "if mark.exists():\n    raise ValueError('second start')\nmark.touch()\n" + HELLO
    async with fork_backend() as backend:
        wanted = spec(source)
        await backend.place(wanted)
        await backend.suspend(wanted.deployment_id, 0)
        with pytest.raises(errors.InstanceUnavailable, match="second start"):
            await backend.acquire(wanted.deployment_id)
        with pytest.raises(errors.InstanceUnavailable) as caught:
            await backend.acquire(wanted.deployment_id)
        assert int(caught.value.headers["Retry-After"]) >= 1


async def test_workers_outlive_their_zygote_and_are_reaped_by_the_supervisor() -> None:
    async with fork_backend() as backend:
        wanted = spec()
        started = await backend.place(wanted)
        old = backend._pool.zygote_pid
        assert old is not None
        os.kill(old, signal.SIGKILL)
        await until(lambda: backend._pool.zygote_pid != old)
        assert await get(started.instance, "/hello") == (200, {"hello": "you"})
        assert (await backend.place(spec())).instance.id != started.instance.id
        worker = backend._placements[wanted.deployment_id].running[0].handle
        os.kill(worker.pid, signal.SIGKILL)
        assert await worker.exited == signal.SIGKILL
        assert not psutil.pid_exists(worker.pid)


async def test_drain_lets_requests_in_flight_finish() -> None:
    async with fork_backend() as backend:
        wanted = spec(_SLOW)
        started = await backend.place(wanted)
        slow = asyncio.create_task(get(started.instance, "/slow"))
        running = backend._placements[wanted.deployment_id].running[0]
        while not running.handle.beat.in_flight:
            running.handle.tell(frames.Ping())
            await asyncio.sleep(0.01)
        await backend.retire(wanted.deployment_id, 10)
        assert await slow == (200, "done")
        await running.handle.exited


async def test_a_test_run_that_nobody_ends_is_forgotten_with_its_data(folder: Path) -> None:
    intervals = Intervals(beat=0.05, idle=0.2)
    async with fork_backend(base=folder, intervals=intervals) as backend:
        await backend.place(spec(ephemeral=True))
        await until(lambda: not backend._placements)
        await until(lambda: not list((folder / "apis" / ".ephemeral").iterdir()))


async def test_an_idle_instance_is_stopped() -> None:
    async with fork_backend(intervals=Intervals(beat=0.05, idle=0.2)) as backend:
        wanted = spec()
        started = await backend.place(wanted)
        placement = backend._placements[wanted.deployment_id]
        handle = placement.running[0].handle
        await until(lambda: not placement.running)
        assert await handle.exited == 0
        (again,) = await backend.acquire(wanted.deployment_id)
        assert again.id != started.instance.id


async def test_a_hung_worker_is_killed() -> None:
    intervals = Intervals(beat=0.05, hung=0.0)
    async with fork_backend(intervals=intervals) as backend:
        wanted = spec(_SLOW, timeout_seconds=0.3)
        started = await backend.place(wanted)
        handle = backend._placements[wanted.deployment_id].running[0].handle
        blocked = asyncio.create_task(get(started.instance, "/block"))
        assert await handle.exited == signal.SIGKILL
        assert "no sign of life" in str(handle.killed_because)
        await asyncio.wait([blocked])
        assert blocked.exception() is not None


async def test_without_a_memory_cgroup_the_watch_kills(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cgroup, "CONTROLLERS", ("pids",))
    source = HELLO + "\nkept = []\n@app.get('/eat')\ndef eat():\n"
    source += "    kept.append(bytearray(80 << 20))\n    return 1\n"
    async with fork_backend(intervals=Intervals(memory=0.05)) as backend:
        wanted = spec(source, memory_mb=64)
        started = await backend.place(wanted)
        handle = backend._placements[wanted.deployment_id].running[0].handle
        eaten = asyncio.create_task(get(started.instance, "/eat"))
        assert await handle.exited == signal.SIGKILL
        assert "64 MB of memory" in str(handle.killed_because)
        await asyncio.wait([eaten])
        eaten.exception()


async def test_without_a_memory_cgroup_address_space_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cgroup, "CONTROLLERS", ())
    source = HELLO + "\n@app.get('/eat')\ndef eat():\n    return len(bytes(2 << 30))\n"
    async with fork_backend(intervals=Intervals(memory=60)) as backend:
        started = await backend.place(spec(source, memory_mb=64))
        with pytest.raises(StreamCancelled) as cancelled:  # MemoryError
            await get(started.instance, "/eat")
        assert cancelled.value.reason is Reason.MEMORY
        assert await get(started.instance, "/hello") == (200, {"hello": "you"})


_FILES = (
    HELLO
    + """
import os
from pathlib import Path
DATA = Path(os.environ["DATA_DIR"])

@app.get("/write")
def write(name: str, mb: int = 1):
    try:
        (DATA / name).write_bytes(bytes(mb << 20))
    except OSError as error:
        return error.strerror
    return "written"

@app.get("/folders")
def folders(count: int):
    for number in range(count):
        (DATA / f"f{number}").mkdir()
    return len(list(DATA.iterdir()))

@app.get("/delete")
def delete():
    for path in DATA.iterdir():
        path.rmdir() if path.is_dir() else path.unlink()
    return len(list(DATA.iterdir()))
"""
)


async def logged(backend: Supervisor, wanted: DeploymentSpec) -> str:
    """All that an Api's log says."""
    lines = backend.logs(wanted.api_id, tail=50, follow=False)
    return "\n".join([line.message async for line in lines])


async def eventually(instance: Instance, path: str, query: str, answer: Any) -> None:
    """Ask until the answer is the one expected."""
    async with asyncio.timeout(15):
        while await get(instance, path, query) != (200, answer):
            await asyncio.sleep(0.02)


async def test_over_its_storage_an_api_may_read_and_delete_but_not_write() -> None:
    async with fork_backend(intervals=Intervals(storage=0.05)) as backend:
        wanted = spec(_FILES, storage_mb=10)
        instance = (await backend.place(wanted)).instance
        for number in range(11):
            assert await get(instance, "/write", f"name={number}") == (200, "written")
        await eventually(instance, "/write", "name=more", "File too large")
        assert "storage_exceeded" in await logged(backend, wanted)
        assert "its plan allows 10 MB (storage_mb)" in await logged(backend, wanted)
        assert await get(instance, "/delete") == (200, 0)
        await eventually(instance, "/write", "name=again", "written")
        assert (await backend.acquire(wanted.deployment_id))[0].id == instance.id  # never killed


async def test_far_over_its_storage_a_worker_starts_to_delete_only() -> None:
    async with fork_backend(intervals=Intervals(storage=0.05)) as backend:
        wanted = spec(_FILES, storage_mb=1)  # 256 names
        instance = (await backend.place(wanted)).instance
        worker = backend._placements[wanted.deployment_id].running[0].handle
        with suppress(LinkLost):
            await get(instance, "/folders", "count=400")
        assert await worker.exited == signal.SIGKILL
        ending = await backend.ending(instance.id)
        assert ending is not None
        assert (ending.code, ending.limit, ending.allowed) == ("storage_exceeded", "storage_mb", 1)
        (instance,) = await backend.acquire(wanted.deployment_id)
        assert await get(instance, "/write", "name=x") == (200, "Permission denied")
        assert (await get(instance, "/folders", "count=1"))[0] == 500
        assert await get(instance, "/delete") == (200, 0)
        async with asyncio.timeout(10):
            while (await backend.acquire(wanted.deployment_id))[0].id == instance.id:
                await asyncio.sleep(0.02)
        (instance,) = await backend.acquire(wanted.deployment_id)
        assert await get(instance, "/write", "name=x") == (200, "written")


async def test_a_call_that_outlives_its_deadline_has_its_process_replaced() -> None:
    source = HELLO + "\n@app.get('/loop')\ndef loop():\n    while True: pass\n"
    intervals = Intervals(beat=0.05, overdue=0.2, drain=0.1)
    async with fork_backend(intervals=intervals) as backend:
        wanted = spec(source, timeout_seconds=0.2)
        instance = (await backend.place(wanted)).instance
        placement = backend._placements[wanted.deployment_id]
        worker = placement.running[0].handle
        link = await Link.open(instance.address)
        head = RequestHead(
            "GET", "/loop", b"/loop", b"", "", "http", "1.1", [(b"host", b"a")],
            ("127.0.0.1", 1), ("a", 80), "req-77",
        )  # fmt: skip
        exchange = link.request(head, end=True)
        await asyncio.sleep(0.2)
        exchange.cancel(Reason.DEADLINE)  # as a gateway does
        await worker.exited
        link.close()
        said = await logged(backend, wanted)
        assert "request req-77 went on" in said
        (again,) = await backend.acquire(wanted.deployment_id)
        assert await get(again, "/hello") == (200, {"hello": "you"})


async def test_a_leaking_worker_is_replaced_before_it_is_killed() -> None:
    source = HELLO + "\nkept = []\n@app.get('/leak')\ndef leak():\n"
    source += "    kept.append(bytearray(1 << 20))\n    return len(kept)\n"
    async with fork_backend(intervals=Intervals(beat=0.05, leak=0.0)) as backend:
        wanted = spec(source, memory_mb=64)
        first = (await backend.place(wanted)).instance
        placement = backend._placements[wanted.deployment_id]
        async with asyncio.timeout(20):
            while placement.running and placement.running[0].instance.id == first.id:
                with suppress(LinkLost, Refused):
                    await get(first, "/leak")
                await asyncio.sleep(0.02)
        said = await logged(backend, wanted)
        assert "is replaced" in said
        assert "process ended" not in said
        (again,) = await backend.acquire(wanted.deployment_id)
        assert await get(again, "/hello") == (200, {"hello": "you"})


async def test_crashes_in_a_row_make_the_next_start_wait() -> None:
    async with fork_backend() as backend:
        wanted = spec(_SLOW)
        await backend.place(wanted)
        placement = backend._placements[wanted.deployment_id]
        for _ in range(3):
            (instance,) = await backend.acquire(wanted.deployment_id)
            with suppress(LinkLost):
                await get(instance, "/pid")
            await until(lambda: not placement.running)
        with pytest.raises(errors.InstanceUnavailable, match="crashed too often") as caught:
            await backend.acquire(wanted.deployment_id)
        assert int(caught.value.headers["Retry-After"]) >= 1
        assert "3 times in a row" in await logged(backend, wanted)


async def test_an_error_in_one_look_does_not_end_the_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = asyncio.Event()

    def fails(_path: Path, _enough: int) -> int:
        failed.set()
        raise RuntimeError("a folder that cannot be measured")

    intervals = Intervals(beat=0.05, storage=0.05, idle=0.5)
    async with fork_backend(intervals=intervals) as backend:
        wanted = spec()
        monkeypatch.setattr(trees, "measure", fails)
        await backend.place(wanted)
        await failed.wait()
        await until(lambda: not backend._placements[wanted.deployment_id].running)  # idle: stopped


async def test_a_restarted_runtime_wakes_what_was_placed(folder: Path) -> None:
    wanted, test_run = spec(env={"TOKEN": "secret"}), spec(ephemeral=True)
    async with fork_backend(base=folder) as first:
        await first.place(wanted)
        await first.place(test_run)
    (kept,) = (folder / "runtime").glob("*.json")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    async with fork_backend(base=folder) as second:
        (instance,) = await second.acquire(wanted.deployment_id)
        assert await get(instance, "/hello") == (200, {"hello": "you"})
        with pytest.raises(errors.NotFound):
            await second.acquire(test_run.deployment_id)
        await second.retire(wanted.deployment_id, 0)
    assert not list((folder / "runtime").iterdir())


async def test_an_ephemeral_deployment_leaves_no_data(folder: Path) -> None:
    async with fork_backend(base=folder) as backend:
        wanted = spec(ephemeral=True)
        await backend.place(wanted)
        assert list(folder.glob(f"apis/.ephemeral/{wanted.deployment_id}"))
        await backend.retire(wanted.deployment_id, 0)
        await until(lambda: not list(folder.glob(f"apis/.ephemeral/{wanted.deployment_id}")))


async def test_forget_api_removes_data_and_logs(folder: Path) -> None:
    async with fork_backend(base=folder) as backend:
        wanted = spec()
        await backend.place(wanted)
        backend._logs.flush()
        await backend.forget_api(wanted.api_id)
        assert not (folder / "apis" / str(wanted.api_id)).exists()
        assert not list((folder / "logs").glob(f"{wanted.api_id}*"))


async def test_close_leaves_no_process_cgroup_mount_or_socket(folder: Path) -> None:
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    async with fork_backend(base=folder) as backend:
        for _ in range(3):
            await backend.place(spec())
        parents = set(backend._hierarchy.parents.values())
    assert {child.pid for child in psutil.Process().children(recursive=True)} <= before
    assert not [parent for parent in parents if parent.exists()]
    assert not list((folder / "run").iterdir())
    assert str(folder) not in Path("/proc/self/mountinfo").read_text()


async def test_cycles_leak_no_descriptor() -> None:
    async with fork_backend() as backend:
        wanted = spec()
        await backend.place(wanted)
        counts: list[int] = []
        for _ in range(4):
            handle = backend._placements[wanted.deployment_id].running[0].handle
            await backend.suspend(wanted.deployment_id, 0)
            await handle.exited
            await backend.acquire(wanted.deployment_id)
            await until(lambda: backend._pool.spares == 1 and backend._pool.workers == 2)
            counts.append(psutil.Process().num_fds())
        assert counts[-1] <= counts[0]


_LIVES_ALONE = """
import asyncio, sys
from pathlib import Path
from tests.contracts.backends import fork_backend, spec

async def main():
    async with fork_backend(base=Path(sys.argv[1])) as backend:
        wanted = spec("while True: pass" if len(sys.argv) > 2 else spec().source)
        if len(sys.argv) > 2:
            asyncio.create_task(backend.place(wanted))
        else:
            await backend.place(wanted)
        await asyncio.sleep(0.3)
        pids = [handle.pid for handle in backend._pool._handles]
        print(backend._pool.zygote_pid, *pids, flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.mark.parametrize("hung", [(), ("hung",)])
async def test_nothing_outlives_a_killed_supervisor(folder: Path, hung: tuple[str, ...]) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _LIVES_ALONE, str(folder), *hung], cwd=ROOT, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        line = await asyncio.to_thread(process.stdout.readline)
        pids = [int(pid) for pid in line.split()]
        process.kill()
    assert len(pids) >= 2
    await until(lambda: not any(_alive(pid) for pid in pids))
    async with fork_backend(base=folder) as backend:  # cleans up what is left on disk
        assert {path.name.partition(".")[0] for path in (folder / "run" / "w").iterdir()} <= {
            "zygote",
            *(handle.name for handle in backend._pool._handles),
        }
        assert len(backend._hierarchy.leftovers()) <= len(backend._pool._handles)


def _alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def test_leftovers_that_outlive_everything_are_ended_by_their_record(folder: Path) -> None:
    (folder / "run" / "w").mkdir(parents=True)
    with subprocess.Popen(["sleep", "60"]) as leftover:
        since = Path(f"/proc/{leftover.pid}/stat").read_text().rpartition(")")[2].split()[19]
        (folder / "run" / "w" / "old.pid").write_text(f"{leftover.pid} {since}")
        (folder / "run" / "w" / "old.sock").touch()
        with subprocess.Popen(["sleep", "60"]) as innocent:  # the same number, another process
            (folder / "run" / "w" / "reused.pid").write_text(f"{innocent.pid} 1")
            async with fork_backend(base=folder):
                assert leftover.wait(5) == -signal.SIGKILL
                assert innocent.poll() is None
                assert not (folder / "run" / "w" / "old.sock").exists()
            innocent.kill()


async def test_the_data_folder_belongs_to_a_user_of_the_apis_own(folder: Path) -> None:
    async with fork_backend(base=folder) as backend:
        if "own uid" in backend.sandbox.missing:
            pytest.skip(backend.sandbox.missing["own uid"])
        one, two = spec(), spec()
        await backend.place(one)
        await backend.place(two)
        owners = {(folder / "apis" / str(s.api_id) / "data").stat().st_uid for s in (one, two)}
        assert len(owners) == 2
        assert 0 not in owners


def test_uids_fit_the_container() -> None:
    assert data.uid_range("0 0 4294967295") == (1 << 30, 1 << 30)
    assert data.uid_range("0 100000 65536") == (20_000, 40_000)
    assert data.uid_range("0 1000 1") is None
