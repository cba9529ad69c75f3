"""CSV and JSON: turns tables of one into the other.

Run it with `uvicorn main:app`. It keeps nothing.
"""

import csv
import io
import json
import re
from typing import Annotated, Any, Literal

from fastapi import FastAPI, HTTPException, Query, Request, Response, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, BeforeValidator, Field, JsonValue

LONGEST = 1_000_000  # characters of a CSV
MOST_COLUMNS = 500
MOST_CELLS = 200_000
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,2})?")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "": None}
Cell = str | int | float | bool | None

# --- what goes in and out -----------------------------------------------------


def _is_sound(value: Any) -> Any:
    """JSON that can be written again: Python reads some that cannot."""
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise ValueError("NaN, infinity and broken Unicode are not allowed") from None
    return value


class Options(BaseModel):
    """How the CSV is written."""

    delimiter: Literal[",", ";", "\t", "|"] = Field(",", description="Between two cells.")
    header: bool = Field(True, description="Whether the first line has the names of the columns.")


class CsvText(Options):
    """A table as CSV."""

    csv: str = Field(max_length=LONGEST, examples=["name,age\nAda,36\nAlan,41\n"])
    types: bool = Field(
        True, description="Whether 36, 1.5, true and an empty cell become JSON values."
    )


class Rows(Options):
    """A table as JSON."""

    rows: Annotated[list[dict[str, JsonValue]], BeforeValidator(_is_sound)] = Field(
        max_length=50_000, examples=[[{"name": "Ada", "age": 36}, {"name": "Alan"}]]
    )


class Table(BaseModel):
    """What a CSV says."""

    columns: list[str]
    count: int = Field(description="How many rows there are.")
    rows: list[dict[str, Cell]]


# --- the API -------------------------------------------------------------------

app = FastAPI(
    title="CSV and JSON",
    description="Turns tables of one into the other.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.post("/csv-to-json", summary="CSV to JSON")
def csv_to_json(sent: CsvText) -> Table:
    """Each line becomes an object. Without a header the columns are called column_1 and so on."""
    return table_of(sent)


@app.post("/csv-file-to-json", summary="A CSV file to JSON")
def csv_file_to_json(
    file: UploadFile, options: Annotated[Options, Query()], types: bool = True
) -> Table:
    """The same with an upload in UTF-8."""
    data = file.file.read(LONGEST + 1)
    if len(data) > LONGEST:
        raise HTTPException(422, f"The file may have at most {LONGEST:,} bytes.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise HTTPException(422, "The file is not text in UTF-8.") from None
    return table_of(CsvText(csv=text, types=types, **options.model_dump()))


@app.post(
    "/json-to-csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}},
    summary="JSON to CSV",
)
def json_to_csv(sent: Rows) -> Response:
    """The columns are all names that occur, in order; lists and objects are written as JSON."""
    columns = list(dict.fromkeys(name for row in sent.rows for name in row))
    check_size(len(columns), len(sent.rows))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=sent.delimiter)
    if sent.header and columns:
        writer.writerow(columns)
    writer.writerows([written(row.get(name)) for name in columns] for row in sent.rows)
    return Response(out.getvalue(), media_type="text/csv")


# --- tables ------------------------------------------------------------------------


def table_of(sent: CsvText) -> Table:
    """Raises 422 for what is no table."""
    text = sent.csv.removeprefix("\ufeff")
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=sent.delimiter, strict=True)
        lines = [line for line in reader if line]
    except csv.Error as error:
        raise HTTPException(422, f"This is not CSV: {error}.") from None
    longest = max(map(len, lines), default=0)
    check_size(longest, len(lines))
    if sent.header and lines:
        columns, lines = lines[0], lines[1:]
    else:
        columns = [f"column_{number}" for number in range(1, longest + 1)]
    if len(set(columns)) < len(columns):
        raise HTTPException(422, "Two columns have the same name.")
    for number, line in enumerate(lines, 1):
        if len(line) > len(columns):
            raise HTTPException(
                422, f"Row {number} has {len(line)} cells, but there are {len(columns)} columns."
            )
    read = typed if sent.types else str
    rows = [
        {name: read(line[i]) if i < len(line) else None for i, name in enumerate(columns)}
        for line in lines
    ]
    return Table(columns=columns, count=len(rows), rows=rows)


def check_size(columns: int, rows: int) -> None:
    """Raise 422 for more than fits."""
    if columns > MOST_COLUMNS or columns * rows > MOST_CELLS:
        raise HTTPException(
            422, f"At most {MOST_COLUMNS} columns and {MOST_CELLS:,} cells are allowed."
        )


def typed(cell: str) -> Cell:
    """A number, true, false or null if it is written like one; 007 stays a text."""
    if cell.lower() in _WORDS:
        return _WORDS[cell.lower()]
    if _INTEGER.fullmatch(cell):
        return int(cell)
    return float(cell) if _NUMBER.fullmatch(cell) else cell


def written(value: JsonValue) -> str:
    """A value as a cell; null is empty."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
