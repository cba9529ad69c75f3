"""Bytes that each Api moved through the proxy, ever: two numbers in a file of its folder.

Written in place at each report of the proxy, so that a killed runtime has lost none it had heard
of: the kernel owns what was written. The platform's users alone enter the folder.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

_FILE = "egress"
_PAIR = struct.Struct("<QQ")


@dataclass(slots=True)
class Traffic:
    """Bytes, as the hosts outside saw them."""

    up: int = 0
    down: int = 0


def read(apis_dir: Path, api_id: UUID) -> Traffic:
    """What an Api has moved so far."""
    try:
        data = (apis_dir / str(api_id) / _FILE).read_bytes()
    except FileNotFoundError:
        return Traffic()
    return Traffic(*_PAIR.unpack(data)) if len(data) == _PAIR.size else Traffic()


def write(apis_dir: Path, api_id: UUID, traffic: Traffic) -> None:
    """Keep it. Not an error if the Api is gone."""
    try:
        fd = os.open(apis_dir / str(api_id) / _FILE, os.O_WRONLY | os.O_CREAT, 0o600)
    except FileNotFoundError:
        return
    try:
        os.pwrite(fd, _PAIR.pack(traffic.up, traffic.down), 0)
    finally:
        os.close(fd)
