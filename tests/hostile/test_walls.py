"""Programs that try to get out. Each names the wall that stops it.

Run on tier full and on no-namespace; what only full promises says so.
"""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from apibuilder import errors
from apibuilder.backends.fork.link import LinkLost
from apibuilder.backends.fork.supervisor import Supervisor
from tests.contracts.backends import ROOT, get, spec
from tests.hostile.conftest import Attack, program

pytestmark = pytest.mark.asyncio(loop_scope="module")

DENIED = {"PermissionError", "FileNotFoundError", "OSError"}


def assert_refused(answer: Any, kinds: set[str] = DENIED) -> None:
    assert answer.get("refused") in kinds, answer


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "/etc/hostname",
        str(ROOT / "pyproject.toml"),
        "/proc/1/environ",
        "/proc/self/maps",
    ],
)
async def test_files_of_the_host_cannot_be_read(attack: Attack, path: str) -> None:
    assert_refused(await attack(f"return open({path!r}).read(100)"))


@pytest.mark.parametrize("folder", ["/etc", "/proc", "/run", "/var", str(ROOT), str(ROOT.parent)])
async def test_the_host_cannot_be_listed(attack: Attack, backend: Supervisor, folder: str) -> None:
    answer = await attack(f"return os.listdir({folder!r})")
    if "got" not in answer:
        return assert_refused(answer)
    assert backend.sandbox.tier == "full"  # there a folder may be a step on the way to the modules
    assert set(answer["got"]) <= {"ld.so.cache", "mime.types", "runtime", ROOT.name}
    return None


async def test_the_root_shows_only_what_user_code_needs(
    attack: Attack, backend: Supervisor
) -> None:
    if backend.sandbox.tier != "full":
        pytest.skip("only tier full has a root of its own")
    answer = await attack("return sorted(os.listdir('/'))")
    assert set(answer["got"]) <= {
        ".apis", "data", "dev", "etc", "lib", "lib64", "root", "tmp", "usr", "work", "opt", "home"
    }  # fmt: skip
    assert await attack("return os.listdir('/.apis')") == {"got": []}


async def test_nothing_outside_data_and_tmp_can_be_written(attack: Attack) -> None:
    for path in ("/x", "/dev/x", "/usr/x", f"{ROOT}/x"):
        assert_refused(await attack(f"open({path!r}, 'w')"))
    assert_refused(await attack("open(os.__file__, 'a')"))


async def test_own_data_and_tmp_can_be_written(attack: Attack) -> None:
    body = """
        import sqlite3, tempfile
        db = sqlite3.connect(os.environ["DATA_DIR"] + "/a.db")
        db.execute("pragma journal_mode=wal")
        db.execute("create table t(x)")
        db.execute("insert into t values (1)")
        db.commit()
        with tempfile.TemporaryFile() as file:
            file.write(b"x")
        return db.execute("select x from t").fetchall()
    """
    assert await attack(body) == {"got": [[1]]}


async def test_the_data_of_another_api_cannot_be_read(attack: Attack, backend: Supervisor) -> None:
    secret = spec(program("open(os.environ['DATA_DIR'] + '/secret', 'w').write('s'); return 1"))
    started = await backend.place(secret)
    await get(started.instance, "/attack")
    body = f"""
        found = []
        for root in ("/data", "/.apis", os.path.dirname(os.path.dirname(os.environ["DATA_DIR"])),
                     os.path.dirname(os.path.dirname(os.path.dirname(os.environ["DATA_DIR"])))):
            for folder, _, names in os.walk(root):
                found += [n for n in names if n == "secret"]
            try:
                found.append(open(root + "/{secret.api_id}/data/secret").read())
            except OSError:
                pass
        return found
    """
    assert await attack(body) == {"got": []}


async def test_no_connection_can_be_made(attack: Attack) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert_refused(
            await attack(f"socket.create_connection(('127.0.0.1', {port}), 2)"), {"PermissionError"}
        )


async def test_unix_sockets_of_the_platform_cannot_be_dialled(attack: Attack, folder: Path) -> None:
    path = folder / "platform.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        body = f"s = socket.socket(socket.AF_UNIX); s.connect({str(path)!r})"
        assert_refused(await attack(body), {"PermissionError"})
    # A pair needs no socket(): not even an unconnected end of one reaches out.
    body = "return len(socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))"
    assert_refused(await attack(body))
    body = f"socket.socketpair()[0].sendto(b'x', {str(path)!r})"
    assert_refused(await attack(body))


@pytest.mark.parametrize(
    "body",
    [
        "return os.fork()",
        "return subprocess.run(['/bin/sh', '-c', 'id'])",
        "os.execv(sys.executable, ['python'])",
        "return os.posix_spawn('/bin/true', ['true'], {})",
        "return os.memfd_create('x')",
        "return os.open_tree if hasattr(os, 'open_tree') else os.chroot('/tmp')",
        "os.setuid(0)",
        "os.mknod('/tmp/disk', 0o60600, os.makedev(254, 0))",
        "return os.pidfd_open(os.getppid() or 1)",
    ],
)
async def test_calls_that_lead_out_are_refused(attack: Attack, body: str) -> None:
    assert_refused(await attack(body))


@pytest.mark.parametrize(
    ("name", "number"),
    [("ptrace", 101), ("mount", 165), ("unshare", 272), ("setns", 308), ("bpf", 321),
     ("io_uring_setup", 425), ("userfaultfd", 323), ("perf_event_open", 298), ("keyctl", 250),
     ("open_by_handle_at", 304), ("process_vm_readv", 310), ("clone3", 435), ("open_tree", 428)],
)  # fmt: skip
async def test_raw_calls_are_refused(attack: Attack, name: str, number: int) -> None:
    body = f"""
        libc = ctypes.CDLL(None, use_errno=True)
        result = libc.syscall({number}, 0, 0, 0, 0, 0, 0)
        return [result, errno.errorcode[ctypes.get_errno()]]
    """
    assert (await attack(body))["got"] in ([-1, "EPERM"], [-1, "ENOSYS"]), name


async def test_memory_cannot_be_made_executable(attack: Attack, backend: Supervisor) -> None:
    if "no writable code" not in backend.sandbox.layers:
        pytest.skip(backend.sandbox.missing["no writable code"])
    body = """
        import mmap
        return len(mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC))
    """
    assert_refused(await attack(body), {"PermissionError"})


async def test_other_processes_cannot_be_seen_or_signalled(
    attack: Attack, backend: Supervisor
) -> None:
    body = """
        reached = []
        for pid in range(2, 40000):
            try:
                os.kill(pid, 0)
                reached.append(pid)
            except OSError:
                pass
        return reached
    """
    assert await attack(body) == {"got": []}
    if backend.sandbox.tier == "full":
        assert await attack("return os.getpid()") == {"got": 1}


async def test_the_32_bit_door_is_closed(backend: Supervisor) -> None:
    body = "ctypes.CDLL(None).syscall(ctypes.c_long(0x40000000 + 39))"  # getpid of the x32 ABI
    wanted = spec(program(body))
    started = await backend.place(wanted)
    with pytest.raises(LinkLost):
        await get(started.instance, "/attack")


async def test_nothing_of_the_platform_is_in_the_process(attack: Attack) -> None:
    body = """
        names = [n for n in sys.modules if n.split(".")[0] in
                 ("asyncpg", "aiohttp", "structlog", "pyseccomp", "uvicorn")]
        names += [n for n in sys.modules if n in
                  ("apibuilder.settings", "apibuilder.errors", "apibuilder.domain")]
        fds = []
        for fd in range(3, 64):
            try:
                os.fstat(fd)
                fds.append(fd)
            except OSError:
                pass
        known = {"DATA_DIR", "HOME", "TMPDIR", "LC_CTYPE"}
        return names, sorted(set(os.environ) - known), len(fds) < 20
    """
    assert await attack(body) == {"got": [[], [], True]}


async def test_a_thread_bomb_stays_in_its_limit(attack: Attack) -> None:
    body = """
        made = 0
        try:
            for _ in range(500):
                threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
                made += 1
        except RuntimeError:
            pass
        return made
    """
    answer = await attack(body, processes=64)
    assert 0 < answer["got"] < 64


async def test_a_memory_bomb_ends_its_worker_only(backend: Supervisor) -> None:
    bomb = spec(
        program("x = [bytearray(1 << 20) for _ in range(400)]; return len(x)"), memory_mb=64
    )
    neighbour = spec()
    beside = await backend.place(neighbour)
    started = await backend.place(bomb)
    with pytest.raises(LinkLost):
        await get(started.instance, "/attack")
    assert (await get(beside.instance, "/hello"))[0] == 200
    (again,) = await backend.acquire(bomb.deployment_id)
    assert again.id != started.instance.id
    said = [line.message async for line in backend.logs(bomb.api_id, tail=5, follow=False)]
    assert any("64 MB of memory" in message for message in said), said


async def test_tmp_is_small(attack: Attack, backend: Supervisor) -> None:
    if backend.sandbox.tier != "full":
        pytest.skip("only tier full has a /tmp of its own")
    body = """
        with open("/tmp/big", "wb") as file:
            for _ in range(32):
                file.write(bytes(1 << 20))
                file.flush()
    """
    answer = await attack(body)
    assert "No space left" in answer["why"]


async def test_a_file_cannot_outgrow_the_plan(attack: Attack) -> None:
    body = """
        with open(os.environ["DATA_DIR"] + "/big", "wb") as file:
            for _ in range(8):
                file.write(bytes(1 << 20))
                file.flush()
    """
    answer = await attack(body, storage_mb=4)
    assert "File too large" in answer["why"]


async def test_the_host_name_is_not_told(attack: Attack, backend: Supervisor) -> None:
    if backend.sandbox.tier != "full":
        pytest.skip("only tier full has a host name of its own")
    assert await attack("return socket.gethostname()") == {"got": "api"}


async def test_a_crash_during_the_start_is_named(backend: Supervisor) -> None:
    crashing = spec("import ctypes\nctypes.string_at(0)\n")
    with pytest.raises(errors.StartCrashed) as caught:
        await backend.place(crashing)
    assert "SIGSEGV" in caught.value.detail


async def test_failures_never_tell_host_paths(backend: Supervisor) -> None:
    with pytest.raises(errors.DeployRefused) as caught:
        await backend.place(spec("import json\njson.loads('{')\napp = 1\n"))
    assert str(ROOT) not in caught.value.detail
    assert not str(caught.value.file).startswith("/")
    assert not Path(str(caught.value.file)).is_absolute()
