"""The Linux calls that Python does not wrap, each raising OSError when the kernel refuses.

Loaded in the zygote too: standard library only.
"""

from __future__ import annotations

import ctypes
import os
import struct

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_REMOUNT = 32
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18
MNT_DETACH = 2

PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_SET_MDWE = 65

# The three Landlock calls have no wrapper in libc; their numbers are the same on every machine.
_LANDLOCK_CREATE_RULESET, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT_SELF = 444, 445, 446
_LANDLOCK_RULE_PATH_BENEATH = 1
_LANDLOCK_RULE_NET_PORT = 2
_LANDLOCK_CONNECT_TCP = 1 << 1
_LANDLOCK_CREATE_RULESET_VERSION = 1

_MADV_POPULATE_WRITE = 23  # Linux 5.14

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, call: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")
    return result


def populate(start: int, length: int) -> bool:
    """Have the kernel fault these pages in as if they were written to; False if it cannot."""
    return _libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(length), _MADV_POPULATE_WRITE) == 0


def unshare(flags: int) -> None:
    """Leave the namespaces named by `flags` for fresh ones."""
    _checked(_libc.unshare(flags), "unshare")


def setns(fd: int, kind: int) -> None:
    """Enter the namespace that `fd` refers to."""
    _checked(_libc.setns(fd, kind), "setns")


def mount(
    source: str | None, target: str, kind: str | None, flags: int, options: str | None = None
) -> None:
    """mount(2)."""
    texts = [None if text is None else os.fsencode(text) for text in (source, target, kind)]
    data = None if options is None else options.encode()
    result = _libc.mount(*texts, ctypes.c_ulong(flags), data)
    _checked(result, f"mount {target}")


def detach(target: str) -> None:
    """Take a mount out of sight at once."""
    _checked(_libc.umount2(os.fsencode(target), MNT_DETACH), f"umount {target}")


def pivot_root(new_root: str, put_old: str) -> None:
    """Make `new_root` the root; the old one is then at `put_old`."""
    _checked(_libc.pivot_root(os.fsencode(new_root), os.fsencode(put_old)), "pivot_root")


def prctl(option: int, *values: int) -> int:
    """prctl(2) with integers only."""
    padded = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    return _checked(_libc.prctl(option, *padded), f"prctl {option}")


def drop_capabilities() -> None:
    """Give up every capability, for good: ambient, bounding, and the process's own sets."""
    prctl(PR_CAP_AMBIENT, 4)  # PR_CAP_AMBIENT_CLEAR_ALL
    for capability in range(64):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            break  # past the kernel's last one, or not allowed: capset below empties the rest
    header = ctypes.create_string_buffer(struct.pack("=Ii", 0x20080522, 0))
    nothing = ctypes.create_string_buffer(24)
    _checked(_libc.capset(ctypes.byref(header), ctypes.byref(nothing)), "capset")


def load_seccomp(program: bytes) -> None:
    """Install a classic BPF filter; needs no_new_privs."""

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    code = ctypes.create_string_buffer(program)
    value = Program(len(program) // 8, ctypes.addressof(code))
    address = ctypes.c_ulong(ctypes.addressof(value))
    zero = ctypes.c_ulong(0)
    result = _libc.prctl(PR_SET_SECCOMP, ctypes.c_ulong(2), address, zero, zero)
    _checked(result, "seccomp")


def landlock_abi() -> int:
    """Version of the kernel's Landlock; 0 when it has none."""
    result = _libc.syscall(
        ctypes.c_long(_LANDLOCK_CREATE_RULESET),
        None,
        ctypes.c_size_t(0),
        ctypes.c_uint(_LANDLOCK_CREATE_RULESET_VERSION),
    )
    return max(0, int(result))


def landlock_ruleset(*, files: int, network: int, scope: int, abi: int) -> int:
    """A file descriptor of a ruleset that denies those rights wherever no rule grants them."""
    # The struct grew with the ABI, and an old kernel refuses bytes that it does not know.
    attributes = struct.pack("=QQQ", files, network, scope)[
        : 8 if abi < 4 else 16 if abi < 6 else 24
    ]
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    result = _libc.syscall(
        ctypes.c_long(_LANDLOCK_CREATE_RULESET),
        ctypes.byref(buffer),
        ctypes.c_size_t(len(attributes)),
        ctypes.c_uint(0),
    )
    return _checked(result, "landlock_create_ruleset")


def landlock_allow(ruleset: int, path: str, rights: int) -> None:
    """Grant `rights` on `path` and all below it."""
    beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, beneath))
        result = _libc.syscall(
            ctypes.c_long(_LANDLOCK_ADD_RULE),
            ctypes.c_int(ruleset),
            ctypes.c_int(_LANDLOCK_RULE_PATH_BENEATH),
            ctypes.byref(rule),
            ctypes.c_uint(0),
        )
        _checked(result, f"landlock_add_rule {path}")
    finally:
        os.close(beneath)


def landlock_allow_connect(ruleset: int, port: int) -> None:
    """Grant TCP connections to `port`; the ruleset must handle the network (ABI 4)."""
    rule = ctypes.create_string_buffer(struct.pack("=QQ", _LANDLOCK_CONNECT_TCP, port))
    result = _libc.syscall(
        ctypes.c_long(_LANDLOCK_ADD_RULE),
        ctypes.c_int(ruleset),
        ctypes.c_int(_LANDLOCK_RULE_NET_PORT),
        ctypes.byref(rule),
        ctypes.c_uint(0),
    )
    _checked(result, f"landlock_add_rule port {port}")


def landlock_restrict(ruleset: int) -> None:
    """Put this process under the ruleset for good; needs no_new_privs."""
    result = _libc.syscall(
        ctypes.c_long(_LANDLOCK_RESTRICT_SELF), ctypes.c_int(ruleset), ctypes.c_uint(0)
    )
    _checked(result, "landlock_restrict_self")
    os.close(ruleset)
