"""Each layer holds something: taken away in turn, a hostile program no longer fails as it has to,
or the wall is missing when the worker is looked at from the host.

The zygote is started with that one layer taken out; the rest of the road is as it always is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from apibuilder import errors
from apibuilder.backends.fork import storage, zygote_client
from apibuilder.backends.fork.supervisor import Supervisor
from tests.contracts.backends import fork_backend, is_root, spec
from tests.hostile.outside import walls
from tests.hostile.program import Program
from tests.hostile.programs import named
from tests.hostile.road import open_road, verdict

_WITHOUT = """
import sys; sys.path.insert(0, sys.argv[2])
import os
from apibuilder.backends.fork import linux, rootfs, sandbox, selftest, zygote
selftest.escapes, selftest.writable_code = lambda *_: [], lambda: False
old_unshare, old_prctl, old_mount = linux.unshare, linux.prctl, linux.mount

def without_namespace(flag):
    def unshare(flags, zygotes=[True]):  # the zygote keeps its own: that is not the host's
        if flags == sandbox.NAMESPACES and not zygotes:
            flags &= ~flag
        elif flags == sandbox.NAMESPACES:
            zygotes.clear()
        old_unshare(flags)
    linux.unshare = unshare

def without_prctl(*gone):
    linux.prctl = lambda *call: 0 if call[: len(gone)] == gone else old_prctl(*call)

def without_mount(*gone):
    def mount(source, target, kind, flags, options=None):
        if (kind, target) != gone:
            old_mount(source, target, kind, flags, options)
    linux.mount = mount

def without_flag(flag):
    linux.mount = lambda s, t, k, flags, o=None: old_mount(s, t, k, flags & ~flag, o)

{change}
zygote.main(int(sys.argv[1]), sys.argv[2])
"""


@dataclass(frozen=True)
class Layer:
    """One layer, how to do without it, and what shows that it is gone."""

    name: str
    change: str
    program: str | None = None
    wall: str | None = None
    tier: str = "full"


LAYERS = [
    Layer("seccomp", "linux.load_seccomp = lambda _: None", program="fork", wall="seccomp"),
    Layer("Landlock", "sandbox._landlock = lambda *_, **__: None",
          program="stir the kernel's randomness"),
    Layer("Landlock of no-namespace", "sandbox._landlock = lambda *_, **__: None",
          program="read the host's users", tier="no-namespace"),
    Layer("read-only root", "without_flag(linux.MS_RDONLY)", wall="read-only root"),
    Layer("fresh root", "rootfs.assemble = lambda *_: None\n"
          "sandbox._take_own = lambda _: None\n"
          "sandbox._paths = lambda host, assign: (['/'], ['/tmp'])", wall="no /proc"),
    Layer("noexec", "without_flag(linux.MS_NOEXEC)", program="an executable in /data",
          wall="noexec"),
    Layer("private /tmp", "without_mount('tmpfs', '/tmp')", program="fill /tmp",
          wall="private /tmp"),
    Layer("own /data", "old = sandbox.linux.detach\n"
          "linux.detach = lambda at: None if at == rootfs.HOST else old(at)", wall="own /data"),
    Layer("MDWE", "without_prctl(linux.PR_SET_MDWE)",
          program="memory that is writable and executable"),
    Layer("not dumpable", "without_prctl(linux.PR_SET_DUMPABLE, 0)", wall="not dumpable"),
    Layer("capabilities", "linux.drop_capabilities = lambda: None", wall="no capabilities"),
    Layer("resource limits", "sandbox._limit = lambda *_, **__: None",
          program="one file larger than the quota", wall="resource limits"),
    Layer("closed descriptors", "sandbox._close_all_but = lambda keep: None",
          program="descriptors that were left open"),
    Layer("cgroup", "sandbox._join = lambda cgroups: None", program="a bomb of bytes",
          wall="own cgroup"),
    Layer("PID namespace", "zygote.Zygote._fork_into_pid_namespace = lambda self: os.fork()",
          wall="own PIDs"),
    Layer("own uid", "sandbox._become = lambda uid: None", wall="own uid"),
    Layer("user namespace", "sandbox.enter_user_namespace = lambda proc, *, seen_as: None",
          wall="user namespace"),
    *(Layer(f"{name} namespace", f"without_namespace(linux.CLONE_NEW{flag})",
            wall=f"{name} namespace")
      for name, flag in (("cgroup", "CGROUP"), ("ipc", "IPC"), ("net", "NET"), ("uts", "UTS"))),
    Layer("hidden platform", "zygote._hide_platform = lambda: None",
          program="the platform's modules", tier="no-namespace"),
]  # fmt: skip


@pytest.mark.skipif(not is_root(), reason="as root all layers are there to be taken away")
@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
async def test_without_it_something_gets_through(
    monkeypatch: pytest.MonkeyPatch, layer: Layer
) -> None:
    monkeypatch.setattr(zygote_client, "_BOOTSTRAP", _WITHOUT.format(change=layer.change))
    if layer.program is not None:
        program = _outcome_only(layer.program)
        async with open_road(layer.tier) as road:
            seen, odd = await road.run(program)
        assert verdict(program, seen, odd), f"{program.name!r} failed all the same"
    if layer.wall is not None:
        async with fork_backend((layer.tier,)) as backend:
            await backend.place(spec())
            standing = await _walls(backend)
        assert not standing[layer.wall]


@pytest.mark.skipif(not is_root(), reason="as root all layers are there")
async def test_with_all_of_them_every_wall_stands() -> None:
    async with fork_backend(("full",)) as backend:
        await backend.place(spec())
        standing = await _walls(backend)
    assert all(standing.values()), standing
    assert {layer.wall for layer in LAYERS if layer.wall} <= standing.keys()


async def test_without_the_storage_watch_many_files_outgrow_the_quota(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def look(_self: storage.Storage, _placements: object) -> None:
        return

    monkeypatch.setattr(storage.Storage, "look", look)
    program = _outcome_only("many files larger than the quota")
    async with open_road("full") as road:
        seen, _ = await road.run(program)
    assert seen.body == {"got": None}


async def test_a_layer_that_cannot_be_put_up_refuses_to_boot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without no_new_privs the kernel takes no seccomp filter from a process without privilege."""
    change = "without_prctl(linux.PR_SET_NO_NEW_PRIVS, 1)"
    monkeypatch.setattr(zygote_client, "_BOOTSTRAP", _WITHOUT.format(change=change))
    with pytest.raises(errors.SandboxUnavailable):
        async with fork_backend(("full",)):
            pass


def _outcome_only(name: str) -> Program:
    """Without waiting for what the log says: it will not come."""
    return replace(named(name), says=(), recovers=False)


async def _walls(backend: Supervisor) -> dict[str, bool]:
    (running, *_) = next(iter(backend._placements.values())).running
    return walls(running.handle.pid, backend._pool.zygote_pid)


@pytest.mark.parametrize(
    ("change", "escape"),
    [
        ("linux.load_seccomp = lambda _: None", "start a process"),
        ("without_prctl(linux.PR_SET_MDWE)", "execute what it has written"),
        ("rootfs.assemble = lambda *_: None; sandbox._take_own = lambda _: None; "
         "sandbox._paths = lambda host, assign: (['/'], ['/tmp'])", "read /etc/passwd"),
    ],
)  # fmt: skip
async def test_a_layer_that_is_up_but_does_not_hold_refuses_to_boot(
    monkeypatch: pytest.MonkeyPatch, change: str, escape: str
) -> None:
    tested = _WITHOUT.replace("selftest.escapes, selftest.writable_code =", "_ =")
    monkeypatch.setattr(zygote_client, "_BOOTSTRAP", tested.format(change=change))
    with pytest.raises(errors.SandboxUnavailable, match=f"self-test could .*{escape}"):
        async with fork_backend(("full",)):
            pass
