"""Backup and restore of a whole platform: what was there is there again, on another data folder."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.stack import Stack, new_data_dir, remove

SOURCE = """
import os, sqlite3
from fastapi import FastAPI
app = FastAPI()

def notes():
    db = sqlite3.connect(os.environ["DATA_DIR"] + "/notes.db")
    db.execute("pragma journal_mode = wal")
    db.execute("create table if not exists notes (text)")
    return db

@app.post("/notes")
def add(text: str):
    with notes() as db:
        db.execute("insert into notes values (?)", (text,))
    return {"added": text}

@app.get("/notes")
def all_notes():
    return [row[0] for row in notes().execute("select text from notes order by rowid")]

@app.get("/token")
def token():
    return os.environ.get("TOKEN", "")
"""
VALUE = "s3cr3t-value-nobody-sees"


@pytest.fixture
def second() -> Iterator[Stack]:
    it = Stack(new_data_dir())
    yield it
    it.stop()
    remove(it.data_dir)


def here(stack: Stack, api: dict[str, Any]) -> dict[str, Any]:
    """The Api at the address it has now, with the key it has always had."""
    return {**stack.cli("show", api["api_id"]), "api_key": api["api_key"]}


def test_a_round_trip(stack: Stack, second: Stack, tmp_path: Path) -> None:
    source = tmp_path / "notes.py"
    source.write_text(SOURCE)
    api = stack.cli("deploy", str(source), "--name", "Notes")
    stack.cli("secrets", "set", api["slug"], "TOKEN", given=f"{VALUE}\n".encode())
    stack.wait(
        lambda: stack.call(api, "GET", "/token").json() == VALUE, 30, "the secret is in force"
    )
    for number in range(20):
        assert stack.call(api, "POST", f"/notes?text={number}").status == 200
    notes = stack.call(api, "GET", "/notes").json()
    assert notes == [str(number) for number in range(20)]
    calls = stack.cli("usage", api["slug"])["calls"]

    file = tmp_path / "backup.tar.gz"
    written = stack.cli("backup", str(file))
    assert written["apis"] >= 1
    assert file.stat().st_mode & 0o777 == 0o600
    assert stack.cli("backup", str(file), code=1)["error"]["code"] == "conflict"
    with tarfile.open(file) as archive:
        names = archive.getnames()
        dump = archive.extractfile("database.dump")
        assert dump is not None
        assert VALUE.encode() not in dump.read()
    assert f"apis/{api['api_id']}/data/notes.db" in names
    assert {"operator.token", "supabase.json"} <= set(names)
    # It goes on: the next call wakes the Api that was suspended for the copy.
    assert stack.call(api, "POST", "/notes?text=later").status == 200

    second.cli("restore", str(file))
    second.start()
    restored = here(second, api)
    assert second.call(restored, "GET", "/notes").json() == notes
    assert second.call(restored, "GET", "/token").json() == VALUE
    assert second.call(restored, "POST", "/notes?text=more").status == 200
    assert second.cli("usage", api["slug"])["calls"] == calls + 3
    assert second.cli("restore", str(file), code=1)["error"]["code"] == "conflict"

    second.stop()
    assert second.cli("restore", str(file), code=1)["error"]["code"] == "conflict"
    replaced = second.cli("restore", str(file), "--replace")["replaced"]
    assert (Path(replaced) / "postgres").exists()
    again = tmp_path / "again.tar.gz"
    second.cli("backup", str(again))  # with the platform down
    second.start()
    assert second.call(here(second, api), "GET", "/notes").json() == notes
    with tarfile.open(again) as archive:
        assert set(names) <= set(archive.getnames()) | {n for n in names if n.startswith("usage/")}


def test_what_is_no_backup_changes_nothing(second: Stack, tmp_path: Path) -> None:
    file = tmp_path / "x.tar.gz"
    file.write_bytes(b"not a backup")
    assert second.cli("restore", str(file), code=1)["error"]["code"] == "invalid"
    assert {path.name for path in second.data_dir.iterdir()} <= {"serve.lock"}
    assert second.cli("backup", str(tmp_path / "y"), code=1)["error"]["code"] == "conflict"
