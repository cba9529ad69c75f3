"""QR code generator: turns a text or an address into a QR code, as PNG or SVG.

Run it with `uvicorn main:app`. It keeps nothing.
"""

import io
from typing import Annotated, Any, Literal

import qrcode
from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from PIL import Image, ImageOps
from pydantic import BaseModel, Field
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.exceptions import DataOverflowError

# How much of a code may be dirty or hidden before it cannot be read any more.
LEVELS = {
    "L": ERROR_CORRECT_L,
    "M": ERROR_CORRECT_M,
    "Q": ERROR_CORRECT_Q,
    "H": ERROR_CORRECT_H,
}
Color = Annotated[str, Field(pattern="^[0-9a-fA-F]{6}$", description="Six hex digits.")]

# --- what goes in ----------------------------------------------------------------


class Wanted(BaseModel):
    """What the code says and what it looks like."""

    text: str = Field(
        min_length=1,
        max_length=1000,
        description="A text or an address.",
        examples=["https://example.org/"],
    )
    size: int = Field(300, ge=50, le=2000, description="Most pixels on each side.")
    border: int = Field(4, ge=0, le=20, description="Width of the margin in modules; 4 by norm.")
    level: Literal["L", "M", "Q", "H"] = Field(
        "M", description="Error correction: 7, 15, 25 or 30 % of the code may be lost."
    )
    color: Color = "000000"
    background: Color = "ffffff"


class Message(BaseModel):
    """Why a request was refused."""

    detail: str


# --- the API -------------------------------------------------------------------

app = FastAPI(
    title="QR code generator",
    description="Turns a text or an address into a QR code, as PNG or SVG.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get(
    "/qr.png",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}}},
    summary="QR code as PNG",
)
def qr_png(wanted: Annotated[Wanted, Query()]) -> Response:
    """Each module has a whole number of pixels, so the image may be smaller than `size`."""
    modules = modules_of(wanted)
    count = len(modules)
    image = Image.frombytes("P", (count, count), bytes(dark for row in modules for dark in row))
    image.putpalette(bytes.fromhex(wanted.background + wanted.color))
    out = io.BytesIO()
    scale = max(1, wanted.size // count)
    ImageOps.scale(image, scale, Image.Resampling.NEAREST).save(out, "PNG")
    return Response(out.getvalue(), media_type="image/png")


@app.get(
    "/qr.svg",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {}}}},
    summary="QR code as SVG",
)
def qr_svg(wanted: Annotated[Wanted, Query()]) -> Response:
    """Sharp at every size."""
    modules = modules_of(wanted)
    count = len(modules)
    path = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(modules) for x, dark in enumerate(row) if dark
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wanted.size}" height="{wanted.size}"'
        f' viewBox="0 0 {count} {count}" shape-rendering="crispEdges">'
        f'<rect width="{count}" height="{count}" fill="#{wanted.background}"/>'
        f'<path d="{path}" fill="#{wanted.color}"/></svg>'
    )
    return Response(svg, media_type="image/svg+xml")


def modules_of(wanted: Wanted) -> list[list[bool]]:
    """Rows of dark and light squares, with the margin."""
    code = qrcode.QRCode[Any](error_correction=LEVELS[wanted.level], border=wanted.border)
    code.add_data(wanted.text.encode())
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError):
        raise HTTPException(
            422, f"The text is too long for error correction {wanted.level}; try L."
        ) from None
    return [[bool(dark) for dark in row] for row in code.get_matrix()]
