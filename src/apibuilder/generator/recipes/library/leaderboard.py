"""Leaderboard: high scores with ranks; each player's best counts.

Run it with `uvicorn main:app`; the data is kept below DATA_DIR, by default the current folder.
"""

import datetime as dt
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
from pydantic import BaseModel, Field

DATA_DIR = Path(os.environ.get("DATA_DIR", "."))
MOST_PLAYERS = 20_000  # of all boards together
SCHEMA = """
CREATE TABLE IF NOT EXISTS players (
    board TEXT NOT NULL,
    player TEXT NOT NULL,
    score REAL NOT NULL,
    games INTEGER NOT NULL,
    achieved_at TEXT NOT NULL,
    PRIMARY KEY (board, player)
);
CREATE INDEX IF NOT EXISTS players_by_score ON players (board, score);
"""
# Who has the same score shares a rank, and the next rank is left out: 1, 2, 2, 4.
RANKED = """
SELECT *, (SELECT count(*) FROM players AS better
    WHERE better.board = players.board AND better.score > players.score) + 1 AS rank
FROM players WHERE board = :board
"""

# --- what goes in and out -----------------------------------------------------

Board = Annotated[
    str, Query(min_length=1, max_length=60, description="A game or level with its own ranks.")
]
Player = Annotated[str, PathParam(max_length=60, description="Name of the player.")]


class Score(BaseModel):
    """What a player has achieved."""

    player: str = Field(min_length=1, max_length=60, examples=["ada"])
    score: float = Field(ge=-1e15, le=1e15, allow_inf_nan=False, examples=[1200])


class Standing(BaseModel):
    """A player's place."""

    rank: int = Field(description="1 is the best; equal scores share a rank.")
    player: str
    score: float = Field(description="The player's best.")
    games: int = Field(description="How many scores were sent.")
    achieved_at: dt.datetime


class Submitted(Standing):
    """A player's place after a new score."""

    improved: bool = Field(description="Whether this is the player's new best.")


class Ranking(BaseModel):
    """The best players."""

    board: str
    players: int = Field(description="How many there are on this board.")
    items: list[Standing]


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
    with closing(Database(DATA_DIR / "scores.sqlite3")) as database:
        yield {"database": database}


app = FastAPI(
    title="Leaderboard",
    description="High scores with ranks; each player's best counts.",
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
    404: {"model": Message, "description": "There is no such player on this board."}
}


@app.post("/scores", status_code=201, summary="Send a score")
def send_score(score: Score, db: Db, board: Board = "main") -> Submitted:
    """Kept if it is better than the player's best so far."""
    now = dt.datetime.now(dt.UTC).isoformat()
    with db.transaction() as connection:
        if connection.execute("SELECT count(*) FROM players").fetchone()[0] >= MOST_PLAYERS:
            raise HTTPException(409, f"There is room for {MOST_PLAYERS:,} players.")
        before = _standing(connection, board, score.player)
        connection.execute(
            "INSERT INTO players VALUES (:board, :player, :score, 1, :now)"
            " ON CONFLICT DO UPDATE SET games = games + 1, score = max(score, :score),"
            " achieved_at = iif(:score > score, :now, achieved_at)",
            {"board": board, "player": score.player, "score": score.score, "now": now},
        )
        after = _standing(connection, board, score.player)
    assert after is not None  # it was just written
    improved = before is None or score.score > before.score
    return Submitted.model_validate({**after.model_dump(), "improved": improved})


@app.get("/leaderboard", summary="Show the best")
def leaderboard(
    db: Db,
    board: Board = "main",
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Ranking:
    """The highest scores first; of equal ones the earlier."""
    with db.transaction() as connection:
        rows = connection.execute(
            f"{RANKED} ORDER BY score DESC, achieved_at LIMIT :limit OFFSET :offset",
            {"board": board, "limit": limit, "offset": offset},
        ).fetchall()
        sql = "SELECT count(*) FROM players WHERE board = ?"
        players = connection.execute(sql, (board,)).fetchone()[0]
    items = [Standing.model_validate(dict(row)) for row in rows]
    return Ranking(board=board, players=players, items=items)


@app.get("/players/{player}", responses=NOT_FOUND, summary="Show a player's rank")
def player_rank(player: Player, db: Db, board: Board = "main") -> Standing:
    """The best score of one player, and its place."""
    with db.transaction() as connection:
        standing = _standing(connection, board, player)
    if standing is None:
        raise HTTPException(404, "There is no player with this name on this board.")
    return standing


@app.delete("/players/{player}", status_code=204, responses=NOT_FOUND, summary="Remove a player")
def remove_player(player: Player, db: Db, board: Board = "main") -> None:
    """The players below move up."""
    with db.transaction() as connection:
        sql = "DELETE FROM players WHERE board = ? AND player = ?"
        gone = connection.execute(sql, (board, player)).rowcount
    if not gone:
        raise HTTPException(404, "There is no player with this name on this board.")


def _standing(connection: sqlite3.Connection, board: str, player: str) -> Standing | None:
    sql = f"{RANKED} AND player = :player"
    row = connection.execute(sql, {"board": board, "player": player}).fetchone()
    return None if row is None else Standing.model_validate(dict(row))
