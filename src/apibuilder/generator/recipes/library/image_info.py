"""Image info: size, format, EXIF data and the dominant colours of an uploaded image.

Run it with `uvicorn main:app`. It keeps nothing.
"""

import io
import math
import threading
from collections.abc import Iterable
from typing import Annotated, Literal

from fastapi import FastAPI, HTTPException, Query, Request, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from PIL import ExifTags, Image, ImageStat, UnidentifiedImageError
from pydantic import BaseModel, Field

LARGEST_FILE = 5_000_000  # bytes
MOST_PIXELS = 3_000_000  # to look for colours; a JPEG may have more, as it can be read smaller
MOST_TAGS = 100
READABLE = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
ONE_AT_A_TIME = threading.Lock()

# --- what goes out -----------------------------------------------------------------


class ImageInfo(BaseModel):
    """What a file says about its image."""

    format: str = Field(examples=["JPEG"])
    width: int = Field(description="In pixels.")
    height: int = Field(description="In pixels.")
    megapixels: float
    aspect_ratio: str = Field(description="In lowest terms.", examples=["4:3"])
    orientation: Literal["landscape", "portrait", "square"]
    mode: str = Field(description="How Pillow names its channels.", examples=["RGB"])
    has_transparency: bool
    size_bytes: int
    exif: dict[str, str] = Field(description="Names and values, as the camera wrote them.")


class Color(BaseModel):
    """A colour and its share."""

    hex: str = Field(examples=["#336699"])
    rgb: tuple[int, int, int]
    percent: float = Field(description="Of the image, with one decimal.")


class Colors(BaseModel):
    """The colours of an image."""

    dominant: list[Color] = Field(description="The most common first.")
    average: str = Field(description="Of all pixels, as hex.")


# --- the API -------------------------------------------------------------------

app = FastAPI(
    title="Image info",
    description="Size, format, EXIF data and dominant colours of an uploaded image.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.post("/info", summary="Describe an image")
def describe(file: UploadFile) -> ImageInfo:
    """Reads only the head of the file, so even huge images are fine."""
    image, size = opened(file)
    width, height = image.size
    divisor = math.gcd(width, height)
    shape = "square" if width == height else "landscape" if width > height else "portrait"
    return ImageInfo(
        format=image.format or "",
        width=width,
        height=height,
        megapixels=round(width * height / 1e6, 2),
        aspect_ratio=f"{width // divisor}:{height // divisor}",
        orientation=shape,
        mode=image.mode,
        has_transparency=image.has_transparency_data,
        size_bytes=size,
        exif=exif_of(image),
    )


@app.post("/colors", summary="Find the dominant colours")
def colors(
    file: UploadFile,
    count: Annotated[int, Query(ge=1, le=16, description="Most colours to answer.")] = 5,
) -> Colors:
    """Similar colours count as one; what is transparent counts as white."""
    with ONE_AT_A_TIME:
        image, _ = opened(file)
        image = small(image)
        reduced = image.quantize(count, Image.Quantize.MEDIANCUT)
        average = hex_of(ImageStat.Stat(image).mean)
    palette = reduced.getpalette() or []
    counted = sorted(reduced.getcolors() or [], reverse=True)
    dominant = [
        color_of(palette[3 * int(index) : 3 * int(index) + 3], 100 * number / math.prod(image.size))
        for number, index in counted
        if isinstance(index, int)
    ]
    return Colors(dominant=dominant, average=average)


# --- images ------------------------------------------------------------------------


def opened(file: UploadFile) -> tuple[Image.Image, int]:
    """An image whose pixels are not read yet, and the bytes of its file. Raises 422."""
    data = file.file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise HTTPException(422, f"The file may have at most {LARGEST_FILE:,} bytes.")
    try:
        return Image.open(io.BytesIO(data), formats=READABLE), len(data)
    except (UnidentifiedImageError, Image.DecompressionBombError):
        allowed = ", ".join(READABLE)
        raise HTTPException(422, f"The file is not an image of these kinds: {allowed}.") from None


def small(image: Image.Image) -> Image.Image:
    """At most 200 pixels wide and high, on white, in RGB. Raises 422."""
    image.draft("RGB", (400, 400))
    if image.width * image.height > MOST_PIXELS:
        raise HTTPException(422, f"The image may have at most {MOST_PIXELS:,} pixels.")
    try:
        image.thumbnail((200, 200), Image.Resampling.BOX)
        rgba = image.convert("RGBA")
    except Exception:  # noqa: BLE001 (Pillow has no one kind of error for a broken file)
        raise HTTPException(422, "The image is broken.") from None
    white = Image.new("RGBA", rgba.size, "white")
    white.alpha_composite(rgba)
    return white.convert("RGB")


def exif_of(image: Image.Image) -> dict[str, str]:
    """Readable tags; bytes are left out."""
    try:
        exif = image.getexif()
        tags = {**exif, **exif.get_ifd(ExifTags.IFD.Exif)}
    except Exception:  # noqa: BLE001 (broken EXIF data may fail in any way)
        return {}
    named = {ExifTags.TAGS.get(tag): value for tag, value in tags.items()}
    readable = {
        name: printable(str(value))
        for name, value in named.items()
        if name is not None and not isinstance(value, bytes | dict)
    }
    return dict(list(readable.items())[:MOST_TAGS])


def printable(text: str) -> str:
    """The first of it, without what no JSON can hold."""
    return "".join(letter for letter in text[:200] if letter.isprintable())


def color_of(channels: list[int], percent: float) -> Color:
    """From a palette's entry."""
    red, green, blue = channels
    return Color(hex=hex_of(channels), rgb=(red, green, blue), percent=round(percent, 1))


def hex_of(channels: Iterable[float]) -> str:
    """As CSS writes it."""
    return "#" + "".join(f"{round(channel):02x}" for channel in channels)
