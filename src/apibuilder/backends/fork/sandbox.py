"""The layers around a worker, put up by the worker itself before it sees any user code.

Two halves: `isolate` needs to know nothing of the Api and is done ahead of time, `confine` is done
when the worker is assigned. Each layer is one function; a failure is a LayerError that names it.
Loaded in the zygote: standard library only.

Tier `full` stands on namespaces, uid, Landlock and seccomp; `no-namespace` on Landlock and
seccomp; `none` has resource limits only.
"""

from __future__ import annotations

import os
import resource
import socket
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from apibuilder.backends.fork import door, frames, linux, rootfs
from apibuilder.backends.fork.orders import Assign, Plan

TMP = rootfs.TMP
_TMP_OPTIONS = f"size={frames.TMP_MB}m,nr_inodes=1024,mode=1777"
NO_WRITABLE_CODE = "no writable code"
_NOBODY = 65534  # what a worker sees itself as in its user namespace
NAMESPACES = (
    linux.CLONE_NEWNS
    | linux.CLONE_NEWIPC
    | linux.CLONE_NEWUTS
    | linux.CLONE_NEWNET
    | linux.CLONE_NEWCGROUP
)

# Landlock rights on files, by the ABI that brought them.
_WRITE_FILE, _READ_FILE, _READ_DIR, _TRUNCATE = 1 << 1, 1 << 2, 1 << 3, 1 << 14
_READ = _READ_FILE | _READ_DIR
_REMOVE = (1 << 4) | (1 << 5)
_MAKE = (1 << 7) | (1 << 8) | (1 << 12)  # folder, file, link; never socket, pipe or device
_REFER = 1 << 13
_TRUNCATE_ABI = 3
_ALL_FILES = ((1, (1 << 13) - 1), (2, _REFER), (_TRUNCATE_ABI, _TRUNCATE), (5, 1 << 15))
_NETWORK_ABI = 4
_ALL_NETWORK = 0b11  # bind and connect TCP
_ALL_SCOPES = 0b11  # abstract Unix sockets and signals, ABI 6


class LayerError(Exception):
    """A layer could not be put up."""

    def __init__(self, layer: str, cause: BaseException) -> None:
        super().__init__(f"{layer}: {cause}")
        self.layer = layer
        self.cause = cause


@dataclass(slots=True)
class Layers:
    """What is in force, and what is not and why."""

    up: list[str] = field(default_factory=list[str])
    missing: dict[str, str] = field(default_factory=dict[str, str])

    @contextmanager
    def layer(self, name: str, *, optional: bool = False) -> Generator[None]:
        """Record the layer that the block puts up; only an optional one may fail."""
        try:
            yield
        except (OSError, ValueError) as error:
            if not optional:
                raise LayerError(name, error) from error
            self.missing[name] = str(error)
        else:
            self.up.append(name)


@dataclass(frozen=True, slots=True)
class Host:
    """What the zygote kept of the host, for its children to finish their walls with."""

    plan: Plan
    proc: int  # descriptor of the host's /proc, closed before user code runs
    readable: list[str]  # paths that user code needs to read where it sees the host's root


def isolate(host: Host, cgroups: list[int], layers: Layers) -> None:
    """First half: own cgroup, own namespaces, own /tmp."""
    if cgroups:
        with layers.layer("cgroup"):
            _join(cgroups)
    if host.plan.tier != "full":
        return
    layers.up.append("pid namespace")  # the zygote forked into it
    with layers.layer("namespaces"):
        linux.unshare(NAMESPACES)
    with layers.layer("private /tmp"):
        flags = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC
        linux.mount("tmpfs", TMP, "tmpfs", flags, _TMP_OPTIONS)
        rootfs.uncover(host.readable)


def confine(host: Host, assign: Assign, keep: tuple[int, ...], layers: Layers) -> None:
    """Second half: this Api's /data, identity and limits; then give up every privilege."""
    tier = host.plan.tier
    if assign.egress:
        with layers.layer("door to the egress proxy"):
            _make_door(tier, keep[0])
    if tier == "full":
        with layers.layer("own /data"):
            _take_own(assign)
    if assign.uid is not None:
        with layers.layer("own uid"):
            _become(assign.uid)
    if tier == "full":
        with layers.layer("user namespace"):
            enter_user_namespace(host.proc, seen_as=_NOBODY)
    with layers.layer("resource limits"):
        _limit(assign, host.proc, alone=tier == "full" or assign.uid is not None)
    _close_all_but(keep)
    if tier == "none":
        return
    with layers.layer("no new privileges"):
        _renounce()
    with layers.layer(NO_WRITABLE_CODE, optional=True):
        linux.prctl(linux.PR_SET_MDWE, 1)
    with layers.layer("Landlock", optional=tier == "full"):
        _landlock(host, assign)
    with layers.layer("seccomp"):
        linux.load_seccomp(host.plan.seccomp_egress if assign.egress else host.plan.seccomp)


def _join(cgroups: list[int]) -> None:
    for procs in cgroups:
        os.write(procs, b"0")
        os.close(procs)


def _make_door(tier: str, control: int) -> None:
    if tier != "full":
        raise ValueError("only a network namespace of its own can have one")
    with socket.socket(fileno=os.dup(control)) as channel:
        door.hand_over(channel, door.make())


def _take_own(assign: Assign) -> None:
    """This Api's data and packages; those of all others are out of sight afterwards."""
    flags = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC
    linux.mount(f"{rootfs.APIS}/{assign.data}", rootfs.DATA, None, linux.MS_BIND)
    linux.mount(None, rootfs.DATA, None, linux.MS_BIND | linux.MS_REMOUNT | flags)
    if assign.layer is not None:
        rootfs.show(f"{rootfs.LAYERS}/{assign.layer}", rootfs.PACKAGES)
    linux.detach(rootfs.HOST)


def _become(uid: int) -> None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def enter_user_namespace(proc: int, *, seen_as: int) -> None:
    """Go to a fresh user namespace that knows one user; `proc` is a descriptor of /proc."""
    uid, gid = os.geteuid(), os.getegid()
    # A change of uid made the process undumpable, and its /proc files root's.
    linux.prctl(linux.PR_SET_DUMPABLE, 1)
    linux.unshare(linux.CLONE_NEWUSER)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{seen_as} {uid} 1"),
        ("gid_map", f"{seen_as} {gid} 1"),
    ):
        fd = os.open(f"self/{name}", os.O_WRONLY, dir_fd=proc)
        os.write(fd, text.encode())
        os.close(fd)


def _limit(assign: Assign, proc: int, *, alone: bool) -> None:
    """`alone`: no other process counts to the same user, so that its threads can be limited."""
    wanted = {
        resource.RLIMIT_NOFILE: frames.OPEN_FILES,
        resource.RLIMIT_FSIZE: assign.file_bytes,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    if alone:
        wanted[resource.RLIMIT_NPROC] = assign.processes
    if assign.address_space_bytes is not None:
        with os.fdopen(os.open("self/statm", os.O_RDONLY, dir_fd=proc)) as statm:
            mapped = int(statm.read().split()[0]) * resource.getpagesize()
        wanted[resource.RLIMIT_AS] = mapped + assign.address_space_bytes
    for kind, value in wanted.items():
        _, hard = resource.getrlimit(kind)
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (allowed, allowed))


def _close_all_but(keep: tuple[int, ...]) -> None:
    null = os.open("/dev/null", os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    last = 2
    for fd in (*sorted(keep), 1 << 20):
        os.closerange(last + 1, fd)
        last = fd


def _renounce() -> None:
    linux.drop_capabilities()
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    linux.prctl(linux.PR_SET_DUMPABLE, 0)


def _paths(host: Host, assign: Assign) -> tuple[list[str], list[str]]:
    """What Landlock lets a worker read, and what write."""
    if host.plan.tier == "full":
        return ["/"], [TMP, rootfs.DATA]
    data = f"{host.plan.apis_dir}/{assign.data}"
    layer = [f"{host.plan.layers_dir}/{assign.layer}"] if assign.layer is not None else []
    return host.readable + layer, [data, assign.scratch] if assign.scratch else [data]


def _landlock(host: Host, assign: Assign) -> None:
    abi = linux.landlock_abi()
    if abi == 0:
        raise ValueError("this kernel has no Landlock")
    if host.plan.tier != "full" and abi < _TRUNCATE_ABI:
        raise ValueError("this kernel's Landlock does not cover truncate(2): Linux 6.2 does")
    read, write = _paths(host, assign)
    handled = sum(rights for since, rights in _ALL_FILES if abi >= since)
    ruleset = linux.landlock_ruleset(
        files=handled, network=_ALL_NETWORK, scope=_ALL_SCOPES, abi=abi
    )
    for path in read:
        rights = _READ if Path(path).is_dir() else _READ_FILE
        linux.landlock_allow(ruleset, path, rights)
    full = _READ | _REMOVE
    if not assign.delete_only:
        full |= _WRITE_FILE | _MAKE | _REFER | _TRUNCATE
    for path in write:
        linux.landlock_allow(ruleset, path, full & handled)
    linux.landlock_allow(ruleset, "/dev/null", (_READ_FILE | _WRITE_FILE | _TRUNCATE) & handled)
    if assign.egress and abi >= _NETWORK_ABI:
        linux.landlock_allow_connect(ruleset, door.PORT)
    linux.landlock_restrict(ruleset)
