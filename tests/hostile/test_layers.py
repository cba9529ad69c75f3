"""Each layer holds something that nothing else holds: without it, an attack gets through.

The zygote is started with that one layer taken out, which also shows that the tests in
test_walls.py would notice.
"""

from __future__ import annotations

from typing import Any

import pytest

from apibuilder.backends.fork import zygote_client
from apibuilder.backends.fork.link import LinkLost
from tests.contracts.backends import fork_backend, get, spec
from tests.hostile.conftest import program

_WITHOUT = """
import sys; sys.path.insert(0, sys.argv[2])
from apibuilder.backends.fork import linux, sandbox, zygote
{change}
zygote.main(int(sys.argv[1]), sys.argv[2])
"""
_FILL = """
    with open({path}, "wb") as file:
        for _ in range({count}):
            file.write(bytes(1 << 20))
            file.flush()
    return "written"
"""


async def _attack_without(
    monkeypatch: pytest.MonkeyPatch, change: str, body: str, tier: str = "full", **limits: Any
) -> Any:
    monkeypatch.setattr(zygote_client, "_BOOTSTRAP", _WITHOUT.format(change=change))
    async with fork_backend((tier,)) as backend:
        started = await backend.place(spec(program(body), **limits))
        _, answer = await get(started.instance, "/attack")
        return answer


async def test_without_seccomp_user_code_can_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    body = """
    pid = os.fork()
    if pid == 0:
        os._exit(7)
    return os.waitpid(pid, 0)[1] >> 8
    """
    answer = await _attack_without(monkeypatch, "linux.load_seccomp = lambda _: None", body)
    assert answer == {"got": 7}


async def test_without_landlock_a_worker_without_namespaces_reads_the_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change = "sandbox._landlock = lambda *_, **__: None"
    answer = await _attack_without(
        monkeypatch, change, "return open('/etc/passwd').read(4)", "no-namespace"
    )
    assert answer == {"got": "root"}


async def test_without_a_fresh_root_landlock_alone_would_show_the_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change = """
from apibuilder.backends.fork import rootfs
rootfs.assemble = lambda root, apis: None
sandbox._take_data = lambda data: None
sandbox._paths = lambda host, assign: (["/"], ["/tmp"])
"""
    answer = await _attack_without(monkeypatch, change, "return os.path.exists('/etc/passwd')")
    assert answer == {"got": True}


async def test_without_mdwe_memory_can_be_made_executable(monkeypatch: pytest.MonkeyPatch) -> None:
    change = """
old = linux.prctl
linux.prctl = lambda option, *values: 0 if option == linux.PR_SET_MDWE else old(option, *values)
"""
    body = "import mmap; return len(mmap.mmap(-1, 4096, prot=7))"
    assert await _attack_without(monkeypatch, change, body) == {"got": 4096}


async def test_without_resource_limits_a_file_outgrows_the_plan(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change = "sandbox._limit = lambda assign, proc: None"
    body = _FILL.format(path="os.environ['DATA_DIR'] + '/big'", count=8)
    assert await _attack_without(monkeypatch, change, body, storage_mb=4) == {"got": "written"}


async def test_without_a_pid_namespace_the_worker_knows_its_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change = "import os; zygote.Zygote._fork_into_pid_namespace = lambda self: os.fork()"
    answer = await _attack_without(monkeypatch, change, "return os.getpid() > 1")
    assert answer == {"got": True}


async def test_without_the_cgroup_a_memory_bomb_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    body = "x = [bytearray(1 << 20) for _ in range(150)]; return len(x)"
    change = "sandbox._join = lambda cgroups: None"
    assert await _attack_without(monkeypatch, change, body, memory_mb=64) == {"got": 150}
    with pytest.raises(LinkLost):
        await _attack_without(monkeypatch, "", body, memory_mb=64)
