"""Request echo: answers what it was sent, to see what a client really sends.

Run it with `uvicorn main:app`. It keeps nothing. Keys and cookies are not repeated.
"""

import asyncio
import base64
import json
import re
from typing import Annotated

from fastapi import (
    FastAPI,
    HTTPException,
    Request,
    Response,
)
from fastapi import Path as PathParam
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import (
    BaseModel,
    Field,
    JsonValue,
)

LARGEST_BODY = 100_000  # bytes
LONGEST_PAUSE = 5  # seconds
# Who sees an answer need not be who sent the request.
HIDDEN = {"authorization", "cookie", "x-api-key", "proxy-authorization"}

# --- what goes out -----------------------------------------------------------------


class Echo(BaseModel):
    """A request as it arrived."""

    method: str
    path: str
    url: str
    query: dict[str, list[str]]
    headers: dict[str, str] = Field(description="Names in lower case; secrets are hidden.")
    client: str | None = Field(description="Address of the nearest proxy or client.")
    body_text: str | None = Field(description="If it is text in UTF-8.")
    body_base64: str | None = Field(description="If it is not.")
    body_bytes: int
    json_body: JsonValue = Field(description="If it is JSON.")


class Agent(BaseModel):
    """What a client says it is; anybody can say anything."""

    user_agent: str
    browser: str | None = Field(examples=["Firefox"])
    version: str | None
    system: str | None = Field(examples=["Linux"])
    is_mobile: bool
    is_bot: bool


# --- the API -------------------------------------------------------------------

app = FastAPI(
    title="Request echo",
    description="Answers what it was sent, to see what a client really sends.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/echo", summary="Echo a GET")
@app.post("/echo", summary="Echo a POST")
@app.put("/echo", summary="Echo a PUT")
@app.patch("/echo", summary="Echo a PATCH")
@app.delete("/echo", summary="Echo a DELETE")
async def echo(request: Request) -> Echo:
    """Method, address, query, headers and body."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_BODY:
            raise HTTPException(413, f"The body may have at most {LARGEST_BODY:,} bytes.")
    text = as_text(body)
    query: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        query.setdefault(name, []).append(value)
    return Echo(
        method=request.method,
        path=request.url.path,
        url=str(request.url),
        query=query,
        headers=shown(request),
        client=request.client.host if request.client else None,
        body_text=text,
        body_base64=None if text is not None else base64.b64encode(body).decode(),
        body_bytes=len(body),
        json_body=as_json(body),
    )


@app.get("/headers", summary="Echo the headers")
async def headers(request: Request) -> dict[str, str]:
    """Names in lower case; secrets are hidden."""
    return shown(request)


@app.get("/user-agent", summary="Read the user agent")
async def user_agent(request: Request) -> Agent:
    """A guess from what the client sends as its name."""
    sent = request.headers.get("user-agent", "")[:1000]
    browser, version = browser_of(sent)
    return Agent(
        user_agent=sent,
        browser=browser,
        version=version,
        system=next((name for mark, name in SYSTEMS if mark in sent), None),
        is_mobile="Mobi" in sent or "Android" in sent,
        is_bot=re.search(r"bot|crawl|spider|slurp", sent, re.IGNORECASE) is not None,
    )


@app.get("/status/{code}", response_class=Response, summary="Answer with a status")
async def status(code: Annotated[int, PathParam(ge=200, le=499)]) -> Response:
    """To see what a client does about it."""
    return Response(status_code=code)


@app.get("/delay/{seconds}", summary="Answer late")
async def delay(seconds: Annotated[float, PathParam(ge=0, le=LONGEST_PAUSE)]) -> dict[str, float]:
    """To see how long a client waits."""
    await asyncio.sleep(seconds)
    return {"seconds": seconds}


# --- reading requests ----------------------------------------------------------------

# Most name others too, to be taken for them: so the order matters.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Version", "Safari"),
    ("curl", "curl"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser_of(agent: str) -> tuple[str | None, str | None]:
    """Name and version."""
    for mark, name in BROWSERS:
        if found := re.search(rf"\b{mark}\w*/([\d.]{{1,30}})", agent):
            return name, found[1]
    return None, None


def shown(request: Request) -> dict[str, str]:
    """The headers, without secrets."""
    return {
        name: "(hidden)" if name in HIDDEN else value for name, value in request.headers.items()
    }


def as_text(body: bytes) -> str | None:
    """None if it is not text."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def as_json(body: bytes) -> JsonValue:
    """None if it is not JSON, or cannot be written again."""
    try:
        value = json.loads(body)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return None
    return value if depth_is_fine(body) else None


def depth_is_fine(body: bytes) -> bool:
    """Few enough brackets that the answer can hold it."""
    return body.count(b"[") + body.count(b"{") < 200
