"""What the supervisor and the egress process tell each other: one message a packet.

Open   ->           from now on serve this worker; its listening socket comes along
Close  ->           the worker is gone
       <-  Said     a line for the log of the worker's Api
       <-  Moved    bytes that the worker has sent and received since the last one
"""

from __future__ import annotations

import socket

import msgspec

MAX_PACKET = 64 * 1024


class Open(msgspec.Struct, tag="open", frozen=True):
    """Serve a worker."""

    worker: str
    hosts: list[str]


class Close(msgspec.Struct, tag="close", frozen=True):
    """A worker is gone."""

    worker: str


class Said(msgspec.Struct, tag="said", frozen=True):
    """A refusal, in words for the Api's maker."""

    worker: str
    line: str


class Moved(msgspec.Struct, tag="moved", frozen=True):
    """Bytes, as the hosts outside saw them."""

    worker: str
    up: int
    down: int


_encode = msgspec.json.Encoder().encode
decode_order = msgspec.json.Decoder(Open | Close).decode
decode_report = msgspec.json.Decoder(Said | Moved).decode


def send(channel: socket.socket, message: Open | Close | Said | Moved, fds: list[int]) -> None:
    """One packet. Raises OSError."""
    socket.send_fds(channel, [_encode(message)], fds)
