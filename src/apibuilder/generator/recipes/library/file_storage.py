"""File storage: upload files, list them, download and delete them again.

Run it with `uvicorn main:app`; the data is kept below DATA_DIR, by default the current folder.
"""

import datetime as dt
import hashlib
import os
import re
import secrets
import sqlite3
import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

DATA_DIR = Path(os.environ.get("DATA_DIR", "."))
LARGEST_FILE = 5_000_000  # bytes
ROOM = 30_000_000  # bytes of all files together
MOST_FILES = 2_000
# The bytes are kept beside the facts, so that a file and its record come and go together.
SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
    id TEXT PRIMARY KEY,
    filename TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    uploaded_at TEXT NOT NULL,
    content BLOB NOT NULL
)
"""
INSERT = """
INSERT INTO files (id, filename, content_type, size, sha256, uploaded_at, content)
VALUES (:id, :filename, :content_type, :size, :sha256, :uploaded_at, :content)
"""
LIST = """
SELECT id, filename, content_type, size, sha256, uploaded_at FROM files
ORDER BY rowid DESC LIMIT ? OFFSET ?
"""
GET = "SELECT id, filename, content_type, size, sha256, uploaded_at FROM files WHERE id = ?"
GET_WHOLE = "SELECT * FROM files WHERE id = ?"

# --- what goes out -----------------------------------------------------------------


class StoredFile(BaseModel):
    """All about a file but its content."""

    id: str = Field(examples=["kTz4pLq9Xb2c"])
    filename: str = Field(description="As it was uploaded, without folders.")
    content_type: str
    size: int = Field(description="In bytes.")
    sha256: str
    uploaded_at: dt.datetime


class FilePage(BaseModel):
    """Part of the list, the newest first."""

    items: list[StoredFile]
    total: int
    total_bytes: int


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
    with closing(Database(DATA_DIR / "files.sqlite3")) as database:
        yield {"database": database}


app = FastAPI(
    title="File storage",
    description="Upload files, list them, download and delete them again.",
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
    404: {"model": Message, "description": "There is no such file."}
}


@app.post(
    "/files",
    status_code=201,
    responses={
        409: {"model": Message, "description": "There is no room left."},
        413: {"model": Message, "description": "The file is too large."},
    },
    summary="Upload a file",
)
def upload(file: UploadFile, db: Db) -> StoredFile:
    """As a multipart form with the file in `file`."""
    content = file.file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise HTTPException(413, f"A file may have at most {LARGEST_FILE:,} bytes.")
    facts = StoredFile(
        id=secrets.token_urlsafe(9),
        filename=safe_name(file.filename or ""),
        content_type=safe_type(file.content_type or ""),
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_at=dt.datetime.now(dt.UTC),
    )
    with db.transaction() as connection:
        count, used = _totals(connection)
        if count >= MOST_FILES or used + len(content) > ROOM:
            raise HTTPException(
                409,
                f"There is room for {MOST_FILES:,} files and {ROOM:,} bytes; delete some first.",
            )
        connection.execute(INSERT, {**facts.model_dump(mode="json"), "content": content})
    return facts


@app.get("/files", summary="List the files")
def list_files(
    db: Db,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> FilePage:
    """The newest first."""
    with db.transaction() as connection:
        rows = connection.execute(LIST, (limit, offset)).fetchall()
        count, used = _totals(connection)
    items = [StoredFile.model_validate(dict(row)) for row in rows]
    return FilePage(items=items, total=count, total_bytes=used)


@app.get("/files/{file_id}", responses=NOT_FOUND, summary="Get a file's facts")
def get_file(file_id: str, db: Db) -> StoredFile:
    """Its name, its size and its SHA-256."""
    return StoredFile.model_validate(dict(_found(db, GET, file_id)))


@app.get(
    "/files/{file_id}/content",
    response_class=Response,
    responses={**NOT_FOUND, 200: {"content": {"application/octet-stream": {}}}},
    summary="Download a file",
)
def download(file_id: str, db: Db) -> Response:
    """Always as an attachment: nothing that was uploaded is shown or run by a browser."""
    row = _found(db, GET_WHOLE, file_id)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(row['filename'], safe='')}",
        "X-Content-Type-Options": "nosniff",
        "ETag": f'"{row["sha256"]}"',
    }
    return Response(row["content"], media_type=row["content_type"], headers=headers)


@app.delete("/files/{file_id}", status_code=204, responses=NOT_FOUND, summary="Delete a file")
def delete_file(file_id: str, db: Db) -> None:
    """It is gone for good."""
    with db.transaction() as connection:
        gone = connection.execute("DELETE FROM files WHERE id = ?", (file_id,)).rowcount
    if not gone:
        raise HTTPException(404, "There is no file with this id.")


def safe_name(sent: str) -> str:
    """The last part of a path, without control characters; never empty."""
    name = "".join(letter for letter in re.split(r"[/\\]", sent)[-1] if letter.isprintable())
    return name.strip(" .")[:200] or "file"


def safe_type(sent: str) -> str:
    """A media type if it is one."""
    known = re.fullmatch(r"[\w.+-]{1,60}/[\w.+-]{1,60}", sent, re.ASCII)
    return sent if known else "application/octet-stream"


def _totals(connection: sqlite3.Connection) -> tuple[int, int]:
    row = connection.execute("SELECT count(*), coalesce(sum(size), 0) FROM files").fetchone()
    return row[0], row[1]


def _found(db: Database, sql: str, file_id: str) -> sqlite3.Row:
    with db.transaction() as connection:
        row = connection.execute(sql, (file_id,)).fetchone()
    if row is None:
        raise HTTPException(404, "There is no file with this id.")
    return row
