"""URL tools: takes addresses apart, puts them together, encodes and decodes their parts.

Run it with `uvicorn main:app`. It keeps nothing.
"""

import json
from typing import Annotated, Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, field_validator

DEFAULT_PORTS = {"http": 80, "https": 443, "ftp": 21, "ws": 80, "wss": 443}
Address = Annotated[str, Field(min_length=1, max_length=4000)]
Text = Annotated[str, Query(max_length=4000)]

# --- what goes in and out -----------------------------------------------------


class Parts(BaseModel):
    """What an address is made of."""

    scheme: str = Field(examples=["https"])
    username: str | None
    host: str | None = Field(examples=["example.org"])
    port: int | None = Field(description="As it is written; see `default_port`.")
    default_port: int | None = Field(description="That of the scheme.")
    path: str
    segments: list[str] = Field(description="Of the path, decoded.")
    query: dict[str, list[str]] = Field(description="Each name with its values, decoded.")
    fragment: str | None
    origin: str | None = Field(description="Scheme, host and port, as browsers compare them.")


class NewUrl(BaseModel):
    """Parts to put together; they are encoded where that is needed."""

    scheme: str = Field("https", pattern="^[a-z][a-z0-9+.-]{0,20}$")
    host: str = Field(pattern=r"^[A-Za-z0-9.-]{1,253}$", examples=["example.org"])
    port: int | None = Field(None, ge=1, le=65535)
    segments: list[Annotated[str, Field(max_length=500)]] = Field(
        [], max_length=50, examples=[["search", "two words"]]
    )
    query: dict[Annotated[str, Field(max_length=200)], str | int | float | bool | list[str]] = (
        Field({}, max_length=100, examples=[{"q": "a&b", "page": 2}])
    )
    fragment: str = Field("", max_length=500)

    @field_validator("query", mode="before")
    @classmethod
    def _is_sound(cls, query: Any) -> Any:
        try:
            json.dumps(query, ensure_ascii=False, allow_nan=False).encode()
        except (ValueError, RecursionError):
            raise ValueError("NaN, infinity and broken Unicode are not allowed") from None
        return query


class Url(BaseModel):
    """An address."""

    url: str


# --- the API -------------------------------------------------------------------

app = FastAPI(
    title="URL tools",
    description="Takes addresses apart and puts them together.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/parse", summary="Take an address apart")
def parse(
    url: Annotated[Address, Query(examples=["https://example.org:8080/a/b%20c?x=1&x=2&y=%26#top"])],
) -> Parts:
    """A password in it is left out."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise HTTPException(422, f"This is not an address: {error}.") from None
    if not parts.scheme:
        raise HTTPException(422, "The address has no scheme; write https://example.org, say.")
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        query.setdefault(name, []).append(value)
    default = DEFAULT_PORTS.get(parts.scheme)
    shown_host = f"[{host}]" if host and ":" in host else host
    written_port = f":{port}" if port not in {None, default} else ""
    return Parts(
        scheme=parts.scheme,
        username=parts.username,
        host=host,
        port=port,
        default_port=default,
        path=parts.path,
        segments=[unquote(segment) for segment in parts.path.split("/") if segment],
        query=query,
        fragment=unquote(parts.fragment) or None,
        origin=f"{parts.scheme}://{shown_host}{written_port}" if host else None,
    )


@app.post("/build", summary="Put an address together")
def build(new: NewUrl) -> Url:
    """Everything that has a meaning in an address is encoded."""
    pairs = [
        (name, as_text(one))
        for name, value in new.query.items()
        for one in (value if isinstance(value, list) else [value])
    ]
    path = "".join(f"/{quote(segment, safe='')}" for segment in new.segments) or "/"
    place = new.host.lower() + (f":{new.port}" if new.port else "")
    return Url(url=urlunsplit((new.scheme, place, path, urlencode(pairs), quote(new.fragment))))


@app.get("/encode", summary="Percent-encode a text")
def encode(text: Annotated[Text, Query(examples=["a b&c/\u00fc"])] = "") -> Url:
    """So that it can stand anywhere in an address."""
    return Url(url=quote(text, safe=""))


@app.get("/decode", summary="Decode a percent-encoded text")
def decode(text: Annotated[Text, Query(examples=["a%20b%26c"])] = "", plus: bool = False) -> Url:
    """With `plus`, a plus sign is a space, as in forms."""
    return Url(url=unquote(text.replace("+", " ") if plus else text))


@app.get("/join", summary="Resolve a relative address")
def join(
    base: Annotated[Address, Query(examples=["https://example.org/a/b"])],
    relative: Annotated[Address, Query(examples=["../c?d=1"])],
) -> Url:
    """Where a link on a page leads."""
    try:
        return Url(url=urljoin(base, relative))
    except ValueError as error:
        raise HTTPException(422, f"This is not an address: {error}.") from None


def as_text(value: str | float | bool) -> str:
    """As it is usual in queries."""
    return str(value).lower() if isinstance(value, bool) else str(value)
