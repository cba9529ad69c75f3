"""RSS feeds: keeps entries and serves them as a feed for readers, in RSS 2.0 and Atom.

Run it with `uvicorn main:app`; the data is kept below DATA_DIR, by default the current folder.
"""

import datetime as dt
import html
import os
import sqlite3
import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, closing, contextmanager
from email.utils import format_datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi import Path as PathParam
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, HttpUrl

DATA_DIR = Path(os.environ.get("DATA_DIR", "."))
MOST_ENTRIES = 2_000
SHOWN = 50  # entries in a feed
SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    link TEXT NOT NULL,
    summary TEXT NOT NULL,
    author TEXT NOT NULL,
    published_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS settings (id INTEGER PRIMARY KEY CHECK (id = 1), value TEXT NOT NULL);
"""

# --- what goes in and out -----------------------------------------------------


class Settings(BaseModel):
    """What the feed as a whole is called."""

    title: str = Field("My feed", min_length=1, max_length=200)
    link: HttpUrl = Field(HttpUrl("https://example.org/"), description="The site it belongs to.")
    description: str = Field("News", max_length=1000)


class NewEntry(BaseModel):
    """Something to publish."""

    title: str = Field(min_length=1, max_length=200, examples=["Hello"])
    link: HttpUrl = Field(examples=["https://example.org/hello"])
    summary: str = Field("", max_length=5000, description="As plain text.")
    author: str = Field("", max_length=100)


class Entry(NewEntry):
    """An entry of the feed."""

    id: int
    published_at: dt.datetime


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
    with closing(Database(DATA_DIR / "feed.sqlite3")) as database:
        yield {"database": database}


app = FastAPI(
    title="RSS feeds",
    description="Keeps entries and serves them as a feed, in RSS 2.0 and Atom.",
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
    404: {"model": Message, "description": "There is no such entry."}
}
EntryId = Annotated[int, PathParam(ge=1, le=2**63 - 1, description="Id of the entry.")]


@app.put("/settings", summary="Name the feed")
def set_settings(settings: Settings, db: Db) -> Settings:
    """Its title, its site and what it is about."""
    with db.transaction() as connection:
        connection.execute(
            "INSERT INTO settings VALUES (1, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            (settings.model_dump_json(),),
        )
    return settings


@app.post("/entries", status_code=201, summary="Publish an entry")
def publish(entry: NewEntry, db: Db) -> Entry:
    """Readers see it the next time they look."""
    values = {**entry.model_dump(mode="json"), "now": dt.datetime.now(dt.UTC).isoformat()}
    with db.transaction() as connection:
        if connection.execute("SELECT count(*) FROM entries").fetchone()[0] >= MOST_ENTRIES:
            raise HTTPException(409, f"There are {MOST_ENTRIES:,} entries; delete some first.")
        row = connection.execute(
            "INSERT INTO entries (title, link, summary, author, published_at)"
            " VALUES (:title, :link, :summary, :author, :now) RETURNING *",
            values,
        ).fetchone()
    return Entry.model_validate(dict(row))


@app.get("/entries", summary="List the entries")
def list_entries(
    db: Db,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> list[Entry]:
    """The newest first."""
    with db.transaction() as connection:
        return _newest(connection, limit, offset)


@app.delete("/entries/{entry_id}", status_code=204, responses=NOT_FOUND, summary="Delete an entry")
def delete_entry(entry_id: EntryId, db: Db) -> None:
    """Readers that have seen it may keep it."""
    with db.transaction() as connection:
        gone = connection.execute("DELETE FROM entries WHERE id = ?", (entry_id,)).rowcount
    if not gone:
        raise HTTPException(404, "There is no entry with this id.")


@app.get("/feed.xml", response_class=Response, summary="The feed in RSS 2.0")
def rss(db: Db) -> Response:
    """For feed readers: the newest entries."""
    settings, entries = _feed(db)
    items = "".join(
        f"<item><title>{xml(one.title)}</title><link>{xml(str(one.link))}</link>"
        f'<guid isPermaLink="false">entry-{one.id}</guid>'
        f"<pubDate>{format_datetime(one.published_at)}</pubDate>"
        f"<description>{xml(one.summary)}</description></item>"
        for one in entries
    )
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>'
        f"<title>{xml(settings.title)}</title><link>{xml(str(settings.link))}</link>"
        f"<description>{xml(settings.description)}</description>{items}</channel></rss>"
    )
    return Response(text, media_type="application/rss+xml")


@app.get("/atom.xml", response_class=Response, summary="The feed in Atom")
def atom(db: Db) -> Response:
    """The same in the newer format."""
    settings, entries = _feed(db)
    link = xml(str(settings.link))
    updated = entries[0].published_at.isoformat() if entries else "1970-01-01T00:00:00Z"
    items = "".join(
        f"<entry><title>{xml(one.title)}</title><id>{link}#entry-{one.id}</id>"
        f'<link href="{xml(str(one.link))}"/><updated>{one.published_at.isoformat()}</updated>'
        f"<author><name>{xml(one.author or settings.title)}</name></author>"
        f"<summary>{xml(one.summary)}</summary></entry>"
        for one in entries
    )
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f'<title>{xml(settings.title)}</title><id>{link}</id><link href="{link}"/>'
        f"<subtitle>{xml(settings.description)}</subtitle><updated>{updated}</updated>{items}</feed>"
    )
    return Response(text, media_type="application/atom+xml")


def xml(text: str) -> str:
    """Escaped, and without characters that XML cannot hold."""
    kept = (letter for letter in text if letter.isprintable() or letter in "\n\t")
    return html.escape("".join(kept))


def _newest(connection: sqlite3.Connection, limit: int, offset: int) -> list[Entry]:
    sql = "SELECT * FROM entries ORDER BY id DESC LIMIT ? OFFSET ?"
    rows = connection.execute(sql, (limit, offset)).fetchall()
    return [Entry.model_validate(dict(row)) for row in rows]


def _feed(db: Database) -> tuple[Settings, list[Entry]]:
    with db.transaction() as connection:
        row = connection.execute("SELECT value FROM settings").fetchone()
        entries = _newest(connection, SHOWN, 0)
    return Settings.model_validate_json(row["value"]) if row else Settings.model_validate(
        {}
    ), entries
