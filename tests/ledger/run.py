"""`python -m tests.ledger.run [--rate N] [--seconds N]`: kills, counts, and says what it found.

One phase for each that is killed: callers call at the rate, in the middle of it the process gets
SIGKILL, and when the platform serves again and all usage is shipped, the ids of the answers that
callers have are compared with the ids in the ledger.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from apibuilder.settings import Settings
from apibuilder.store.ledger import segments
from tests.acceptance.stack import Stack, new_data_dir, remove
from tests.ledger.caller import CONNECTIONS

SOURCE = """
from fastapi import FastAPI
app = FastAPI()

@app.get("/")
async def root():
    return 1
"""
KILLED = ("gateway", "postgres", "serve")
_SHIPPED_SECONDS = 60.0


@dataclass
class Phase:
    """What callers saw and what the ledger has of it."""

    killed: str
    answered: int  # 200s that arrived whole
    in_ledger: int  # rows of this phase
    missing: int  # answered, and not in the ledger: must be 0
    twice: int  # rows with an id that another row has: must be 0
    unanswered: int  # in the ledger, without an answer that arrived: at most what was in flight
    skipped: int  # calls that were due while no connection was free: what the machine cannot bear
    lost: int  # calls whose connection broke before their answer
    other: dict[str, int]  # answers that were no 200
    rate: float  # answers a second, over the whole phase with its outage

    @property
    def exact(self) -> bool:
        """Whether each answered call is there once, and no more than could have been in flight."""
        bound = self.lost + sum(self.other.values()) + CONNECTIONS
        return self.missing == 0 == self.twice and self.unanswered <= bound


def run(stack: Stack, api: dict[str, Any], killed: str, rate: float, seconds: float) -> Phase:
    """One phase, on a platform that serves; it serves again afterwards."""
    port = urlsplit(stack.facts()["gateway_url"]).port
    before = asyncio.run(ids(stack, api["api_id"]))
    argv = [str(port), f"/{api['api_id']}/", api["api_key"], str(rate), str(seconds)]
    with tempfile.TemporaryFile("w+") as out:
        caller = subprocess.Popen(
            [sys.executable, "-m", "tests.ledger.caller", *argv],
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert caller.stderr is not None
        first = caller.stderr.readline()
        assert first == "started\n", first + caller.communicate()[1]
        begun = time.monotonic()
        time.sleep(seconds / 2)
        kill(stack, killed)
        if killed == "serve":
            stack.start()
        said = json.loads(caller.communicate()[1].splitlines()[-1])
        took = time.monotonic() - begun
        out.seek(0)
        answered = out.read().split()
    stack.wait(lambda: serves(stack, api), 60, "it serves again")
    rows = asyncio.run(shipped(stack, api["api_id"], set(answered)))
    fresh = rows - before
    return Phase(
        killed=killed,
        answered=len(answered),
        in_ledger=len(fresh),
        missing=len(set(answered) - fresh),
        twice=len(answered) - len(set(answered)),
        unanswered=len(fresh - set(answered)),
        skipped=said["skipped"],
        lost=said["lost"],
        other={status: n for status, n in said["statuses"].items() if status != "200"},
        rate=round(len(answered) / took),
    )


def kill(stack: Stack, what: str) -> None:
    """-9, without a word."""
    facts = stack.facts()
    pids = {"serve": facts["pid"], "postgres": facts["children"]["postgres"]}
    pids["gateway"] = facts["children"]["gateway-1"]
    os.kill(pids[what], signal.SIGKILL)
    if what == "serve" and stack.process is not None:
        stack.process.wait()


def serves(stack: Stack, api: dict[str, Any]) -> bool:
    """Whether a call is answered; this one is in the ledger too."""
    try:
        url = f"{stack.facts()['gateway_url']}/{api['api_id']}"
        return stack.call({**api, "endpoint_url": url}, "GET", "/").status == 200
    except (OSError, ValueError):
        return False


async def ids(stack: Stack, api_id: str) -> set[str]:
    """Of the Api's calls in the ledger. An id that is there twice fails here."""
    connection = await asyncpg.connect(Settings(data_dir=stack.data_dir).database_dsn)
    try:
        rows = await connection.fetch("select id from usage_events where api_id = $1::uuid", api_id)
    finally:
        await connection.close()
    found = [row["id"].hex for row in rows]
    assert len(found) == len(set(found)), "an id is in the ledger twice"
    return set(found)


async def shipped(stack: Stack, api_id: str, answered: set[str]) -> set[str]:
    """The ledger's ids once they hold all that was answered, or no more come."""
    deadline, last = time.monotonic() + _SHIPPED_SECONDS, -1
    while True:
        try:
            found = await ids(stack, api_id)
        except (OSError, asyncpg.PostgresError):
            found = set[str]()
        if (answered <= found and len(found) == last) or time.monotonic() > deadline:
            return found
        last = len(found)
        await asyncio.sleep(3)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rate", type=float, default=5000)
    options.add_argument("--seconds", type=float, default=20)
    chosen = options.parse_args()
    folder = new_data_dir()
    stack = Stack(folder)
    exact = True
    try:
        stack.start()
        api = publish(stack, folder)
        for killed in KILLED:
            phase = run(stack, api, killed, chosen.rate, chosen.seconds)
            print(json.dumps({**asdict(phase), "exact": phase.exact}), flush=True)
            exact = exact and phase.exact
        usage = stack.cli("usage", api["api_id"])["calls"]
        rows = len(asyncio.run(ids(stack, api["api_id"])))
        left = len(segments(folder / "usage"))
        print(json.dumps({"usage_calls": usage, "rows": rows, "segments_left": left}))
    finally:
        stack.stop()
        remove(folder)
    sys.exit(0 if exact else 1)


def publish(stack: Stack, folder: Path) -> dict[str, Any]:
    """An Api whose limits are out of the way."""
    file = folder / "ledger.py"
    file.write_text(SOURCE)
    api = stack.cli("deploy", str(file), "--name", "Ledger")
    asyncio.run(_widen(stack))
    return api


async def _widen(stack: Stack) -> None:
    connection = await asyncpg.connect(Settings(data_dir=stack.data_dir).database_dsn)
    try:
        await connection.execute(
            "update plans set requests_per_second = 100000, burst = 100000,"
            " monthly_quota = 1000000000, max_concurrency = 1000"
        )
    finally:
        await connection.close()
    await asyncio.sleep(1)  # the gateway hears of it


if __name__ == "__main__":
    main()
