"""Colour tools: converts between hex, RGB, HSL and more, checks contrast, makes palettes.

Run it with `uvicorn main:app`. It keeps nothing.
"""

import colorsys
import math
from typing import Annotated, Literal

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from PIL import ImageColor
from pydantic import AfterValidator, BaseModel, Field

Rgb = tuple[int, int, int]
# Degrees to turn the hue by, for each scheme.
SCHEMES = {
    "complementary": (0, 180),
    "analogous": (-30, 0, 30),
    "triadic": (0, 120, 240),
    "tetradic": (0, 90, 180, 270),
    "split-complementary": (0, 150, 210),
}
CSS_NAMES = {ImageColor.getrgb(name)[:3]: name for name in ImageColor.colormap}

# --- what goes in and out -----------------------------------------------------


def _a_color(text: str) -> str:
    try:
        ImageColor.getrgb(text.strip())
    except ValueError:
        raise ValueError(
            "a colour is hex (#ff8800), rgb(255, 136, 0), hsl(32, 100%, 50%) or a CSS name"
        ) from None
    return text.strip()


ColorText = Annotated[
    str,
    Query(max_length=40, description="Hex, rgb(), hsl() or a CSS name.", examples=["#ff8800"]),
    AfterValidator(_a_color),
]


class Hsl(BaseModel):
    """Hue in degrees, the others in percent."""

    hue: float
    saturation: float
    lightness: float


class Hsv(BaseModel):
    """Hue in degrees, the others in percent."""

    hue: float
    saturation: float
    value: float


class Cmyk(BaseModel):
    """In percent, without regard to any printer."""

    cyan: float
    magenta: float
    yellow: float
    black: float


class Color(BaseModel):
    """A colour in all notations."""

    hex: str = Field(examples=["#ff8800"])
    rgb: Rgb
    hsl: Hsl
    hsv: Hsv
    cmyk: Cmyk
    name: str | None = Field(description="Its CSS name, if it has one.")
    luminance: float = Field(description="Relative luminance of WCAG, 0 to 1.")
    text_color: Literal["black", "white"] = Field(description="Which is easier to read on it.")


class Contrast(BaseModel):
    """How well one colour can be read on another, by WCAG 2."""

    ratio: float = Field(description="1 to 21.")
    aa_normal: bool = Field(description="At least 4.5.")
    aa_large: bool = Field(description="At least 3.")
    aaa_normal: bool = Field(description="At least 7.")
    aaa_large: bool = Field(description="At least 4.5.")


class Palette(BaseModel):
    """Colours that go together."""

    base: str
    scheme: str
    colors: list[str]


# --- the API -------------------------------------------------------------------

app = FastAPI(
    title="Colour tools",
    description="Converts colours, checks their contrast, makes palettes.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/convert", summary="Convert a colour")
def convert(color: ColorText) -> Color:
    """From whatever notation into all of them. A transparency is left out."""
    rgb = parse(color)
    red, green, blue = (channel / 255 for channel in rgb)
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    _, hsv_saturation, value = colorsys.rgb_to_hsv(red, green, blue)
    lum = luminance(rgb)
    return Color(
        hex=hex_of(rgb),
        rgb=rgb,
        hsl=Hsl(hue=degrees(hue), saturation=percent(saturation), lightness=percent(light)),
        hsv=Hsv(hue=degrees(hue), saturation=percent(hsv_saturation), value=percent(value)),
        cmyk=cmyk_of(red, green, blue),
        name=CSS_NAMES.get(rgb),
        luminance=round(lum, 4),
        text_color="black" if ratio(lum, 0) >= ratio(1, lum) else "white",
    )


@app.get("/contrast", summary="Check the contrast of two colours")
def contrast(foreground: ColorText, background: ColorText) -> Contrast:
    """Whether a text can be read by most people, by the rules of WCAG 2."""
    exact = ratio(luminance(parse(foreground)), luminance(parse(background)))
    return Contrast(
        ratio=math.floor(100 * exact) / 100,
        aa_normal=exact >= 4.5,
        aa_large=exact >= 3,
        aaa_normal=exact >= 7,
        aaa_large=exact >= 4.5,
    )


@app.get("/palette", summary="Make a palette")
def palette(
    color: ColorText,
    scheme: Literal[
        "complementary", "analogous", "triadic", "tetradic", "split-complementary", "shades"
    ] = "complementary",
) -> Palette:
    """Turns the hue around the colour wheel; `shades` go from dark to light."""
    hue, light, saturation = colorsys.rgb_to_hls(*(channel / 255 for channel in parse(color)))
    if scheme == "shades":
        wanted = [(hue, step / 10, saturation) for step in range(1, 10)]
    else:
        wanted = [((hue + turn / 360) % 1, light, saturation) for turn in SCHEMES[scheme]]
    colors = [hex_of(rounded(colorsys.hls_to_rgb(*one))) for one in wanted]
    return Palette(base=hex_of(parse(color)), scheme=scheme, colors=colors)


# --- arithmetic of colours -----------------------------------------------------------


def parse(text: str) -> Rgb:
    """A text that was checked before."""
    red, green, blue = ImageColor.getrgb(text)[:3]
    return red, green, blue


def hex_of(rgb: Rgb) -> str:
    """As CSS writes it."""
    return "#{:02x}{:02x}{:02x}".format(*rgb)


def rounded(channels: tuple[float, float, float]) -> Rgb:
    """From 0..1 to 0..255."""
    red, green, blue = (round(255 * channel) for channel in channels)
    return red, green, blue


def degrees(turn: float) -> float:
    """Of a full turn."""
    return round(360 * turn, 1) % 360


def percent(share: float) -> float:
    """With one decimal."""
    return round(100 * share, 1)


def cmyk_of(red: float, green: float, blue: float) -> Cmyk:
    """The usual rule of thumb."""
    black = 1 - max(red, green, blue)
    ink = [percent((1 - c - black) / (1 - black)) if black < 1 else 0.0 for c in (red, green, blue)]
    return Cmyk(cyan=ink[0], magenta=ink[1], yellow=ink[2], black=percent(black))


def luminance(rgb: Rgb) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    linear = [
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in (channel / 255 for channel in rgb)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: float, other: float) -> float:
    """Contrast of two luminances."""
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)
