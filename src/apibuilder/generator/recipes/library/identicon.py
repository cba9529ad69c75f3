"""Avatars: a picture for every name, always the same one, as identicon or initials.

Run it with `uvicorn main:app`. It keeps nothing.
"""

import colorsys
import hashlib
import html
import io
import re
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from fastapi import Path as PathParam
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from PIL import Image, ImageOps

CELLS = 5  # on each side; the right half mirrors the left
GROUND = (240, 240, 240)
Seed = Annotated[
    str,
    PathParam(max_length=200, description="A name, an id or an e-mail address.", examples=["ada"]),
]
Size = Annotated[int, Query(ge=16, le=1024, description="Pixels on each side.")]
PNG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/png": {}}}}
SVG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/svg+xml": {}}}}

# --- the API -------------------------------------------------------------------

app = FastAPI(
    title="Avatars",
    description="A picture for every name, always the same one: identicon or initials.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get(
    "/identicon/{seed}.png", response_class=Response, responses=PNG, summary="Identicon as PNG"
)
def identicon_png(seed: Seed, size: Size = 256) -> Response:
    """The same seed always has the same pattern and colour."""
    digest = digest_of(seed)
    grid = Image.new("RGB", (CELLS, CELLS), GROUND)
    for cell in cells_of(digest):
        grid.putpixel(cell, color_of(digest))
    pattern = ImageOps.scale(grid, size // (CELLS + 1), Image.Resampling.NEAREST)
    margin = (size - pattern.width) // 2
    image = Image.new("RGB", (size, size), GROUND)
    image.paste(pattern, (margin, margin))
    out = io.BytesIO()
    image.save(out, "PNG")
    return Response(out.getvalue(), media_type="image/png")


@app.get(
    "/identicon/{seed}.svg", response_class=Response, responses=SVG, summary="Identicon as SVG"
)
def identicon_svg(seed: Seed, size: Size = 256) -> Response:
    """Sharp at every size."""
    digest = digest_of(seed)
    path = "".join(f"M{x + 0.5} {y + 0.5}h1v1h-1z" for x, y in cells_of(digest))
    shape = f'<path d="{path}" fill="{css(color_of(digest))}"/>'
    return svg(size, CELLS + 1, css(GROUND), shape)


@app.get("/initials/{name}.svg", response_class=Response, responses=SVG, summary="Initials as SVG")
def initials_svg(name: Seed, size: Size = 256) -> Response:
    """Up to two letters of the name on a colour of its own."""
    letters = html.escape(initials_of(name))
    text = (
        '<text x="50" y="50" fill="#fff" font-family="sans-serif" font-size="44"'
        f' text-anchor="middle" dominant-baseline="central">{letters}</text>'
    )
    return svg(size, 100, css(color_of(digest_of(name))), text)


# --- from a name to a picture --------------------------------------------------------


def digest_of(seed: str) -> bytes:
    """Upper and lower case and spaces around it make no difference."""
    return hashlib.sha256(seed.strip().lower().encode()).digest()


def cells_of(digest: bytes) -> list[tuple[int, int]]:
    """The cells to paint, left and right the same."""
    half = [(x, y) for x in range(CELLS // 2 + 1) for y in range(CELLS)]
    left = [cell for cell, byte in zip(half, digest, strict=False) if byte % 2 == 0]
    return sorted({*left, *((CELLS - 1 - x, y) for x, y in left)})


def color_of(digest: bytes) -> tuple[int, int, int]:
    """Any hue, but neither pale nor dark."""
    hue, light = int.from_bytes(digest[-4:-2]) / 65536, 0.4 + digest[-1] / 255 * 0.15
    red, green, blue = colorsys.hls_to_rgb(hue, light, 0.55)
    return round(255 * red), round(255 * green), round(255 * blue)


def initials_of(name: str) -> str:
    """The first letters of the first and the last word."""
    parts = [part for part in re.split(r"[\W_]+", name) if part]
    if not parts:
        return "?"
    return (parts[0][0] + (parts[-1][0] if len(parts) > 1 else "")).upper()


def css(color: tuple[int, int, int]) -> str:
    """As CSS writes it."""
    return "#{:02x}{:02x}{:02x}".format(*color)


def svg(size: int, units: int, ground: str, shape: str) -> Response:
    """A square drawing."""
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}"'
        f' viewBox="0 0 {units} {units}"><rect width="{units}" height="{units}" fill="{ground}"/>'
        f"{shape}</svg>"
    )
    return Response(text, media_type="image/svg+xml")
