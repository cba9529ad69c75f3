"""Link shortener: short codes that redirect to long addresses, with hit counts.

Run it with `uvicorn main:app`; the data is kept below DATA_DIR, by default the current folder.
"""

import datetime as dt
import os
import secrets
import sqlite3
import string
import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, Field, HttpUrl

DATA_DIR = Path(os.environ.get("DATA_DIR", "."))
MOST_LINKS = 10_000
ALPHABET = string.ascii_letters + string.digits
CODE_LENGTH = 7
RESERVED = {"links", "docs", "redoc"}  # paths of the API itself
SCHEMA = """
CREATE TABLE IF NOT EXISTS links (
    code TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    hits INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    last_hit_at TEXT
)
"""

# --- what goes in and out -----------------------------------------------------


class NewLink(BaseModel):
    """What to shorten."""

    url: HttpUrl = Field(
        description="Where the short link leads: http or https.",
        examples=["https://example.org/a/long/path?with=query"],
    )
    code: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_-]{3,32}$",
        description="A code of your own; left out, a random one is made.",
    )


class Link(BaseModel):
    """A short link and how often it was followed."""

    code: str = Field(examples=["x7Kp2Qa"])
    url: str
    short_url: str = Field(description="The address to share.")
    hits: int = Field(description="How often the short link was followed.")
    created_at: dt.datetime
    last_hit_at: dt.datetime | None


class LinkPage(BaseModel):
    """Part of the list, the most followed first."""

    items: list[Link]
    total: int


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
    with closing(Database(DATA_DIR / "links.sqlite3")) as database:
        yield {"database": database}


app = FastAPI(
    title="Link shortener",
    description="Short codes that redirect to long addresses, with hit counts.",
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
    404: {"model": Message, "description": "There is no such link."}
}


@app.post(
    "/links",
    status_code=201,
    responses={409: {"model": Message, "description": "The code is taken, or all are."}},
    summary="Shorten an address",
)
def shorten(link: NewLink, request: Request, db: Db) -> Link:
    """The answer has the short address, and the code that the other operations take."""
    code = link.code or "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    if code.lower() in RESERVED:
        raise HTTPException(409, f"The code {code} is taken by the API itself.")
    with db.transaction() as connection:
        if connection.execute("SELECT count(*) FROM links").fetchone()[0] >= MOST_LINKS:
            raise HTTPException(409, f"There are {MOST_LINKS:,} links already; delete some first.")
        row = connection.execute(
            "INSERT INTO links (code, url, created_at) VALUES (?, ?, ?)"
            " ON CONFLICT DO NOTHING RETURNING *",
            (code, str(link.url), _now()),
        ).fetchone()
    if row is None:
        raise HTTPException(409, f"The code {code} is taken; choose another.")
    return _link(row, request)


@app.get("/links", summary="List the links")
def list_links(
    request: Request,
    db: Db,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> LinkPage:
    """The most followed first."""
    with db.transaction() as connection:
        rows = connection.execute(
            "SELECT * FROM links ORDER BY hits DESC, created_at DESC LIMIT ? OFFSET ?",
            (limit, offset),
        ).fetchall()
        total = connection.execute("SELECT count(*) FROM links").fetchone()[0]
    return LinkPage(items=[_link(row, request) for row in rows], total=total)


@app.get("/links/{code}", responses=NOT_FOUND, summary="Get a link's hit count")
def get_link(code: str, request: Request, db: Db) -> Link:
    """Looking does not count as a hit."""
    with db.transaction() as connection:
        row = connection.execute("SELECT * FROM links WHERE code = ?", (code,)).fetchone()
    return _link(_found(row), request)


@app.delete("/links/{code}", status_code=204, responses=NOT_FOUND, summary="Delete a link")
def delete_link(code: str, db: Db) -> None:
    """Its code leads nowhere from now on."""
    with db.transaction() as connection:
        row = connection.execute("DELETE FROM links WHERE code = ? RETURNING *", (code,)).fetchone()
    _found(row)


@app.get(
    "/{code}",
    status_code=307,
    response_class=RedirectResponse,
    responses=NOT_FOUND,
    summary="Follow a short link",
)
def follow(code: str, db: Db) -> RedirectResponse:
    """Counts a hit and redirects to the long address."""
    with db.transaction() as connection:
        row = connection.execute(
            "UPDATE links SET hits = hits + 1, last_hit_at = ? WHERE code = ? RETURNING *",
            (_now(), code),
        ).fetchone()
    # A cached redirect would not be counted.
    return RedirectResponse(_found(row)["url"], headers={"Cache-Control": "no-store"})


def _link(row: sqlite3.Row, request: Request) -> Link:
    short_url = str(request.url_for("follow", code=row["code"]))
    return Link.model_validate({**dict(row), "short_url": short_url})


def _found(row: sqlite3.Row | None) -> sqlite3.Row:
    if row is None:
        raise HTTPException(404, "There is no link with this code.")
    return row


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat()
