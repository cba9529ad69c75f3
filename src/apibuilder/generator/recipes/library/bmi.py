"""Works out the body mass index of adults, in metric or imperial units.

The categories are those of the World Health Organization for adults; they are no diagnosis.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Self

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, model_validator

# Each category, and the index at which the next one begins.
CATEGORIES = (
    ("severe underweight", "16"),
    ("underweight", "18.5"),
    ("normal weight", "25"),
    ("overweight", "30"),
    ("obesity class I", "35"),
    ("obesity class II", "40"),
    ("obesity class III", "Infinity"),
)
KG_PER_POUND = Decimal("0.45359237")
METRES_PER_INCH = Decimal("0.0254")
HEALTHY = (Decimal("18.5"), Decimal("24.9"))


class Metric(BaseModel):
    """A body in metric units."""

    weight_kg: Annotated[Decimal, Field(ge=2, le=700, decimal_places=4)] = Field(
        description="Weight in kilograms.", examples=[70]
    )
    height_cm: Annotated[Decimal, Field(ge=50, le=300, decimal_places=4)] = Field(
        description="Height in centimetres.", examples=[175]
    )


class Imperial(BaseModel):
    """A body in imperial units."""

    weight_lb: Annotated[Decimal, Field(ge=5, le=1500, decimal_places=4)] = Field(
        description="Weight in pounds.", examples=[154]
    )
    feet: Annotated[Decimal, Field(ge=0, le=9, decimal_places=4)] = Field(
        Decimal(), description="Height in feet, without the inches.", examples=[5]
    )
    inches: Annotated[Decimal, Field(ge=0, le=120, decimal_places=4)] = Field(
        Decimal(), description="The rest of the height, or all of it, in inches.", examples=[9]
    )

    @model_validator(mode="after")
    def _has_height(self) -> Self:
        if self.feet * 12 + self.inches < 20:
            raise ValueError("feet and inches together must be at least 20 inches")
        return self


class BodyMass(BaseModel):
    """A body mass index, and what it means."""

    bmi: float = Field(description="Rounded to one place.", examples=[22.9])
    category: str = Field(examples=["normal weight"])
    healthy_min: float = Field(description="The lowest normal weight, in the unit of the request.")
    healthy_max: float = Field(description="The highest normal weight, in the same unit.")


app = FastAPI(
    title="BMI calculator",
    description="Works out the body mass index of adults, in metric or imperial units.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/bmi", summary="BMI in metric units")
def metric_bmi(body: Annotated[Metric, Query()]) -> BodyMass:
    """Kilograms divided by the square of metres."""
    return _body_mass(body.weight_kg, body.height_cm / 100, Decimal(1))


@app.get("/bmi/imperial", summary="BMI in imperial units")
def imperial_bmi(body: Annotated[Imperial, Query()]) -> BodyMass:
    """The same, of pounds, feet and inches."""
    height = (body.feet * 12 + body.inches) * METRES_PER_INCH
    return _body_mass(body.weight_lb * KG_PER_POUND, height, KG_PER_POUND)


@app.get("/categories", summary="List the categories")
def categories() -> dict[str, float | None]:
    """Each category, and the index at which the next one begins."""
    return {name: float(end) if name != CATEGORIES[-1][0] else None for name, end in CATEGORIES}


def _body_mass(kilograms: Decimal, metres: Decimal, unit: Decimal) -> BodyMass:
    """`unit` is how many kilograms one of the caller's units of weight is."""
    bmi = kilograms / metres**2
    lowest, highest = (_rounded(limit * metres**2 / unit) for limit in HEALTHY)
    return BodyMass(
        bmi=_rounded(bmi),
        category=next(name for name, end in CATEGORIES if bmi < Decimal(end)),
        healthy_min=lowest,
        healthy_max=highest,
    )


def _rounded(value: Decimal) -> float:
    return float(value.quantize(Decimal("0.1"), ROUND_HALF_UP))
