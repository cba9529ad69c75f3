"""The door in a worker's own network namespace: a listening socket that the host accepts from.

The namespace is empty: nothing else is reachable in it, and nothing from outside. The socket is
made before the worker gives up its privileges and is handed to the supervisor; whoever accepts
from it (the egress process) connects outward from the host's namespace.

Imports the standard library only: it is loaded in the zygote.
"""

from __future__ import annotations

import fcntl
import socket
import struct

PORT = 3128
URL = f"http://127.0.0.1:{PORT}"
_WORD = b"door"  # as the length of a control message it would be far too long
_BACKLOG = 64
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1
_IFREQ = struct.Struct("16sh14x")


def make() -> socket.socket:
    """Bring the namespace's loopback up and listen there. Needs the right to administer it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        asked = fcntl.ioctl(control, _SIOCGIFFLAGS, _IFREQ.pack(b"lo", 0))
        _, flags = _IFREQ.unpack(asked)
        fcntl.ioctl(control, _SIOCSIFFLAGS, _IFREQ.pack(b"lo", flags | _IFF_UP))
    listen = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listen.bind(("127.0.0.1", PORT))
    listen.listen(_BACKLOG)
    return listen


def hand_over(control: socket.socket, listen: socket.socket) -> None:
    """In the worker: give the socket to the supervisor, and keep none."""
    with listen:
        socket.send_fds(control, [_WORD], [listen.fileno()])


def receive(control: socket.socket) -> socket.socket | None:
    """In the supervisor, once `control` is readable: the socket, or None if the worker failed.

    A worker that failed has sent a message in its place, which is left to be read.
    """
    if control.recv(len(_WORD), socket.MSG_PEEK) != _WORD:
        return None
    _, fds, _, _ = socket.recv_fds(control, len(_WORD), 1)
    return socket.socket(fileno=fds[0]) if fds else None
