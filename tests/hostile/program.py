"""What a hostile program is: source, and what has to become of it."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from typing import Any

TIERS = ("full", "no-namespace")

_SOURCE = """
import asyncio, ctypes, errno, os, signal, socket, struct, subprocess, sys, threading, time
from fastapi import FastAPI
app = FastAPI()
DATA = os.environ["DATA_DIR"]

def raw(number, *values):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    result = libc.syscall(number, *[v if isinstance(v, ctypes._SimpleCData | bytes)
                                    else ctypes.c_long(v) for v in values])
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result

{kind} attack():
{body}

@app.get("/attack")
{kind} run():
    try:
        return {{"got": {wait}attack()}}
    except Exception as error:
        return {{"refused": type(error).__name__, "why": str(error)}}

@app.get("/alive")
async def alive():
    return "alive"
"""


@dataclass(frozen=True, kw_only=True)
class Refused:
    """The call answers, and the attack met one of these errors."""

    errors: tuple[str, ...] = ("PermissionError", "FileNotFoundError", "OSError")
    why: str = ""

    def holds(self, seen: Seen) -> bool:
        refused = seen.body.get("refused") if isinstance(seen.body, dict) else None
        return seen.status == 200 and refused in self.errors and self.why in seen.body["why"]

    def __str__(self) -> str:
        return "refused" + (f": {self.why}" if self.why else "")


@dataclass(frozen=True, kw_only=True)
class Got:
    """The attack came to its end, and got this: nothing of worth."""

    value: Any

    def holds(self, seen: Seen) -> bool:
        return seen.status == 200 and seen.body == {"got": self.value}

    def __str__(self) -> str:
        return f"runs, and gets `{self.value!r}`"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """The gateway answers for the Api, with a code and maybe a limit that names itself."""

    code: str
    status: int
    limit: str | None = None

    def holds(self, seen: Seen) -> bool:
        body = seen.body
        if not isinstance(body, dict) or (seen.status, body.get("code")) != (
            self.status,
            self.code,
        ):
            return False
        named = body.get("limit") == self.limit
        return named and bool(body["request_id"]) and (not self.limit or "seen" in body)

    def __str__(self) -> str:
        return f"{self.status} `{self.code}`" + (f" (`{self.limit}`)" if self.limit else "")


@dataclass(frozen=True, kw_only=True)
class Status:
    """The Api's own answer has this status; 0: the connection breaks off."""

    status: int

    def holds(self, seen: Seen) -> bool:
        return seen.status == self.status

    def __str__(self) -> str:
        return f"the API's own {self.status}" if self.status else "the answer breaks off"


@dataclass(frozen=True, kw_only=True)
class NotDeployed:
    """It never serves: the deployment fails with this code."""

    code: str
    line: int | None = None

    def holds(self, seen: Seen) -> bool:
        return (
            seen.refused is not None
            and seen.refused[0] in self.code.split("|")
            and (self.line is None or seen.refused[1] == self.line)
        )

    def __str__(self) -> str:
        where = f", line {self.line}" if self.line else ""
        return f"not deployed: `{self.code}`{where}"


Expected = Refused | Got | Problem | Status | NotDeployed


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What became of it."""

    status: int = -1
    body: Any = None
    refused: tuple[str, int | None] | None = None
    detail: str = ""
    log: str = ""
    uncounted: bool = False  # there was no memory cgroup


@dataclass(frozen=True, kw_only=True)
class Program:
    """One hostile or broken program."""

    name: str
    source: str
    expect: Expected
    held: str  # which layer or check is the first to hold
    says: tuple[str, ...] = ()  # each is in the Api's log, once all is over
    limits: dict[str, Any] = field(default_factory=dict)
    tiers: tuple[str, ...] = TIERS
    path: str = "/attack"
    recovers: bool = False  # afterwards the Api answers again
    uncounted: Expected | None = None  # also right where there is no memory cgroup


def attack(body: str, *, runs_async: bool = False) -> str:
    """A module whose GET /attack runs `body`."""
    return _SOURCE.format(
        body=textwrap.indent(textwrap.dedent(body).strip("\n"), "    "),
        kind="async def" if runs_async else "def",
        wait="await " if runs_async else "",
    )


def app(body: str) -> str:
    """A module with a FastAPI `app`, then `body`."""
    return "from fastapi import FastAPI\napp = FastAPI()\n" + textwrap.dedent(body)
