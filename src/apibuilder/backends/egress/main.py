"""The egress process: proxies for all workers that have declared hosts.

Started by the runtime with one descriptor, its channel. It holds no secret: it sees tenants' bytes
and the network, so it is kept apart from whatever does. It ends when the channel closes.
"""

from __future__ import annotations

import asyncio
import resource
import signal
import socket
import sys
from collections import defaultdict
from contextlib import suppress

from apibuilder.backends.egress import channel, hosts
from apibuilder.backends.egress.policy import Policy
from apibuilder.backends.egress.proxy import WorkerProxy

_REPORT_SECONDS = 1.0


class Egress:
    """All proxies, led over `control`."""

    def __init__(self, control: socket.socket, policy: Policy) -> None:
        self._control = control
        self._policy = policy
        self._proxies: dict[str, WorkerProxy] = {}
        self._moved: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])

    async def run(self) -> None:
        """Until the runtime is gone."""
        self._control.setblocking(False)
        reporting = asyncio.create_task(self._report_for_ever())
        readable = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(self._control.fileno(), readable.set)
        while True:
            await readable.wait()
            readable.clear()
            try:
                data, fds, _, _ = socket.recv_fds(self._control, channel.MAX_PACKET, 1)
            except BlockingIOError:
                continue
            if not data:
                reporting.cancel()
                return
            readable.set()  # there may be more
            await self._obey(channel.decode_order(data), fds)

    async def _obey(self, order: channel.Open | channel.Close, fds: list[int]) -> None:
        if isinstance(order, channel.Close):
            if proxy := self._proxies.pop(order.worker, None):
                proxy.close()
            self._report()
            return
        name = order.worker
        proxy = self._proxies[name] = WorkerProxy(
            hosts.parse_all(order.hosts),
            self._policy,
            lambda line: self._say(name, line),
            lambda up, down: self._count(name, up, down),
        )
        await proxy.start(socket.socket(fileno=fds[0]))

    def _say(self, worker: str, line: str) -> None:
        self._send(channel.Said(worker, line))

    def _count(self, worker: str, up: int, down: int) -> None:
        moved = self._moved[worker]
        moved[0] += up
        moved[1] += down

    async def _report_for_ever(self) -> None:
        while True:
            await asyncio.sleep(_REPORT_SECONDS)
            self._report()

    def _report(self) -> None:
        moved, self._moved = self._moved, defaultdict(lambda: [0, 0])
        for worker, (up, down) in moved.items():
            if not self._send(channel.Moved(worker, up, down)):
                self._count(worker, up, down)  # the next report has it

    def _send(self, message: channel.Said | channel.Moved) -> bool:
        with suppress(OSError):  # the runtime reads slowly: a line may go, a count waits
            channel.send(self._control, message, [])
            return True
        return False


def serve(control_fd: int, policy: Policy) -> None:
    """Run the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the runtime decides when it ends
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(Egress(socket.socket(fileno=control_fd), policy).run())


if __name__ == "__main__":
    serve(int(sys.argv[1]), Policy())
