"""Listening sockets. They belong to the supervisor, so that a child's restart refuses nobody."""

from __future__ import annotations

import errno
import socket

from apibuilder.errors import Conflict

BACKLOG = 4096  # connections that wait while a child restarts


def listen(host: str, port: int, setting: str) -> socket.socket:
    """A listening TCP socket; port 0 is any free one. Raises Conflict, naming the setting."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        if error.errno in {errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL}:
            raise Conflict(
                f"{host} port {port} cannot be used ({error.strerror}). "
                f"Stop what uses it, or set {setting} to another port, or to 0 for any free one."
            ) from None
        raise
    return sock


def port_of(sock: socket.socket) -> int:
    """The port that was bound."""
    return int(sock.getsockname()[1])


def origin_of(sock: socket.socket, host: str, *, tls: bool = False) -> str:
    """What a program on this machine reaches the socket by."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        host = "127.0.0.1"
    return f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port_of(sock)}"
