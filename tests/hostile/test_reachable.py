"""The system calls that really get through, against the golden list.

Every number is tried from inside a worker of tier full, with arguments that do no harm. What does
not answer EPERM, ENOSYS or ENOTSUP got through. `APIBUILDER_GOLDEN=write` rewrites the list.
"""

from __future__ import annotations

import os
from pathlib import Path

import pyseccomp as sc

from apibuilder.backends.fork import seccomp
from tests.contracts.backends import fork_backend, get, spec
from tests.hostile.program import attack

GOLDEN = Path(__file__).parent / "reachable.txt"
MOST = 140
_NUMBERS = 480  # past the last one of Linux 6.18
# Those that end or stop their thread when they get through, and those that must not be given -1.
# x86-64's two for probes are exempt from every filter; the kernel ends any other caller of them.
_PROBES = {335, 336}
_TRIED_OTHERWISE = {"exit", "exit_group", "pause", "rt_sigreturn", "umask"}

_TRY = """
    import errno, fcntl, resource
    a, b = socket.socketpair()
    word, size, buffer = ctypes.c_int(0), ctypes.c_int(4), ctypes.create_string_buffer(64)
    fd = os.open(DATA + "/f", os.O_CREAT | os.O_RDWR)
    at, path = ctypes.addressof, (DATA + "/f").encode()
    harmless = {{
        "futex": (at(word), 1, 1, 0, 0, 0), "fcntl": (fd, 1, 0), "ioctl": (fd, 0x5421, at(word)),
        "prctl": (16, at(buffer), 0, 0, 0), "prlimit64": (0, 7, 0, at(buffer)),
        "open": (path, 0, 0), "openat": (-100, path, 0, 0), "chmod": (path, 0o600),
        "fchmod": (fd, 0o600), "fchmodat": (-100, path, 0o600), "utimensat": (-100, path, 0, 0),
        "sendto": (a.fileno(), b"x", 1, 0, 0, 0), "socketpair": (1, 1, 0, at(buffer)),
        "getsockopt": (a.fileno(), 1, 3, at(word), at(size)),
        "setsockopt": (a.fileno(), 1, 7, at(size), 4), "kill": (1, 0), "tgkill": (1, 1, 0),
        "close": (999,), "dup2": (999, 998), "dup3": (999, 998, 0), "close_range": (999, 998, 0),
    }}
    names, found = {names}, []
    refused = (errno.EPERM, errno.ENOSYS, errno.ENOTSUP)
    for number, name in names.items():
        try:
            raw(int(number), *harmless.get(name, (-1, -1, -1, -1, -1, -1)))
        except OSError as error:
            if error.errno in refused:
                continue
        found.append(name)
    threading.Thread(target=lambda: None).start()
    return found
"""


def _names() -> dict[int, str]:
    names: dict[int, str] = {}
    for number in set(range(_NUMBERS)) - _PROBES:
        try:
            name = sc.resolve_syscall(sc.Arch.NATIVE, number)
        except (ValueError, OSError):
            name = None
        text = name.decode() if isinstance(name, bytes) else name
        names[number] = text or f"number {number}"
    return names


async def test_what_gets_through_is_the_golden_list() -> None:
    names = {number: name for number, name in _names().items() if name not in _TRIED_OTHERWISE}
    names = {number: name for number, name in names.items() if name != "clone"}
    async with fork_backend(("full",)) as backend:
        started = await backend.place(spec(attack(_TRY.format(names=repr(names)))))
        status, answer = await get(started.instance, "/attack")
    assert status == 200
    found = {*answer["got"], *_TRIED_OTHERWISE, "clone"}  # a thread was started: that is clone
    reasons = seccomp.reasons()
    if os.environ.get("APIBUILDER_GOLDEN") == "write":
        width = max(map(len, found))
        lines = [f"{name:<{width}}  {reasons.get(name, '?')}\n" for name in sorted(found)]
        GOLDEN.write_text("".join(lines))
    golden = {
        line.split()[0]: line.split(maxsplit=1)[1] for line in GOLDEN.read_text().splitlines()
    }
    assert sorted(found) == sorted(golden)
    assert golden == {name: reasons[name] for name in golden}
    assert len(golden) <= MOST


async def test_what_ends_or_stops_a_thread_gets_through() -> None:
    body = """
        state = []
        def leave():
            state.append("in")
            raw(60, 0)
            state.append("not left")
        thread = threading.Thread(target=leave, daemon=True)
        waiting = threading.Thread(target=lambda: (raw(34), state.append("woke")), daemon=True)
        thread.start()
        waiting.start()
        time.sleep(0.2)
        os.umask(os.umask(0o77))
        return [state, waiting.is_alive()]
    """
    async with fork_backend(("full",)) as backend:
        started = await backend.place(spec(attack(body)))
        assert await get(started.instance, "/attack") == (200, {"got": [["in"], True]})
