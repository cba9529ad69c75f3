"""Polls: ask a question with several answers, take one vote from everybody, show the result.

Run it with `uvicorn main:app`; the data is kept below DATA_DIR, by default the current folder.
"""

import datetime as dt
import json
import os
import sqlite3
import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi import Path as PathParam
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, field_validator

DATA_DIR = Path(os.environ.get("DATA_DIR", "."))
MOST_POLLS = 5_000
MOST_VOTES = 100_000  # of all polls together
SCHEMA = """
PRAGMA foreign_keys = ON;
CREATE TABLE IF NOT EXISTS polls (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    question TEXT NOT NULL,
    options TEXT NOT NULL,
    closed INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS votes (
    poll_id INTEGER NOT NULL REFERENCES polls (id) ON DELETE CASCADE,
    voter TEXT NOT NULL,
    option TEXT NOT NULL,
    PRIMARY KEY (poll_id, voter)
);
"""

# --- what goes in and out -----------------------------------------------------

Text = Annotated[str, Field(min_length=1, max_length=200)]
PollId = Annotated[int, PathParam(ge=1, le=2**63 - 1, description="Id of the poll.")]


class NewPoll(BaseModel):
    """A question and what can be answered."""

    question: str = Field(min_length=1, max_length=500, examples=["Where shall we eat?"])
    options: list[Text] = Field(min_length=2, max_length=20, examples=[["Pizza", "Sushi"]])

    @field_validator("options")
    @classmethod
    def _all_different(cls, options: list[str]) -> list[str]:
        if len(set(options)) < len(options):
            raise ValueError("no option may be there twice")
        return options


class Vote(BaseModel):
    """Who votes for what."""

    voter: str = Field(
        min_length=1, max_length=100, description="A name or id of your users.", examples=["ada"]
    )
    option: str = Field(max_length=200, description="One of the options.", examples=["Pizza"])


class Result(BaseModel):
    """An option and its share."""

    option: str
    votes: int
    percent: float = Field(description="Of all votes, with one decimal.")


class Poll(BaseModel):
    """A poll as it stands."""

    id: int
    question: str
    closed: bool
    total_votes: int
    results: list[Result]
    leaders: list[str] = Field(description="The options with the most votes, if there are any.")
    created_at: dt.datetime


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
    with closing(Database(DATA_DIR / "polls.sqlite3")) as database:
        yield {"database": database}


app = FastAPI(
    title="Polls",
    description="Ask a question, take one vote from everybody, show the result.",
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
    404: {"model": Message, "description": "There is no such poll."}
}
VOTING = {
    **NOT_FOUND,
    409: {"model": Message, "description": "This voter has voted, or the poll is closed."},
}


@app.post("/polls", status_code=201, summary="Start a poll")
def start_poll(poll: NewPoll, db: Db) -> Poll:
    """The answer has the id that the other operations take."""
    with db.transaction() as connection:
        if connection.execute("SELECT count(*) FROM polls").fetchone()[0] >= MOST_POLLS:
            raise HTTPException(409, f"There are {MOST_POLLS:,} polls already; delete some first.")
        row = connection.execute(
            "INSERT INTO polls (question, options, created_at) VALUES (?, ?, ?) RETURNING *",
            (poll.question, json.dumps(poll.options), dt.datetime.now(dt.UTC).isoformat()),
        ).fetchone()
        return _poll(connection, row)


@app.get("/polls", summary="List the polls")
def list_polls(
    db: Db,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> list[Poll]:
    """The newest first, each with its result so far."""
    with db.transaction() as connection:
        rows = connection.execute(
            "SELECT * FROM polls ORDER BY id DESC LIMIT ? OFFSET ?", (limit, offset)
        ).fetchall()
        return [_poll(connection, row) for row in rows]


@app.get("/polls/{poll_id}", responses=NOT_FOUND, summary="Get a poll's result")
def get_poll(poll_id: PollId, db: Db) -> Poll:
    """Votes and percentages of each option."""
    with db.transaction() as connection:
        return _poll(connection, _found(connection, poll_id))


@app.post("/polls/{poll_id}/votes", status_code=201, responses=VOTING, summary="Vote")
def vote(poll_id: PollId, vote: Vote, db: Db) -> Poll:
    """Each voter has one vote, and it stands."""
    with db.transaction() as connection:
        row = _found(connection, poll_id)
        if row["closed"]:
            raise HTTPException(409, "This poll is closed.")
        options = json.loads(row["options"])
        if vote.option not in options:
            raise HTTPException(422, f"The option must be one of: {', '.join(options)}.")
        if connection.execute("SELECT count(*) FROM votes").fetchone()[0] >= MOST_VOTES:
            raise HTTPException(409, f"All polls together take at most {MOST_VOTES:,} votes.")
        counted = connection.execute(
            "INSERT INTO votes VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (poll_id, vote.voter, vote.option),
        ).rowcount
        if not counted:
            raise HTTPException(409, "This voter has already voted in this poll.")
        return _poll(connection, row)


@app.post("/polls/{poll_id}/close", responses=NOT_FOUND, summary="Close a poll")
def close_poll(poll_id: PollId, db: Db) -> Poll:
    """No more votes; the result stays."""
    with db.transaction() as connection:
        connection.execute("UPDATE polls SET closed = 1 WHERE id = ?", (poll_id,))
        return _poll(connection, _found(connection, poll_id))


@app.delete("/polls/{poll_id}", status_code=204, responses=NOT_FOUND, summary="Delete a poll")
def delete_poll(poll_id: PollId, db: Db) -> None:
    """With all of its votes."""
    with db.transaction() as connection:
        _found(connection, poll_id)
        connection.execute("DELETE FROM polls WHERE id = ?", (poll_id,))


def _found(connection: sqlite3.Connection, poll_id: int) -> sqlite3.Row:
    row = connection.execute("SELECT * FROM polls WHERE id = ?", (poll_id,)).fetchone()
    if row is None:
        raise HTTPException(404, "There is no poll with this id.")
    return row


def _poll(connection: sqlite3.Connection, row: sqlite3.Row) -> Poll:
    """Counted anew each time, so that it is never wrong."""
    sql = "SELECT option, count(*) FROM votes WHERE poll_id = ? GROUP BY option"
    counts = dict(connection.execute(sql, (row["id"],)).fetchall())
    total, most = sum(counts.values()), max(counts.values(), default=0)
    options: list[str] = json.loads(row["options"])
    results = [
        Result(
            option=option,
            votes=counts.get(option, 0),
            percent=round(100 * counts.get(option, 0) / total, 1) if total else 0,
        )
        for option in options
    ]
    leaders = [option for option in options if most and counts.get(option) == most]
    known = {"total_votes": total, "results": results, "leaders": leaders}
    return Poll.model_validate({**dict(row), **known})
