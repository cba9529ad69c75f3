"""Areas, perimeters, surfaces and volumes of common shapes.

All lengths are in one unit of your choice: areas are then in its square, volumes in its cube.
"""

import math
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel

Length = Annotated[float, Query(gt=0, le=1e9, allow_inf_nan=False, examples=[3])]


class Flat(BaseModel):
    """A shape in the plane."""

    area: float
    perimeter: float


class Solid(BaseModel):
    """A shape in space."""

    volume: float
    surface_area: float


app = FastAPI(
    title="Geometry calculator",
    description="Areas, perimeters, surfaces and volumes of common shapes.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/circle", tags=["flat"], summary="Circle")
def circle(radius: Length) -> Flat:
    """The perimeter is its circumference."""
    return Flat(area=math.pi * radius**2, perimeter=2 * math.pi * radius)


@app.get("/square", tags=["flat"], summary="Square")
def square(side: Length) -> Flat:
    """Four equal sides."""
    return Flat(area=side**2, perimeter=4 * side)


@app.get("/rectangle", tags=["flat"], summary="Rectangle")
def rectangle(width: Length, height: Length) -> Flat:
    """Four right angles."""
    return Flat(area=width * height, perimeter=2 * (width + height))


@app.get("/triangle", tags=["flat"], summary="Triangle of three sides")
def triangle(a: Length, b: Length, c: Length) -> Flat:
    """By Heron's formula, in the form that is exact for thin triangles too."""
    short, middle, long = sorted((a, b, c))
    if long >= short + middle:
        raise HTTPException(422, "Each side must be shorter than the other two together.")
    product = (
        (long + (middle + short))
        * (short - (long - middle))
        * (short + (long - middle))
        * (long + (middle - short))
    )
    return Flat(area=math.sqrt(max(product, 0)) / 4, perimeter=a + b + c)


@app.get("/trapezoid", tags=["flat"], summary="Isosceles trapezoid")
def trapezoid(a: Length, b: Length, height: Length) -> Flat:
    """`a` and `b` are the parallel sides; the two others are equal."""
    leg = math.hypot(height, (a - b) / 2)
    return Flat(area=(a + b) / 2 * height, perimeter=a + b + 2 * leg)


@app.get("/polygon", tags=["flat"], summary="Regular polygon")
def polygon(sides: Annotated[int, Query(ge=3, le=1000, examples=[6])], length: Length) -> Flat:
    """`length` is that of each side."""
    area = sides * length**2 / (4 * math.tan(math.pi / sides))
    return Flat(area=area, perimeter=sides * length)


@app.get("/sphere", tags=["solid"], summary="Sphere")
def sphere(radius: Length) -> Solid:
    """A ball."""
    return Solid(volume=4 / 3 * math.pi * radius**3, surface_area=4 * math.pi * radius**2)


@app.get("/cube", tags=["solid"], summary="Cube")
def cube(side: Length) -> Solid:
    """Six equal squares."""
    return Solid(volume=side**3, surface_area=6 * side**2)


@app.get("/box", tags=["solid"], summary="Box")
def box(length: Length, width: Length, height: Length) -> Solid:
    """A rectangular cuboid."""
    surface = 2 * (length * width + width * height + height * length)
    return Solid(volume=length * width * height, surface_area=surface)


@app.get("/cylinder", tags=["solid"], summary="Cylinder")
def cylinder(radius: Length, height: Length) -> Solid:
    """The surface has both ends in it."""
    surface = 2 * math.pi * radius * (radius + height)
    return Solid(volume=math.pi * radius**2 * height, surface_area=surface)


@app.get("/cone", tags=["solid"], summary="Cone")
def cone(radius: Length, height: Length) -> Solid:
    """A right circular cone; the surface has its base in it."""
    surface = math.pi * radius * (radius + math.hypot(radius, height))
    return Solid(volume=math.pi * radius**2 * height / 3, surface_area=surface)


@app.get("/pyramid", tags=["solid"], summary="Pyramid on a square")
def pyramid(side: Length, height: Length) -> Solid:
    """A right pyramid; the surface has its base in it."""
    slant = math.hypot(height, side / 2)
    return Solid(volume=side**2 * height / 3, surface_area=side**2 + 2 * side * slant)
