"""What supervisor, zygote and a worker that is not yet one tell each other.

Supervisor <-> zygote: one SOCK_SEQPACKET pair, one message a packet, descriptors by SCM_RIGHTS.

    Plan    ->            once: how to build every sandbox
            <-  Warm      preloaded and inside its own walls, or Unable
    Fork    ->            with the worker's control socket and the cgroups' procs files
            <-  Forked    with a pidfd, or Unable
            <-  Exited    whenever a child ended
    Leave   ->            end, but leave the workers alone

A forked child waits, isolated but belonging to nobody, until its control socket brings an Assign
with the listening socket. Forking ahead keeps what is slow (fork, namespaces, joining a cgroup:
an RCU grace period) out of the way of the request that wakes an Api.
"""

from __future__ import annotations

import socket
import struct

import msgspec

TIERS = ("full", "no-namespace", "none")

_LENGTH = struct.Struct("<I")
_MAX_PACKET = 64 * 1024


class Plan(msgspec.Struct, tag="plan", frozen=True):
    """What all sandboxes of this zygote have in common."""

    tier: str  # one of TIERS
    seccomp: bytes  # BPF program
    seccomp_egress: bytes  # the same for workers with a door to the egress proxy
    root_dir: str  # an empty folder to assemble the read-only root on
    apis_dir: str  # holds the data folders of all Apis
    layers_dir: str  # holds the packages that any of them asked for


class Fork(msgspec.Struct, tag="fork", frozen=True):
    """Make a child that waits for its Assign."""


class Leave(msgspec.Struct, tag="leave", frozen=True):
    """A fresh zygote has taken over."""


class Warm(msgspec.Struct, tag="warm", frozen=True):
    """The zygote can fork."""

    seconds: float  # to preload and to build its walls


class Unable(msgspec.Struct, tag="unable", frozen=True):
    """A layer could not be put up."""

    layer: str
    detail: str


class Forked(msgspec.Struct, tag="forked", frozen=True):
    """The child exists; its pidfd comes along."""

    pid: int


class Exited(msgspec.Struct, tag="exited", frozen=True):
    """A child ended and was reaped."""

    pid: int
    status: int  # as waitpid(2) gives it


ToZygote = Plan | Fork | Leave
FromZygote = Warm | Unable | Forked | Exited


class Assign(msgspec.Struct, frozen=True):
    """Whom a waiting child belongs to from now on."""

    data: str  # below Plan.apis_dir
    uid: int | None  # None: keep the zygote's
    scratch: str | None  # private folder for temporary files where there is no private /tmp
    processes: int
    file_bytes: int
    address_space_bytes: int | None  # None: a memory cgroup bounds it
    layer: str | None = None  # below Plan.layers_dir: packages it may read
    egress: bool = False  # make a door (door.py) and hand it over
    delete_only: bool = False  # far over its quota: nothing may be written or made
    probe: bool = False  # answer a Report and end, without running anything


class Report(msgspec.Struct, frozen=True):
    """The layers that a probe found itself in."""

    layers: list[str]
    missing: dict[str, str]  # layer -> why not
    escapes: list[str] = []  # what it could do all the same; anything is one too many


_encode = msgspec.msgpack.Encoder().encode
_decode_to_zygote = msgspec.msgpack.Decoder(ToZygote).decode
_decode_from_zygote = msgspec.msgpack.Decoder(FromZygote).decode
_decode_assign = msgspec.msgpack.Decoder(Assign).decode
decode_report = msgspec.msgpack.Decoder(Report).decode


def send(channel: socket.socket, message: ToZygote | FromZygote, fds: list[int]) -> None:
    """One packet between supervisor and zygote."""
    socket.send_fds(channel, [_encode(message)], fds)


def receive_order(channel: socket.socket) -> tuple[ToZygote, list[int]] | None:
    """In the zygote: the next order, or None when the supervisor is gone."""
    data, fds, _, _ = socket.recv_fds(channel, _MAX_PACKET, 8)
    return (_decode_to_zygote(data), fds) if data else None


def receive_answer(channel: socket.socket) -> tuple[FromZygote, list[int]] | None:
    """In the supervisor: the next answer, or None when the zygote is gone."""
    data, fds, _, _ = socket.recv_fds(channel, _MAX_PACKET, 8)
    return (_decode_from_zygote(data), fds) if data else None


def assign(control: socket.socket, message: Assign, listen: socket.socket) -> None:
    """Tell a waiting child whom it serves; its next bytes are the worker's Boot."""
    payload = _encode(message)
    socket.send_fds(control, [_LENGTH.pack(len(payload)) + payload], [listen.fileno()])


def receive_assign(control: socket.socket) -> tuple[Assign, socket.socket] | None:
    """In the waiting child: the Assign and the listening socket, or None when it is not needed."""
    header, fds, _, _ = socket.recv_fds(control, _LENGTH.size, 1)
    if not header:
        return None
    payload = bytearray()
    (length,) = _LENGTH.unpack(header)
    while len(payload) < length:
        piece = control.recv(length - len(payload))
        if not piece:
            return None
        payload += piece
    return _decode_assign(payload), socket.socket(fileno=fds[0])


def send_report(control: socket.socket, report: Report) -> None:
    """From a probe, as the last thing it does."""
    control.sendall(_encode(report))
