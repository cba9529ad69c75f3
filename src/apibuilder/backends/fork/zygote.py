"""The warm parent of all workers: a process that has imported what user code imports, and forks.

Started with an empty environment in the interpreter of the runtime environment, with one
descriptor: its channel to the supervisor (see orders.py). It never holds a secret, because a fork
copies its parent's memory. It ends when that channel closes, and its workers with it.

Imports the standard library and what user code may import only.
"""

from __future__ import annotations

import gc
import importlib
import os
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from typing import NoReturn

from apibuilder.backends.fork import (
    frames,
    linux,
    orders,
    prefault,
    rootfs,
    sandbox,
    selftest,
    worker,
)

# What APIs import most, and what those import late. NumPy and Pillow are left to those that use
# them: loaded here they would cost every fork.
_PRELOAD = (
    "anyio._backends._asyncio",
    "asyncio",
    "base64",
    "csv",
    "ctypes",
    "dataclasses",
    "datetime",
    "decimal",
    "email.mime.multipart",
    "encodings.idna",
    "enum",
    "fastapi.middleware.cors",
    "fastapi.middleware.gzip",
    "fastapi.responses",
    "fastapi.security",
    "fastapi.staticfiles",
    "hashlib",
    "html",
    "json",
    "logging.config",
    "lzma",
    "math",
    "pydantic.deprecated.decorator",
    "python_multipart",
    "random",
    "re",
    "secrets",
    "sqlite3",
    "ssl",
    "statistics",
    "string",
    "tempfile",
    "textwrap",
    "typing",
    "unicodedata",
    "urllib.parse",
    "uuid",
    "uvloop",
    "zlib",
    "zoneinfo",
)
_PLATFORM = "apibuilder"
_SANDBOX_FAILED = 70  # exit status of a child that could not put up a layer


class Zygote:
    """Takes orders from the supervisor, one at a time."""

    def __init__(self, channel: socket.socket, host: sandbox.Host, pages: prefault.Ranges) -> None:
        """`pages` are those that a worker writes to."""
        self._pages = pages
        self._channel = channel
        self._host = host
        self._children: set[int] = set()
        self._own_pid_namespace = os.open("self/ns/pid", os.O_RDONLY, dir_fd=host.proc)
        self._returns = self._may_return()
        self._wake, self._woken = socket.socketpair()

    def run(self) -> None:
        """Serve until the supervisor is gone or says Leave."""
        for end in (self._wake, self._woken):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        poll = select.poll()
        poll.register(self._channel, select.POLLIN)
        poll.register(self._woken, select.POLLIN)
        while True:
            ready = {fd for fd, _ in poll.poll()}
            if self._woken.fileno() in ready:
                self._reap()
            if self._channel.fileno() in ready:
                received = orders.receive_order(self._channel)
                if received is None:
                    return self._kill_children()
                if isinstance(received[0], orders.Leave):
                    return None
                self._fork(received[1])

    def _may_return(self) -> bool:
        """Whether this process could come back from another PID namespace."""
        try:
            linux.setns(self._own_pid_namespace, linux.CLONE_NEWPID)
        except OSError:
            return False
        return True

    def _reap(self) -> None:
        with suppress(BlockingIOError):
            while self._woken.recv(4096):
                pass
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            self._children.discard(pid)
            orders.send(self._channel, orders.Exited(pid, status), [])

    def _kill_children(self) -> None:
        for pid in self._children:  # none is reaped yet, so none of these numbers is reused
            os.kill(pid, signal.SIGKILL)

    def _fork(self, fds: list[int]) -> None:
        try:
            pid = self._fork_into_pid_namespace()
        except OSError as error:
            orders.send(self._channel, orders.Unable("pid namespace", str(error)), [])
        else:
            if pid == 0:
                self._wait_for_assignment(fds)
            self._children.add(pid)
            pidfd = os.pidfd_open(pid)
            orders.send(self._channel, orders.Forked(pid), [pidfd])
            os.close(pidfd)
        for fd in fds:
            os.close(fd)

    def _fork_into_pid_namespace(self) -> int:
        """The child is the first process of a PID namespace; answers 0 in it."""
        if self._host.plan.tier != "full":
            return os.fork()
        if not self._returns:
            return self._fork_twice()
        linux.unshare(linux.CLONE_NEWPID)  # of children to come, not of this process
        pid = os.fork()
        if pid:
            linux.setns(self._own_pid_namespace, linux.CLONE_NEWPID)
        return pid

    def _fork_twice(self) -> int:
        """A child goes to the new namespace in the zygote's place, forks there and ends.

        For want of privilege over the PID namespace it came from, the zygote could not return.
        It is a subreaper, so the grandchild becomes its child.
        """
        answer, tell = os.pipe()
        middle = os.fork()
        if middle == 0:
            return self._fork_once_more(tell)
        os.close(tell)
        told = os.read(answer, 16)
        os.close(answer)
        os.waitpid(middle, 0)
        if not told:
            raise OSError("no PID namespace could be made")
        return int(told)

    def _fork_once_more(self, tell: int) -> int:
        try:
            linux.unshare(linux.CLONE_NEWPID)
            pid = os.fork()
        except OSError:
            os._exit(_SANDBOX_FAILED)
        if pid == 0:
            return 0
        os.write(tell, str(pid).encode())
        os._exit(0)

    def _shed_parent(self, control: int) -> socket.socket:
        """In the child: let go of what belongs to the zygote."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for end in (self._channel, self._wake, self._woken):
            end.close()
        os.close(self._own_pid_namespace)
        return socket.socket(fileno=control)

    def _wait_for_assignment(self, fds: list[int]) -> NoReturn:
        control = self._shed_parent(fds[0])
        layers = sandbox.Layers()
        try:
            sandbox.isolate(self._host, fds[1:], layers)
            prefault.copy(self._pages)
            received = orders.receive_assign(control)
            if received is None:
                os._exit(0)
            assign, listen = received
            sandbox.confine(self._host, assign, (control.fileno(), listen.fileno()), layers)
        except sandbox.LayerError as error:
            failed = frames.Failed("sandbox_unavailable", f"{error.layer}: {error.cause}")
            control.sendall(frames.control(failed))
            os._exit(_SANDBOX_FAILED)
        if assign.probe:
            orders.send_report(control, self._report(layers))
            os._exit(0)
        worker.run(listen, control)

    def _report(self, layers: sandbox.Layers) -> orders.Report:
        """In a probe: what holds, and whether it does."""
        plan = self._host.plan
        escapes = selftest.escapes(plan.tier, ["/etc/passwd", plan.apis_dir])
        if sandbox.NO_WRITABLE_CODE in layers.up and selftest.writable_code():
            escapes.append("execute what it has written")
        return orders.Report(layers.up, layers.missing, escapes)


def _build_walls(plan: orders.Plan) -> sandbox.Host:
    """Leave the host: own namespaces and a read-only root, if the tier has them."""
    layers = sandbox.Layers()
    readable = [*rootfs.readable(), "/dev/urandom", "/dev/zero"]
    host = sandbox.Host(plan, os.open("/proc", os.O_RDONLY | os.O_DIRECTORY), readable)
    linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
    if plan.tier == "full":
        if os.geteuid() != 0:
            with layers.layer("user namespace of the zygote"):
                sandbox.enter_user_namespace(host.proc, seen_as=0)
        with layers.layer("namespaces of the zygote"):
            linux.unshare(sandbox.NAMESPACES)
            socket.sethostname("api")
        with layers.layer("read-only root"):
            rootfs.assemble(plan.root_dir, plan.apis_dir, plan.layers_dir)
    return host


def _warm_up(plan: orders.Plan) -> tuple[sandbox.Host, prefault.Ranges]:
    for name in _PRELOAD:
        importlib.import_module(name)
    worker.warm()
    host = _build_walls(plan)
    gc.collect()
    gc.freeze()  # or the collector would touch, and so copy, every inherited page
    return host, prefault.learn(host.proc, worker.rehearse_start, worker.rehearse_call)


def _hide_platform() -> None:
    """What is loaded stays; nothing more of the platform can be found from here."""
    for name, module in sys.modules.items():
        if name.partition(".")[0] == _PLATFORM and hasattr(module, "__path__"):
            module.__path__ = []


def main(channel_fd: int, source_dir: str) -> NoReturn:
    """Entry point; `source_dir` is on sys.path for this module's own imports only."""
    channel = socket.socket(fileno=channel_fd)
    channel.set_inheritable(False)
    received = orders.receive_order(channel)
    if received is None or not isinstance(received[0], orders.Plan):
        sys.exit(1)
    started = time.monotonic()
    try:
        host, pages = _warm_up(received[0])
    except sandbox.LayerError as error:
        orders.send(channel, orders.Unable(error.layer, str(error.cause)), [])
        sys.exit(1)
    sys.path.remove(source_dir)
    _hide_platform()
    zygote = Zygote(channel, host, pages)
    orders.send(channel, orders.Warm(time.monotonic() - started), [])
    zygote.run()
    sys.exit(0)
