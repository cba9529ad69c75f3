"""Local Auth, REST and functions when processes die, and on a data folder of the first release."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest

from apibuilder.control.authentication import OPERATOR_ID
from apibuilder.local.migrate import answers, bootstrap
from apibuilder.local.operator import EMAIL
from apibuilder.local.postgres import BundledPostgres
from apibuilder.settings import Settings
from tests.acceptance.stack import Answer, Stack, call, new_data_dir, remove
from tests.integration.conftest import MIGRATIONS

FIRST_RELEASE = "20261123"  # the date that its migrations begin with


def ask(stack: Stack, path: str, body: Any = None, **headers: str) -> Answer:
    url = stack.facts()["platform_url"]
    key = call(f"{url}/config.json", "GET", None, {}).json()["supabase_publishable_key"]
    method = "GET" if body is None else "POST"
    return call(f"{url}{path}", method, body, {"apikey": key, **headers})


def sign_up(stack: Stack) -> dict[str, str]:
    """Headers of somebody who has just signed up."""
    body = {"email": f"{secrets.token_hex(8)}@example.com", "password": secrets.token_hex(12)}
    made = ask(stack, "/auth/v1/signup", body)
    assert made.status == 200, made.body
    return {"Authorization": f"Bearer {made.json()['access_token']}"}


def functions(stack: Stack) -> list[psutil.Process]:
    """Processes of this stack's edge functions."""
    sockets = str(Settings(data_dir=stack.data_dir).run_dir / "fn-")
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if any(f"--allow-write={sockets}" in word for word in words):
            found.append(process)
    return found


def test_what_is_killed_comes_back_and_leaves_nothing(stack: Stack) -> None:
    person = sign_up(stack)
    assert functions(stack) == []  # none before somebody calls one
    assert ask(stack, "/functions/v1/analytics", **person).status == 200
    first = functions(stack)
    assert len(first) == 1

    first[0].kill()
    stack.wait(
        lambda: ask(stack, "/functions/v1/analytics", **person).status == 200,
        30,
        "another process of the function answers",
    )
    left = functions(stack)
    pid = stack.facts()["children"]["supabase"]
    os.kill(pid, signal.SIGKILL)
    stack.wait(
        lambda: ask(stack, "/rest/v1/profiles?select=id", **person).status == 200,
        30,
        "REST answers again, to the same sign-in",
    )
    assert stack.facts()["children"]["supabase"] != pid
    gone, alive = psutil.wait_procs(left, timeout=30)
    assert (len(gone), alive) == (1, [])
    assert ask(stack, "/functions/v1/analytics", **person).status == 200

    running = functions(stack)
    stack.stop()
    _, alive = psutil.wait_procs(running, timeout=30)
    assert alive == []
    stack.start()
    # A token outlives a restart, and so does what signs it.
    stack.env["APIBUILDER_PLATFORM_PORT"] = stack.facts()["platform_url"].rsplit(":", 1)[1]
    assert ask(stack, "/rest/v1/profiles?select=id", **person).status == 200


def test_secrets_are_the_owners_alone(stack: Stack) -> None:
    file = stack.data_dir / "supabase.json"
    assert file.stat().st_mode & 0o777 == 0o600
    shown = stack.log()
    assert "sb_secret_" not in shown
    assert "sb_secret_" not in ask(stack, "/config.json").body.decode()


@pytest.fixture
def old_folder() -> Iterator[Path]:
    folder = new_data_dir()
    yield folder
    remove(folder)


async def fill(dsn: str) -> None:
    """As the first release left a database that was used."""
    await bootstrap(dsn)
    connection = await asyncpg.connect(dsn)
    await connection.execute(
        "create schema supabase_migrations;"
        "create table supabase_migrations.schema_migrations"
        " (version text primary key, statements text[], name text)"
    )
    for file in sorted(MIGRATIONS.glob(f"{FIRST_RELEASE}*.sql")):
        await connection.execute(file.read_text())
        version, name = file.stem.split("_", 1)
        await connection.execute(
            "insert into supabase_migrations.schema_migrations (version, name) values ($1, $2)",
            *(version, name),
        )
    await connection.execute(
        "insert into profiles (id, handle, plan_id) values ($1, 'operator', 'business')",
        OPERATOR_ID,
    )
    await connection.execute(
        "insert into apis (user_id, name, slug, endpoint_url) values ($1, 'Old', 'old', 'x')",
        OPERATOR_ID,
    )
    await connection.close()


def test_a_folder_of_the_first_release(old_folder: Path) -> None:
    sockets = Settings(data_dir=old_folder).run_dir
    sockets.mkdir()
    postgres = BundledPostgres(old_folder / "postgres", sockets)
    postgres.initialise()
    process = subprocess.Popen(postgres.command(), stderr=subprocess.DEVNULL)
    stack = Stack(old_folder)
    try:
        dsn = f"postgresql://postgres@/postgres?host={sockets}"
        deadline = time.monotonic() + 30
        while not asyncio.run(answers(dsn)):
            assert time.monotonic() < deadline
        asyncio.run(fill(dsn))
    finally:
        process.send_signal(BundledPostgres.STOP_SIGNAL)
        process.wait(30)
    try:
        stack.start()
        (old,) = stack.cli("list")["apis"]
        password = stack.log().split(f"{EMAIL}  ", 1)[1].split()[0]
        body = {"email": EMAIL, "password": password}
        signed = ask(stack, "/auth/v1/token?grant_type=password", body).json()
        mine = ask(
            stack,
            "/rest/v1/apis?select=id,slug",
            Authorization=f"Bearer {signed['access_token']}",
        )
        assert mine.json() == [{"id": old["api_id"], "slug": "old"}]
    finally:
        stack.stop()


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("generate-api-code", "SUPABASE_URL"),
        ("deploy-api", "SUPABASE_URL"),
        ("api-gateway", "SUPABASE_URL"),
        ("marketplace", "SUPABASE_URL"),
        ("analytics", "SUPABASE_URL"),
    ],
)
def test_a_function_without_its_environment_does_not_start(name: str, wanted: str) -> None:
    """And names what is missing: each setting in turn, until it starts."""
    root = Path(__file__).parents[2]
    given: dict[str, str] = {}
    missing: list[str] = []
    while len(missing) < 10:
        done = start_function(root, name, given)
        if done is None:
            break
        found = [word for word in done.split() if word.isupper() and "_" in word]
        assert "is not set" in done, done
        missing.append(found[0])
        given[found[0]] = "http://127.0.0.1:9"
    assert wanted in missing
    if name == "api-gateway":
        assert {"APIBUILDER_EDGE_SECRET", "SUPABASE_SERVICE_ROLE_KEY"} <= set(missing)


def start_function(root: Path, name: str, given: dict[str, str]) -> str | None:
    """What it said if it ended; None if it serves."""
    with tempfile.TemporaryDirectory(prefix="ab-", dir="/tmp") as folder:
        socket = Path(folder) / "fn.sock"
        process = subprocess.Popen(
            [
                *(Path(sys.executable).with_name("deno"), "run", "--no-prompt", "--cached-only"),
                *("--no-check", f"--allow-net=unix:{socket}", "--allow-env"),
                *(f"--allow-read={root},{socket}", f"--allow-write={socket}"),
                root / "supabase/functions" / name / "index.ts",
            ],
            cwd=root,
            env={"NO_COLOR": "1", "DENO_SERVE_ADDRESS": f"unix:{socket}", **given},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 60
        while process.poll() is None and not socket.exists():
            assert time.monotonic() < deadline, "it neither ends nor serves"
            time.sleep(0.02)
        serves = process.poll() is None
        process.terminate()
        _, said = process.communicate()
        return None if serves else said
