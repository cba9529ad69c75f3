"""Describes lists of numbers: mean, median, mode, spread and percentiles.

Percentiles lie between the two nearest numbers, as in spreadsheets (PERCENTILE.INC) and NumPy.
"""

import math
import statistics
from typing import Annotated, Self

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, model_validator

MOST_MODES = 20

Number = Annotated[float, Field(ge=-1e15, le=1e15, allow_inf_nan=False)]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class Numbers(BaseModel):
    """What to describe."""

    numbers: list[Number] = Field(
        min_length=1, max_length=10_000, examples=[[2, 4, 4, 4, 5, 5, 7, 9]]
    )


class PercentileRequest(Numbers):
    """What to describe, and at which percentages."""

    percents: list[Percent] = Field([25, 50, 75], min_length=1, max_length=100)


class PairedNumbers(BaseModel):
    """Two values of each thing that was measured."""

    x: list[Number] = Field(min_length=2, max_length=10_000, examples=[[1, 2, 3, 4]])
    y: list[Number] = Field(min_length=2, max_length=10_000, examples=[[2, 4, 6, 9]])

    @model_validator(mode="after")
    def _equally_long(self) -> Self:
        if len(self.x) != len(self.y):
            raise ValueError("x and y must be equally long")
        return self


class Description(BaseModel):
    """A list of numbers in figures. Of a single number there is no sample variance."""

    count: int
    sum: float
    mean: float
    median: float
    modes: list[float] = Field(description="The most frequent, at most 20; none if all differ.")
    min: float
    max: float
    range: float
    variance: float | None = Field(description="Of a sample (n - 1).")
    stdev: float | None = Field(description="Standard deviation of a sample (n - 1).")
    population_variance: float = Field(description="Of a whole population (n).")
    population_stdev: float
    q1: float = Field(description="First quartile.")
    q3: float = Field(description="Third quartile.")


class Percentile(BaseModel):
    """The value below which a percentage of the numbers lies."""

    percent: float
    value: float


class Relation(BaseModel):
    """How y depends on x: `y = slope * x + intercept`."""

    correlation: float | None = Field(description="Pearson's; none if x or y never varies.")
    slope: float | None
    intercept: float | None


app = FastAPI(
    title="Statistics calculator",
    description="Describes lists of numbers: mean, median, mode, spread and percentiles.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.post("/describe", summary="Describe a list of numbers")
def describe(given: Numbers) -> Description:
    """Averages, extremes, spread and quartiles."""
    numbers = sorted(given.numbers)
    several = len(numbers) > 1
    modes = statistics.multimode(numbers)
    return Description(
        count=len(numbers),
        sum=math.fsum(numbers),
        mean=statistics.fmean(numbers),
        median=statistics.median(numbers),
        modes=modes[:MOST_MODES] if len(modes) < len(numbers) or not several else [],
        min=numbers[0],
        max=numbers[-1],
        range=numbers[-1] - numbers[0],
        variance=statistics.variance(numbers) if several else None,
        stdev=statistics.stdev(numbers) if several else None,
        population_variance=statistics.pvariance(numbers),
        population_stdev=statistics.pstdev(numbers),
        q1=_percentile(numbers, 25),
        q3=_percentile(numbers, 75),
    )


@app.post("/percentiles", summary="Percentiles of a list of numbers")
def percentiles(given: PercentileRequest) -> list[Percentile]:
    """In the order of the percentages that were asked for."""
    numbers = sorted(given.numbers)
    return [Percentile(percent=p, value=_percentile(numbers, p)) for p in given.percents]


@app.post("/correlation", summary="How two lists of numbers are related")
def correlation(pairs: PairedNumbers) -> Relation:
    """Pearson's correlation, and the line of least squares. Both lists must be equally long."""
    x_mean, y_mean = statistics.fmean(pairs.x), statistics.fmean(pairs.y)
    xs, ys = [x - x_mean for x in pairs.x], [y - y_mean for y in pairs.y]
    xx, yy = math.fsum(x * x for x in xs), math.fsum(y * y for y in ys)
    xy = math.fsum(x * y for x, y in zip(xs, ys, strict=True))
    spread = math.sqrt(xx) * math.sqrt(yy)
    slope = xy / xx if xx else None
    return Relation(
        correlation=xy / spread if spread else None,
        slope=slope,
        intercept=None if slope is None else y_mean - slope * x_mean,
    )


def _percentile(ordered: list[float], percent: float) -> float:
    place = (len(ordered) - 1) * percent / 100
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
