"""Hit counter: named counters that never lose a hit, with an SVG badge to embed.

Run it with `uvicorn main:app`; the data is kept below DATA_DIR, by default the current folder.
"""

import datetime as dt
import html
import os
import sqlite3
import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi import Path as PathParam
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

DATA_DIR = Path(os.environ.get("DATA_DIR", "."))
MOST_COUNTERS = 10_000
SCHEMA = """
CREATE TABLE IF NOT EXISTS counters (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL,
    updated_at TEXT NOT NULL
)
"""
ADD = """
INSERT INTO counters VALUES (:name, :amount, :now)
ON CONFLICT (name) DO UPDATE SET value = value + :amount, updated_at = :now RETURNING *
"""
REPLACE = """
INSERT INTO counters VALUES (:name, :amount, :now)
ON CONFLICT (name) DO UPDATE SET value = :amount, updated_at = :now RETURNING *
"""
BADGE = """<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img">
<title>{label}: {value}</title>
<rect width="{width}" height="20" rx="3" fill="#555"/>
<rect x="{left}" width="{right}" height="20" rx="3" fill="#{color}"/>
<g fill="#fff" text-anchor="middle" font-family="Verdana,sans-serif" font-size="11">
<text x="{label_x}" y="14">{label}</text><text x="{value_x}" y="14">{value}</text>
</g></svg>"""

# --- what goes in and out -----------------------------------------------------

Name = Annotated[
    str, PathParam(max_length=100, description="Any name, such as a page.", examples=["home"])
]


class CounterStep(BaseModel):
    """How far to count."""

    by: int = Field(
        1, ge=-1_000_000, le=1_000_000, description="A negative number counts down.", examples=[1]
    )


class CounterValue(BaseModel):
    """What a counter must show."""

    value: int = Field(ge=-(10**15), le=10**15, examples=[0])


class NamedCounter(BaseModel):
    """A counter and where it stands."""

    name: str
    value: int
    updated_at: dt.datetime


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
    with closing(Database(DATA_DIR / "counters.sqlite3")) as database:
        yield {"database": database}


app = FastAPI(
    title="Hit counter",
    description="Named counters that never lose a hit, with an SVG badge to embed.",
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
    404: {"model": Message, "description": "There is no such counter."}
}


@app.post("/counters/{name}/hit", summary="Count a hit")
def hit(name: Name, db: Db, step: CounterStep | None = None) -> NamedCounter:
    """Adds 1, or as much as the body says; the first hit makes the counter."""
    return _count(db, name, 1 if step is None else step.by)


@app.get("/counters/{name}", responses=NOT_FOUND, summary="Get a counter")
def get_counter(name: Name, db: Db) -> NamedCounter:
    """Looking does not count."""
    with db.transaction() as connection:
        row = connection.execute("SELECT * FROM counters WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise HTTPException(404, "There is no counter with this name.")
    return NamedCounter.model_validate(dict(row))


@app.put("/counters/{name}", summary="Set or reset a counter")
def set_counter(name: Name, wanted: CounterValue, db: Db) -> NamedCounter:
    """Whatever it showed, it shows this value now."""
    return _count(db, name, wanted.value, REPLACE)


@app.delete("/counters/{name}", status_code=204, responses=NOT_FOUND, summary="Delete a counter")
def delete_counter(name: Name, db: Db) -> None:
    """Its count is gone."""
    with db.transaction() as connection:
        gone = connection.execute("DELETE FROM counters WHERE name = ?", (name,)).rowcount
    if not gone:
        raise HTTPException(404, "There is no counter with this name.")


@app.get("/counters", summary="List the counters")
def list_counters(
    db: Db,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> list[NamedCounter]:
    """The highest first."""
    with db.transaction() as connection:
        rows = connection.execute(
            "SELECT * FROM counters ORDER BY value DESC, name LIMIT ? OFFSET ?", (limit, offset)
        ).fetchall()
    return [NamedCounter.model_validate(dict(row)) for row in rows]


@app.get("/counters/{name}/badge.svg", response_class=Response, summary="Count and show a badge")
def badge(
    name: Name,
    db: Db,
    label: Annotated[str, Query(max_length=40, examples=["visitors"])] = "hits",
    color: Annotated[str, Query(pattern="^[0-9a-fA-F]{6}$", examples=["007ec6"])] = "007ec6",
) -> Response:
    """An SVG image for a page or a README: each time it is fetched counts as a hit."""
    value = f"{_count(db, name, 1).value:,}"
    left, right = 10 + 7 * len(label), 12 + 7 * len(value)
    svg = BADGE.format(
        label=html.escape(_printable(label)),
        value=value,
        color=color,
        width=left + right,
        left=left,
        right=right,
        label_x=left / 2,
        value_x=left + right / 2,
    )
    return Response(svg, media_type="image/svg+xml", headers={"Cache-Control": "no-store"})


def _printable(text: str) -> str:
    """Without characters that XML cannot hold."""
    return "".join(letter for letter in text if letter.isprintable())


def _count(db: Database, name: str, amount: int, sql: str = ADD) -> NamedCounter:
    """One statement, so that hits at the same moment all count."""
    now = dt.datetime.now(dt.UTC).isoformat()
    with db.transaction() as connection:
        row = connection.execute(sql, {"name": name, "amount": amount, "now": now}).fetchone()
        if connection.execute("SELECT count(*) FROM counters").fetchone()[0] > MOST_COUNTERS:
            raise HTTPException(409, f"There are {MOST_COUNTERS:,} counters already.")
    return NamedCounter.model_validate(dict(row))
