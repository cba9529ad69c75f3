"""Hashes texts with MD5, SHA-1, SHA-2, SHA-3 and BLAKE2, signs them with HMAC, and verifies both.

Texts are hashed as UTF-8. MD5 and SHA-1 are there for checksums and old systems: they no longer
protect anything. For stored passwords none of these is right, as they are too fast.
"""

import hashlib
import hmac
from typing import Annotated, Literal

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

Algorithm = Literal["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "blake2b"]
ALGORITHMS: tuple[Algorithm, ...] = (
    "md5",
    "sha1",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "sha3_256",
    "blake2b",
)

Text = Annotated[str, Field(max_length=100_000)]
Digest = Annotated[str, Field(max_length=128, pattern="^[0-9A-Fa-f]*$")]
Key = Annotated[str, Field(min_length=1, max_length=1000)]


class Message(BaseModel):
    """What to hash."""

    text: Text = Field(description="At most 100,000 characters.", examples=["hello"])
    algorithm: Algorithm = "sha256"


class WholeMessage(BaseModel):
    """What to hash in every way."""

    text: Text = Field(description="At most 100,000 characters.", examples=["hello"])


class Claim(Message):
    """A text, and the hash that it should have."""

    digest: Digest = Field(
        description="In hexadecimal.", examples=["5d41402abc4b2a76b9719d911017c592"]
    )


class KeyedMessage(Message):
    """What to sign, with a key that is not kept."""

    key: Key = Field(examples=["a secret"])


class Hashed(BaseModel):
    """A hash."""

    algorithm: str
    digest: str = Field(description="In hexadecimal.")


class Verdict(BaseModel):
    """Whether a hash is that of a text."""

    valid: bool


app = FastAPI(
    title="Hash generator",
    description="Hashes texts with MD5, SHA-2 and others, and signs them with HMAC.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.post("/hash", summary="Hash a text")
def hash_text(message: Message) -> Hashed:
    """With one algorithm."""
    return Hashed(algorithm=message.algorithm, digest=_digest(message.text, message.algorithm))


@app.post("/hash/all", summary="Hash a text with every algorithm")
def hash_with_all(message: WholeMessage) -> dict[str, str]:
    """The hash in hexadecimal, by the name of the algorithm."""
    return {algorithm: _digest(message.text, algorithm) for algorithm in ALGORITHMS}


@app.post("/verify", summary="Verify a hash")
def verify(claim: Claim) -> Verdict:
    """Whether it is that of the text, in either case."""
    digest = _digest(claim.text, claim.algorithm)
    return Verdict(valid=hmac.compare_digest(digest, claim.digest.lower()))


@app.post("/hmac", summary="Sign a text")
def sign(message: KeyedMessage) -> Hashed:
    """HMAC: a hash that only who knows the key can make."""
    made = hmac.new(message.key.encode(), message.text.encode(), message.algorithm)
    return Hashed(algorithm=message.algorithm, digest=made.hexdigest())


def _digest(text: str, algorithm: Algorithm) -> str:
    return hashlib.new(algorithm, text.encode(), usedforsecurity=False).hexdigest()
