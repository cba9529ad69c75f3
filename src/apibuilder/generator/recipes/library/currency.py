"""Converts between currencies at rates that you set: it never looks rates up by itself.

A rate says how many units of a currency one unit of the base currency buys. Rates are kept in
SQLite below DATA_DIR, by default the current folder. Results are rounded to the cent, half up.
"""

import os
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, PlainSerializer

FILE = Path(os.environ.get("DATA_DIR", ".")) / "rates.sqlite3"
CENT = Decimal("0.01")

Code = Annotated[
    str,
    Field(pattern="^[A-Za-z]{3}$", description="Three letters, such as EUR.", examples=["EUR"]),
]
Rate = Annotated[Decimal, Field(ge=Decimal("0.0000001"), le=10**7, max_digits=20)]
Number = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]
Amount = Annotated[
    Decimal, Query(ge=0, le=10**11, max_digits=20, description="What to convert.", examples=[100])
]


class NewRate(BaseModel):
    """What a currency is worth."""

    rate: Rate = Field(description="Units for one of the base currency.", examples=[1.08])


class CurrencyRate(BaseModel):
    """A currency and its rate; the base currency has rate 1."""

    currency: str
    rate: Number


class Conversion(BaseModel):
    """An amount in another currency."""

    amount: Number
    rate: Number = Field(description="Units of the other currency for one of the first.")
    result: Number


class Message(BaseModel):
    """Why a request was refused."""

    detail: str


NOT_FOUND: dict[int | str, dict[str, Any]] = {
    404: {"model": Message, "description": "This currency has no rate yet."}
}

app = FastAPI(
    title="Currency converter",
    description="Converts between currencies at rates that you set.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.put("/rates/{currency}", summary="Set the rate of a currency")
def set_rate(currency: Code, new: NewRate) -> CurrencyRate:
    """Add a currency or change its rate. Set your base currency to 1."""
    code = currency.upper()
    with _database() as database:
        database.execute("INSERT OR REPLACE INTO rates VALUES (?, ?)", (code, str(new.rate)))
    return CurrencyRate(currency=code, rate=new.rate)


@app.get("/rates", summary="List all rates")
def list_rates() -> list[CurrencyRate]:
    """In the order of their codes."""
    with _database() as database:
        rows = database.execute("SELECT currency, rate FROM rates ORDER BY currency").fetchall()
    return [CurrencyRate(currency=code, rate=Decimal(rate)) for code, rate in rows]


@app.delete("/rates/{currency}", status_code=204, responses=NOT_FOUND, summary="Remove a currency")
def remove_rate(currency: Code) -> None:
    """It can no longer be converted."""
    with _database() as database:
        removed = database.execute("DELETE FROM rates WHERE currency = ?", (currency.upper(),))
        if not removed.rowcount:
            raise _unknown(currency)


@app.get("/convert", responses=NOT_FOUND, summary="Convert at the rates that are set")
def convert(
    amount: Amount,
    source: Annotated[Code, Query(alias="from", description="Currency of the amount.")],
    target: Annotated[Code, Query(alias="to", description="Currency of the result.")],
) -> Conversion:
    """Through the base currency, if neither of the two is it."""
    rate = _rate(target) / _rate(source)
    return _conversion(amount, rate)


@app.get("/convert-at", summary="Convert at a rate of your own")
def convert_at(
    amount: Amount,
    rate: Annotated[
        Rate, Query(description="Units of the other currency for one.", examples=[1.08])
    ],
) -> Conversion:
    """Without any rates that are set."""
    return _conversion(amount, rate)


def _conversion(amount: Decimal, rate: Decimal) -> Conversion:
    result = (amount * rate).quantize(CENT, ROUND_HALF_UP)
    return Conversion(amount=amount, rate=rate, result=result)


def _rate(currency: str) -> Decimal:
    with _database() as database:
        row = database.execute(
            "SELECT rate FROM rates WHERE currency = ?", (currency.upper(),)
        ).fetchone()
    if row is None:
        raise _unknown(currency)
    return Decimal(row[0])


def _unknown(currency: str) -> HTTPException:
    return HTTPException(404, f"There is no rate for {currency.upper()}; set one first.")


@contextmanager
def _database() -> Generator[sqlite3.Connection]:
    """A connection for one request; what it changed is kept if the request succeeds."""
    with closing(sqlite3.connect(FILE, timeout=10)) as database, database:
        database.execute(
            "CREATE TABLE IF NOT EXISTS rates (currency TEXT PRIMARY KEY, rate TEXT NOT NULL)"
        )
        yield database
