"""Placeholder images: grey boxes of any size with their measures on them, as PNG or SVG.

Run it with `uvicorn main:app`. It keeps nothing.
"""

import html
import io
from typing import Annotated

from fastapi import FastAPI, Query, Request, Response
from fastapi import Path as PathParam
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from PIL import Image, ImageDraw, ImageFont
from pydantic import BaseModel, Field

LONGEST_SIDE = 2000
Side = Annotated[int, PathParam(ge=1, le=LONGEST_SIDE, description="In pixels.", examples=[300])]
Color = Annotated[str, Field(pattern="^[0-9a-fA-F]{6}$", description="Six hex digits.")]

# --- what goes in ----------------------------------------------------------------


class Look(BaseModel):
    """What the image looks like."""

    background: Color = "cccccc"
    color: Color = "555555"
    text: str | None = Field(
        None, max_length=60, description="What stands on it; left out, its size."
    )


# --- the API -------------------------------------------------------------------

app = FastAPI(
    title="Placeholder images",
    description="Boxes of any size with their measures on them, as PNG or SVG.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get(
    "/{width}x{height}.png",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}}},
    summary="Placeholder as PNG",
)
def placeholder_png(width: Side, height: Side, look: Annotated[Look, Query()]) -> Response:
    """Such as `/300x200.png?background=336699&text=Hello`."""
    text = text_of(look, width, height)
    image = Image.new("RGB", (width, height), f"#{look.background}")
    font = ImageFont.load_default(font_size(text, width, height))
    middle = (width / 2, height / 2)
    ImageDraw.Draw(image).text(middle, text, f"#{look.color}", font, anchor="mm")
    out = io.BytesIO()
    image.save(out, "PNG")
    return Response(out.getvalue(), media_type="image/png")


@app.get(
    "/{width}x{height}.svg",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {}}}},
    summary="Placeholder as SVG",
)
def placeholder_svg(width: Side, height: Side, look: Annotated[Look, Query()]) -> Response:
    """The same as a drawing."""
    text = text_of(look, width, height)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<rect width="100%" height="100%" fill="#{look.background}"/>'
        f'<text x="50%" y="50%" fill="#{look.color}" font-family="sans-serif"'
        f' font-size="{font_size(text, width, height)}" text-anchor="middle"'
        f' dominant-baseline="central">{html.escape(text)}</text></svg>'
    )
    return Response(svg, media_type="image/svg+xml")


def text_of(look: Look, width: int, height: int) -> str:
    """On one line, and without characters that no image or XML can show."""
    text = f"{width} x {height}" if look.text is None else look.text
    return "".join(letter for letter in text if letter.isprintable())


def font_size(text: str, width: int, height: int) -> int:
    """So that the text fills about two thirds of the width, and a third of the height."""
    return max(1, min(height // 3, int(width / (0.9 * max(len(text), 3)))))
