"""A warm process that forks workers, without a sandbox: `python nursery.py REQUESTS_FD`.

Each request on the socket carries three descriptors: the worker's listening socket, its control
socket, and a pipe that is told the worker's pid and, once it has ended, its exit status (four
bytes each).
"""

import os
import signal
import socket
import sys

from apibuilder.backends.fork import worker


def keep(listen: int, control: int, report: int) -> None:
    """Fork a worker and report on it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid == 0:
        os.close(report)
        worker.run(socket.socket(fileno=listen), socket.socket(fileno=control))
    os.close(listen)
    os.close(control)
    os.write(report, pid.to_bytes(4, "little"))
    _, status = os.waitpid(pid, 0)
    os.write(report, os.waitstatus_to_exitcode(status).to_bytes(4, "little", signed=True))


def main(requests: socket.socket) -> None:
    """Serve requests until the tests are over."""
    worker.warm()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers need not be waited for
    while True:
        _, fds, _, _ = socket.recv_fds(requests, 1, 3)
        if not fds:
            return
        if os.fork() == 0:
            requests.close()
            keep(*fds)
            os._exit(0)
        for fd in fds:
            os.close(fd)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
