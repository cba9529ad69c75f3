"""Charts: draws bar, line and pie charts of numbers as SVG.

Run it with `uvicorn main:app`. It keeps nothing.
"""

import html
import math
from typing import Annotated, Literal, Self

from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, model_validator

COLORS = ("4e79a7", "f28e2b", "e15759", "76b7b2", "59a14f", "edc948", "b07aa1", "9c755f")
MARGIN = 50

# --- what goes in ----------------------------------------------------------------

Number = Annotated[float, Field(ge=-1e12, le=1e12, allow_inf_nan=False)]
Label = Annotated[str, Field(max_length=40)]


class Chart(BaseModel):
    """Numbers with their labels, and how to draw them."""

    type: Literal["bar", "line", "pie"] = "bar"
    title: str = Field("", max_length=100, examples=["Sales"])
    labels: list[Label] = Field(min_length=1, max_length=100, examples=[["Jan", "Feb", "Mar"]])
    values: list[Number] = Field(min_length=1, max_length=100, examples=[[3, 7, 5]])
    width: int = Field(600, ge=200, le=2000)
    height: int = Field(400, ge=150, le=2000)
    color: str = Field(
        COLORS[0], pattern="^[0-9a-fA-F]{6}$", description="Of bars and lines: six hex digits."
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(self.labels) != len(self.values):
            raise ValueError("there must be as many labels as values")
        if self.type == "pie" and (min(self.values) < 0 or sum(self.values) <= 0):
            raise ValueError("the values of a pie must not be negative, and not all be 0")
        return self


# --- the API -------------------------------------------------------------------

app = FastAPI(
    title="Charts",
    description="Draws bar, line and pie charts of numbers as SVG.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.post(
    "/chart",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {}}}},
    summary="Draw a chart",
)
def draw(chart: Chart) -> Response:
    """An SVG image, to be shown in a page or saved."""
    drawn = pie(chart) if chart.type == "pie" else axes(chart) + marks(chart)
    title = text(chart.width / 2, 28, chart.title, "middle", 18)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{chart.width}" height="{chart.height}"'
        f' font-family="sans-serif"><rect width="100%" height="100%" fill="#fff"/>'
        f"{title}{''.join(drawn)}</svg>"
    )
    return Response(svg, media_type="image/svg+xml")


@app.get(
    "/chart.svg",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {}}}},
    summary="Draw a chart from an address",
)
def draw_from_query(
    values: Annotated[
        str,
        Query(max_length=1000, pattern=r"^-?\d{1,9}(\.\d{1,6})?(,-?\d{1,9}(\.\d{1,6})?){0,99}$"),
    ] = "3,7,5",
    type: Literal["bar", "line"] = "bar",  # noqa: A002 (the name in the query)
    title: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """For an `<img>`: values with commas between them, numbered from 1."""
    numbers = [float(value) for value in values.split(",")]
    labels = [str(number) for number in range(1, len(numbers) + 1)]
    known = {"type": type, "title": title, "labels": labels, "values": numbers}
    return draw(Chart.model_validate(known))


# --- drawing -----------------------------------------------------------------------


def scale(chart: Chart) -> tuple[float, float]:
    """The lowest and the highest value of the axis; 0 is always on it."""
    low, high = min(0.0, *chart.values), max(0.0, *chart.values)
    return (low, high) if high > low else (0.0, 1.0)


def height_of(chart: Chart, value: float) -> float:
    """Where a value is, from the top."""
    low, high = scale(chart)
    room = chart.height - 2 * MARGIN
    return chart.height - MARGIN - (value - low) / (high - low) * room


def axes(chart: Chart) -> list[str]:
    """Five lines with their values, and the labels below."""
    low, high = scale(chart)
    drawn: list[str] = []
    for step in range(5):
        value = low + (high - low) * step / 4
        y = height_of(chart, value)
        drawn.append(
            f'<line x1="{MARGIN}" x2="{chart.width - MARGIN / 2:g}" y1="{y:.1f}" y2="{y:.1f}"'
            ' stroke="#ddd"/>'
        )
        drawn.append(text(MARGIN - 6, y + 4, f"{value:.4g}", "end", 11))
    for label, x in zip(chart.labels, centers(chart), strict=True):
        drawn.append(text(x, chart.height - MARGIN + 18, label, "middle", 11))
    return drawn


def centers(chart: Chart) -> list[float]:
    """Where each value is, from the left."""
    slot = (chart.width - 1.5 * MARGIN) / len(chart.values)
    return [MARGIN + slot * (index + 0.5) for index in range(len(chart.values))]


def marks(chart: Chart) -> list[str]:
    """The bars, or the line with its points."""
    tops = [height_of(chart, value) for value in chart.values]
    spots = list(zip(centers(chart), tops, strict=True))
    if chart.type == "line":
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        line = f'<polyline points="{points}" fill="none" stroke="#{chart.color}" stroke-width="2"/>'
        return [line, *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in spots)]
    zero = height_of(chart, 0)
    wide = 0.7 * (chart.width - 1.5 * MARGIN) / len(spots)
    return [
        f'<rect x="{x - wide / 2:.1f}" y="{min(y, zero):.1f}" width="{wide:.1f}"'
        f' height="{abs(zero - y):.1f}" fill="#{chart.color}"/>'
        for x, y in spots
    ]


def pie(chart: Chart) -> list[str]:
    """Slices from the top, clockwise, and a legend."""
    x, y = chart.width * 0.38, chart.height / 2 + 10
    radius = min(x, chart.height / 2) - 40
    total, angle = sum(chart.values), -math.pi / 2
    drawn: list[str] = []
    for index, (label, value) in enumerate(zip(chart.labels, chart.values, strict=True)):
        # A whole circle would end where it begins, and not be drawn.
        turn = min(value / total, 0.99999) * 2 * math.pi
        begin = f"{x + radius * math.cos(angle):.3f} {y + radius * math.sin(angle):.3f}"
        angle += turn
        end = f"{x + radius * math.cos(angle):.3f} {y + radius * math.sin(angle):.3f}"
        arc = f"A{radius:g} {radius:g} 0 {int(turn > math.pi)} 1 {end}"
        fill = f"#{COLORS[index % len(COLORS)]}"
        drawn.append(f'<path d="M{x:g} {y:g}L{begin}{arc}Z" fill="{fill}" stroke="#fff"/>')
        row = MARGIN + 18 * index
        drawn.append(
            f'<rect x="{0.76 * chart.width:g}" y="{row}" width="12" height="12" fill="{fill}"/>'
        )
        named = f"{label} ({100 * value / total:.1f} %)"
        drawn.append(text(0.76 * chart.width + 18, row + 10, named, "start", 12))
    return drawn


def text(x: float, y: float, content: str, anchor: str, size: int) -> str:
    """A line of text, safe to stand in XML."""
    safe = html.escape("".join(letter for letter in content if letter.isprintable()))
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} font-size="{size}" fill="#333">{safe}</text>'
