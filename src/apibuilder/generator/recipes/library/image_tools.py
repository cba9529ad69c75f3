"""Image tools: resizes, crops, rotates and converts uploaded images.

Run it with `uvicorn main:app`. It keeps nothing. One image is worked on at a time, so that many
requests need no more memory than one.
"""

import io
import threading
from typing import Annotated, Any, Literal, Self

from fastapi import FastAPI, HTTPException, Query, Request, Response, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError
from pydantic import BaseModel, Field, model_validator

LARGEST_FILE = 5_000_000  # bytes
# To work on a pixel takes up to 20 bytes of memory. A JPEG of more pixels, such as a phone's photo,
# can be read at a half, a quarter or an eighth of its size, if no more is wanted of it.
MOST_PIXELS = 3_000_000
LONGEST_SIDE = 2000  # of an answer
READABLE = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
ONE_AT_A_TIME = threading.Lock()

# --- what goes in ----------------------------------------------------------------

Side = Annotated[int, Field(ge=1, le=LONGEST_SIDE, description="In pixels.")]
Offset = Annotated[int, Field(ge=0, le=100_000, description="In pixels.")]


class Output(BaseModel):
    """What file to answer."""

    format: Literal["png", "jpeg", "webp"] | None = Field(
        None, description="Left out, that of the upload, or PNG."
    )
    quality: int = Field(85, ge=1, le=95, description="Of JPEG and WebP.")


class Resize(Output):
    """With only one of width and height, the other follows from the image's shape."""

    width: Side | None = None
    height: Side | None = None
    mode: Literal["fit", "fill", "pad"] = Field(
        "fit",
        description="`fit` stays within the size and keeps the shape; the others have just this"
        " size: `fill` cuts off what is too much, `pad` adds margins.",
    )

    @model_validator(mode="after")
    def _has_size(self) -> Self:
        if self.width is None and self.height is None:
            raise ValueError("give width, height or both")
        return self


class Thumbnail(Output):
    """A small image."""

    size: int = Field(200, ge=1, le=1000, description="Most pixels on each side.")


class Crop(Output):
    """A rectangle that lies inside the image; 0, 0 is its upper left corner."""

    left: Offset
    top: Offset
    width: Side
    height: Side


class Convert(Output):
    """What to do with it besides."""

    effect: Literal["none", "grayscale", "invert", "blur", "sharpen", "flip", "mirror"] = "none"
    rotate: Literal["0", "90", "180", "270"] = Field("0", description="Degrees, clockwise.")


# --- the API -------------------------------------------------------------------

app = FastAPI(
    title="Image tools",
    description="Resizes, crops, rotates and converts uploaded images.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The new image.",
        "content": {f"image/{kind}": {} for kind in ("png", "jpeg", "webp")},
    }
}


@app.post("/resize", response_class=Response, responses=ANSWER, summary="Resize an image")
def resize(file: UploadFile, wanted: Annotated[Resize, Query()]) -> Response:
    """To a width, a height, or into both."""
    box = (wanted.width or LONGEST_SIDE, wanted.height or LONGEST_SIDE)
    with ONE_AT_A_TIME:
        image = opened(file, draft=(wanted.width or 1, wanted.height or 1))
        if wanted.mode == "fit" or wanted.width is None or wanted.height is None:
            image = ImageOps.contain(image, box)
        elif wanted.mode == "fill":
            image = ImageOps.fit(image, box)
        else:
            image = ImageOps.pad(image, box, color="white")
        return answer(image, wanted)


@app.post("/thumbnail", response_class=Response, responses=ANSWER, summary="Make a thumbnail")
def thumbnail(file: UploadFile, wanted: Annotated[Thumbnail, Query()]) -> Response:
    """Keeps the shape, and never makes an image larger."""
    with ONE_AT_A_TIME:
        image = opened(file, draft=(wanted.size, wanted.size))
        image.thumbnail((wanted.size, wanted.size))
        return answer(image, wanted)


@app.post("/crop", response_class=Response, responses=ANSWER, summary="Cut out a part")
def crop(file: UploadFile, wanted: Annotated[Crop, Query()]) -> Response:
    """The part has to lie inside the image."""
    right, bottom = wanted.left + wanted.width, wanted.top + wanted.height
    with ONE_AT_A_TIME:
        image = opened(file)
        if right > image.width or bottom > image.height:
            size = f"{image.width} x {image.height}"
            raise HTTPException(422, f"The rectangle is not inside the image of {size} pixels.")
        return answer(image.crop((wanted.left, wanted.top, right, bottom)), wanted)


@app.post("/convert", response_class=Response, responses=ANSWER, summary="Change format or look")
def convert(file: UploadFile, wanted: Annotated[Convert, Query()]) -> Response:
    """JPEG has no transparency: what was transparent gets white."""
    with ONE_AT_A_TIME:
        image = changed(opened(file), wanted.effect)
        if wanted.rotate != "0":
            image = image.rotate(-int(wanted.rotate), expand=True)
        return answer(image, wanted)


@app.post("/grayscale", response_class=Response, responses=ANSWER, summary="Make it gray")
def grayscale(file: UploadFile, wanted: Annotated[Output, Query()]) -> Response:
    """The same as `/convert` with that effect."""
    with ONE_AT_A_TIME:
        return answer(changed(opened(file), "grayscale"), wanted)


# --- images ------------------------------------------------------------------------


def opened(file: UploadFile, draft: tuple[int, int] | None = None) -> Image.Image:
    """An uploaded image in RGB, RGBA or L. Raises 422 for what is none, is broken or too large.

    A JPEG may be read smaller than it is, but not smaller than `draft`: that saves memory.
    """
    data = file.file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise HTTPException(422, f"The file may have at most {LARGEST_FILE:,} bytes.")
    try:
        image = Image.open(io.BytesIO(data), formats=READABLE)
    except (UnidentifiedImageError, Image.DecompressionBombError):
        allowed = ", ".join(READABLE)
        raise HTTPException(422, f"The file is not an image of these kinds: {allowed}.") from None
    kind = image.format
    if draft is not None:
        image.draft("RGB", draft)
    if image.width * image.height > MOST_PIXELS:
        raise HTTPException(
            422,
            f"The image may have at most {MOST_PIXELS:,} pixels; "
            f"only a JPEG may have more, for /resize and /thumbnail.",
        )
    try:
        ImageOps.exif_transpose(image, in_place=True)
        if image.mode not in {"RGB", "RGBA", "L"}:
            image = image.convert("RGBA" if image.has_transparency_data else "RGB")
        image.load()
    except Exception:  # noqa: BLE001 (Pillow has no one kind of error for a broken file)
        raise HTTPException(422, "The image is broken.") from None
    image.format = kind
    return image


def changed(image: Image.Image, effect: str) -> Image.Image:
    """The image with an effect; its transparency and its format stay."""
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    plain = image if alpha is None else image.convert("RGB")
    match effect:
        case "grayscale":
            plain = plain.convert("L")
        case "invert":
            plain = ImageOps.invert(plain)
        case "blur":
            plain = plain.filter(ImageFilter.GaussianBlur(4))
        case "sharpen":
            plain = plain.filter(ImageFilter.SHARPEN)
        case "flip":
            return ImageOps.flip(image)
        case "mirror":
            return ImageOps.mirror(image)
        case _:
            return image
    if alpha is not None:
        plain.putalpha(alpha)
    return plain


def answer(image: Image.Image, wanted: Output) -> Response:
    """The image as a file."""
    source = (image.format or "png").lower()
    kind = wanted.format or (source if source in {"png", "jpeg", "webp"} else "png")
    if kind == "jpeg" and "A" in image.getbands():
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        image = white
    out = io.BytesIO()
    image.save(out, kind, quality=wanted.quality)
    size = {"X-Image-Width": str(image.width), "X-Image-Height": str(image.height)}
    return Response(out.getvalue(), media_type=f"image/{kind}", headers=size)
