"""Encodes texts as Base64, Base32 or hexadecimal, and decodes them."""

import base64
import binascii
from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

Encoding = Literal["base64", "base64url", "base32", "hex"]
ENCODERS: dict[Encoding, Callable[[bytes], bytes]] = {
    "base64": base64.b64encode,
    "base64url": base64.urlsafe_b64encode,
    "base32": base64.b32encode,
    "hex": binascii.hexlify,
}
DECODERS: dict[Encoding, Callable[[str], bytes]] = {
    "base64": lambda text: base64.b64decode(_padded(text, 4), validate=True),
    "base64url": lambda text: base64.b64decode(_padded(text, 4), b"-_", validate=True),
    "base32": lambda text: base64.b32decode(_padded(text, 8), casefold=True),
    "hex": binascii.unhexlify,
}

Text = Annotated[str, Field(max_length=100_000)]


class Plain(BaseModel):
    """What to encode."""

    text: Text = Field(description="Encoded as UTF-8.", examples=["Hello, World!"])
    encoding: Encoding = "base64"
    padding: bool = Field(True, description="Whether to keep = at the end.")


class Encoded(BaseModel):
    """What to decode."""

    encoded: Text = Field(
        description="Spaces and line breaks do not count; padding may be missing.",
        examples=["SGVsbG8sIFdvcmxkIQ=="],
    )
    encoding: Encoding = Field("base64", examples=["base64"])


class EncodeResult(BaseModel):
    """The text, encoded."""

    encoded: str


class DecodeResult(BaseModel):
    """What was encoded."""

    text: str | None = Field(description="None if the bytes are not text in UTF-8.")
    hex: str = Field(description="The bytes in hexadecimal.")
    size: int = Field(description="Number of bytes.")


app = FastAPI(
    title="Base64 encoder and decoder",
    description="Encodes texts as Base64, Base32 or hexadecimal, and decodes them.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.post("/encode", summary="Encode a text")
def encode(plain: Plain) -> EncodeResult:
    """`base64url` has - and _ in place of + and /, so that it may stand in addresses."""
    encoded = ENCODERS[plain.encoding](plain.text.encode()).decode()
    return EncodeResult(encoded=encoded if plain.padding else encoded.rstrip("="))


@app.post("/decode", summary="Decode to text")
def decode(given: Encoded) -> DecodeResult:
    """Bytes that are no text come in hexadecimal."""
    try:
        data = DECODERS[given.encoding]("".join(given.encoded.split()))
    except ValueError:
        raise HTTPException(422, f"`encoded` is no valid {given.encoding}.") from None
    return DecodeResult(text=_text(data), hex=data.hex(), size=len(data))


def _padded(text: str, length: int) -> str:
    text = text.rstrip("=")
    return text + "=" * (-len(text) % length)


def _text(data: bytes) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None
