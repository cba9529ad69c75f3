"""Key-value store: keeps any JSON under a key, for ever or until it expires.

Run it with `uvicorn main:app`; the data is kept below DATA_DIR, by default the current folder.
"""

import datetime as dt
import json
import os
import sqlite3
import threading
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi import Path as PathParam
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, Field, JsonValue

DATA_DIR = Path(os.environ.get("DATA_DIR", "."))
LARGEST = 64_000  # bytes of a value as JSON
ROOM = 30_000_000  # bytes of all entries together
OVERHEAD = 200  # bytes of an entry beside its key and its value
SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    size INTEGER NOT NULL,
    updated_at REAL NOT NULL,
    expires_at REAL
);
CREATE INDEX IF NOT EXISTS entries_by_expiry ON entries (expires_at);
"""
PAGE = (
    "SELECT key FROM entries WHERE substr(key, 1, length(?1)) = ?1 ORDER BY key LIMIT ?2 OFFSET ?3"
)
COUNT = "SELECT count(*) FROM entries WHERE substr(key, 1, length(?1)) = ?1"

# --- what goes in and out -----------------------------------------------------


def _storable(value: JsonValue) -> JsonValue:
    """Refuse what cannot be written as JSON again, or is too large."""
    try:
        size = len(json.dumps(value, ensure_ascii=False, allow_nan=False).encode())
    except UnicodeEncodeError:
        raise ValueError("the value has text that is not valid Unicode") from None
    except ValueError:
        raise ValueError("NaN and infinity are no JSON numbers") from None
    if size > LARGEST:
        raise ValueError(f"the value has {size:,} bytes as JSON; {LARGEST:,} are allowed")
    return value


Key = Annotated[str, PathParam(max_length=200, description="Any text.", examples=["theme"])]


class NewValue(BaseModel):
    """What to keep under a key."""

    value: Annotated[JsonValue, AfterValidator(_storable)] = Field(
        description="Any JSON.", examples=[{"dark": True}]
    )
    ttl_seconds: int | None = Field(
        None, ge=1, le=10 * 365 * 86_400, description="How long to keep it; left out, for ever."
    )


class Entry(BaseModel):
    """A key with its value."""

    key: str
    value: JsonValue
    updated_at: dt.datetime
    expires_at: dt.datetime | None


class KeyPage(BaseModel):
    """Part of the keys, in alphabetical order."""

    keys: list[str]
    total: int


class Step(BaseModel):
    """How much to add to a number."""

    by: int = Field(1, ge=-1_000_000_000, le=1_000_000_000, description="May be negative.")


class Message(BaseModel):
    """Why a request was refused."""

    detail: str


# --- where it is kept ----------------------------------------------------------


class Database:
    """One file of SQLite. Threads take turns."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(
            path, timeout=10, check_same_thread=False, isolation_level=None
        )
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(SCHEMA)

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Generator[sqlite3.Connection]:
        """All or nothing, and one at a time."""
        with self._lock, self._connection as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection


# --- the API -------------------------------------------------------------------


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[dict[str, Database]]:
    """Open the database before the first request, close it after the last."""
    with closing(Database(DATA_DIR / "values.sqlite3")) as database:
        yield {"database": database}


app = FastAPI(
    title="Key-value store",
    description="Keeps any JSON under a key, for ever or until it expires.",
    version="1.0.0",
    lifespan=lifespan,
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


async def get_database(request: Request) -> Database:
    """The database that `lifespan` opened."""
    return request.state.database


Db = Annotated[Database, Depends(get_database)]
NOT_FOUND: dict[int | str, dict[str, Any]] = {
    404: {"model": Message, "description": "There is no such key, or it has expired."}
}


@app.put(
    "/values/{key}",
    responses={409: {"model": Message, "description": "There is no room left."}},
    summary="Set a value",
)
def set_value(key: Key, new: NewValue, db: Db) -> Entry:
    """What was kept under this key before is replaced."""
    expires_at = None if new.ttl_seconds is None else time.time() + new.ttl_seconds
    with db.transaction() as connection:
        return _put(connection, key, new.value, expires_at)


@app.get("/values/{key}", responses=NOT_FOUND, summary="Get a value")
def get_value(key: Key, db: Db) -> Entry:
    """The value, and when it was set."""
    with db.transaction() as connection:
        row = _live(connection, key)
    if row is None:
        raise HTTPException(404, "There is no such key, or it has expired.")
    return _entry(row)


@app.delete("/values/{key}", status_code=204, responses=NOT_FOUND, summary="Delete a value")
def delete_value(key: Key, db: Db) -> None:
    """The key is free again."""
    with db.transaction() as connection:
        _forget_expired(connection)
        gone = connection.execute("DELETE FROM entries WHERE key = ?", (key,)).rowcount
    if not gone:
        raise HTTPException(404, "There is no such key, or it has expired.")


@app.post(
    "/values/{key}/increment",
    responses={409: {"model": Message, "description": "The value is not a whole number."}},
    summary="Add to a number",
)
def increment(key: Key, step: Step, db: Db) -> Entry:
    """Counts safely when many do so at once; a key that is not there counts as 0."""
    with db.transaction() as connection:
        row = _live(connection, key)
        value = 0 if row is None else json.loads(row["value"])
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > 2**53:
            raise HTTPException(409, "The value under this key is not a whole number below 2^53.")
        return _put(connection, key, value + step.by, row["expires_at"] if row else None)


@app.get("/values", summary="List the keys")
def list_keys(
    db: Db,
    prefix: Annotated[str, Query(max_length=200, description="What the keys begin with.")] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> KeyPage:
    """Those that have not expired."""
    with db.transaction() as connection:
        _forget_expired(connection)
        rows = connection.execute(PAGE, (prefix, limit, offset)).fetchall()
        total = connection.execute(COUNT, (prefix,)).fetchone()[0]
    return KeyPage(keys=[row["key"] for row in rows], total=total)


def _forget_expired(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM entries WHERE expires_at <= ?", (time.time(),))


def _live(connection: sqlite3.Connection, key: str) -> sqlite3.Row | None:
    _forget_expired(connection)
    return connection.execute("SELECT * FROM entries WHERE key = ?", (key,)).fetchone()


def _put(
    connection: sqlite3.Connection, key: str, value: JsonValue, expires_at: float | None
) -> Entry:
    text = json.dumps(value)
    size = len(text) + len(key.encode()) + OVERHEAD
    _forget_expired(connection)
    connection.execute("DELETE FROM entries WHERE key = ?", (key,))
    used = connection.execute("SELECT coalesce(sum(size), 0) FROM entries").fetchone()[0]
    if used + size > ROOM:
        raise HTTPException(409, f"All entries together may have {ROOM:,} bytes.")
    row = connection.execute(
        "INSERT INTO entries VALUES (?, ?, ?, ?, ?) RETURNING *",
        (key, text, size, time.time(), expires_at),
    ).fetchone()
    return _entry(row)


def _entry(row: sqlite3.Row) -> Entry:
    return Entry.model_validate({**dict(row), "value": json.loads(row["value"])})
