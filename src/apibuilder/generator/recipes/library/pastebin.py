"""Pastebin: keeps texts under an unguessable id until they expire.

Run it with `uvicorn main:app`; the data is kept below DATA_DIR, by default the current folder.
"""

import datetime as dt
import os
import secrets
import sqlite3
import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel, Field

DATA_DIR = Path(os.environ.get("DATA_DIR", "."))
LONGEST = 100_000  # characters of a paste
MOST_PASTES = 10_000
ROOM = 30_000_000  # bytes of all pastes together
DAY = 24 * 60 * 60
SCHEMA = """
CREATE TABLE IF NOT EXISTS pastes (
    id TEXT PRIMARY KEY,
    content TEXT NOT NULL,
    title TEXT NOT NULL,
    language TEXT NOT NULL,
    burn_after_reading INTEGER NOT NULL,
    size INTEGER NOT NULL,
    views INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS pastes_by_expiry ON pastes (expires_at);
"""

# --- what goes in and out -----------------------------------------------------


class NewPaste(BaseModel):
    """A text to keep for a while."""

    content: str = Field(min_length=1, max_length=LONGEST, examples=["print('hello')"])
    title: str = Field("", max_length=200, examples=["My first paste"])
    language: str = Field("text", max_length=40, description="For highlighting, such as python.")
    expires_in_seconds: int = Field(
        DAY, ge=1, le=365 * DAY, description="How long to keep it; left out, one day."
    )
    burn_after_reading: bool = Field(False, description="Delete it once its content was read.")


class PasteInfo(BaseModel):
    """All about a paste but its content."""

    id: str = Field(examples=["kTz4pLq9Xb2c"])
    title: str
    language: str
    burn_after_reading: bool
    size: int = Field(description="Bytes of the content in UTF-8.")
    views: int = Field(description="How often the content was read.")
    created_at: dt.datetime
    expires_at: dt.datetime


class Paste(PasteInfo):
    """A paste with its content."""

    content: str


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
    with closing(Database(DATA_DIR / "pastes.sqlite3")) as database:
        yield {"database": database}


app = FastAPI(
    title="Pastebin",
    description="Keeps texts under an unguessable id until they expire.",
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
    404: {"model": Message, "description": "There is no such paste, or it has expired."}
}


@app.post(
    "/pastes",
    status_code=201,
    responses={409: {"model": Message, "description": "There is no room left."}},
    summary="Add a paste",
)
def add_paste(paste: NewPaste, db: Db) -> PasteInfo:
    """Whoever knows the id of the answer can read it until it expires."""
    now = dt.datetime.now(dt.UTC)
    size = len(paste.content.encode())
    values = {
        **paste.model_dump(exclude={"expires_in_seconds"}),
        "id": secrets.token_urlsafe(9),
        "size": size,
        "created_at": now.isoformat(),
        "expires_at": (now + dt.timedelta(seconds=paste.expires_in_seconds)).isoformat(),
    }
    with db.transaction() as connection:
        connection.execute("DELETE FROM pastes WHERE expires_at <= ?", (now.isoformat(),))
        sql = "SELECT count(*), coalesce(sum(size), 0) FROM pastes"
        count, used = connection.execute(sql).fetchone()
        if count >= MOST_PASTES or used + size > ROOM:
            raise HTTPException(
                409, f"There is room for {MOST_PASTES:,} pastes and {ROOM:,} bytes at a time."
            )
        row = connection.execute(
            "INSERT INTO pastes (id, content, title, language, burn_after_reading, size,"
            " created_at, expires_at) VALUES (:id, :content, :title, :language,"
            " :burn_after_reading, :size, :created_at, :expires_at) RETURNING *",
            values,
        ).fetchone()
    return PasteInfo.model_validate(dict(row))


@app.get("/pastes/{paste_id}", responses=NOT_FOUND, summary="Read a paste")
def read_paste(paste_id: str, db: Db) -> Paste:
    """Counts as a view; a paste that burns after reading is gone then."""
    return Paste.model_validate(_read(paste_id, db))


@app.get(
    "/pastes/{paste_id}/raw",
    response_class=PlainTextResponse,
    responses=NOT_FOUND,
    summary="Read only the text of a paste",
)
def read_raw(paste_id: str, db: Db) -> PlainTextResponse:
    """The content as plain text; this counts as a view too."""
    content = _read(paste_id, db)["content"]
    return PlainTextResponse(content, headers={"X-Content-Type-Options": "nosniff"})


@app.get("/pastes/{paste_id}/info", responses=NOT_FOUND, summary="Look at a paste from outside")
def read_info(paste_id: str, db: Db) -> PasteInfo:
    """Its title, its size and when it expires; this is no view."""
    with db.transaction() as connection:
        row = connection.execute(
            "SELECT * FROM pastes WHERE id = ? AND expires_at > ?", (paste_id, _now())
        ).fetchone()
    return PasteInfo.model_validate(dict(_found(row)))


@app.delete("/pastes/{paste_id}", status_code=204, responses=NOT_FOUND, summary="Delete a paste")
def delete_paste(paste_id: str, db: Db) -> None:
    """It is gone before it expires."""
    with db.transaction() as connection:
        row = connection.execute(
            "DELETE FROM pastes WHERE id = ? AND expires_at > ? RETURNING *", (paste_id, _now())
        ).fetchone()
    _found(row)


def _read(paste_id: str, db: Database) -> dict[str, Any]:
    """Count a view, and burn what is to be read only once."""
    with db.transaction() as connection:
        row = connection.execute(
            "UPDATE pastes SET views = views + 1 WHERE id = ? AND expires_at > ? RETURNING *",
            (paste_id, _now()),
        ).fetchone()
        if row is not None and row["burn_after_reading"]:
            connection.execute("DELETE FROM pastes WHERE id = ?", (paste_id,))
    return dict(_found(row))


def _found(row: sqlite3.Row | None) -> sqlite3.Row:
    if row is None:
        raise HTTPException(404, "There is no paste with this id, or it has expired.")
    return row


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat()
