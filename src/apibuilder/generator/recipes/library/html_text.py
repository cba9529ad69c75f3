"""HTML to text: takes the readable text, the links and the headings out of HTML.

Run it with `uvicorn main:app`. It keeps nothing.
"""

import re
from html.parser import HTMLParser
from typing import Annotated

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, Field

LONGEST = 200_000  # characters
MOST_TAGS = 10_000
MOST_OPEN_COMMENTS = 100
MOST_LINKS = 1000
NO_TEXT = {"script", "style", "noscript", "template", "svg", "head"}
BLOCKS = {
    *("p", "div", "section", "article", "header", "footer", "blockquote", "pre", "table", "tr"),
    *("ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "br", "hr", "body", "main", "nav"),
}
HEADINGS = {"h1", "h2", "h3"}

# --- what goes in and out -----------------------------------------------------


def _has_few_tags(text: str) -> str:
    if text.count("<") > MOST_TAGS:
        raise ValueError(f"at most {MOST_TAGS:,} tags are allowed")
    if text.count("<!") - text.count(">") > MOST_OPEN_COMMENTS:
        raise ValueError("there are too many comments without an end")
    return text


class HtmlText(BaseModel):
    """A page or a part of one."""

    html: Annotated[str, AfterValidator(_has_few_tags)] = Field(
        max_length=LONGEST,
        examples=['<h1>Hello</h1><p>See <a href="https://example.org/">this</a>.</p>'],
    )


class Text(BaseModel):
    """What a person reads."""

    title: str | None
    text: str = Field(description="A line a paragraph.")
    words: int
    characters: int


class Link(BaseModel):
    """Where a page leads."""

    text: str
    href: str


class Outline(BaseModel):
    """What a page is made of."""

    title: str | None
    description: str | None = Field(description="That of its head, for search engines.")
    headings: list[str]
    links: list[Link]
    images: list[str] = Field(description="Their addresses.")


# --- the API -------------------------------------------------------------------

app = FastAPI(
    title="HTML to text",
    description="Takes the readable text, the links and the headings out of HTML.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.post("/text", summary="HTML to plain text")
def to_text(sent: HtmlText) -> Text:
    """Without tags, scripts and styles; entities are decoded."""
    page = read(sent.html)
    lines = (plain(line) for line in "".join(page.pieces).split("\n"))
    text = "\n".join(line for line in lines if line)
    return Text(title=page.title, text=text, words=len(text.split()), characters=len(text))


@app.post("/outline", summary="Links, headings and images")
def outline(sent: HtmlText) -> Outline:
    """As they are in the HTML; nothing is fetched."""
    page = read(sent.html)
    return Outline(
        title=page.title,
        description=page.description,
        headings=[plain(heading) for heading in page.headings[:MOST_LINKS]],
        links=[Link(text=plain(text), href=href) for href, text in page.links[:MOST_LINKS]],
        images=page.images[:MOST_LINKS],
    )


# --- reading -----------------------------------------------------------------------


class Page(HTMLParser):
    """What a page holds, taken up from its beginning to its end."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.headings: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.images: list[str] = []
        self.title: str | None = None
        self.description: str | None = None
        self._silent: list[str] = []  # open elements whose text is not read
        self._open: set[str] = set()  # elements whose text is wanted by itself

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        values = {name: value or "" for name, value in attrs}
        if tag in BLOCKS:
            self.pieces.append("\n")
            self._silent = []  # a head without an end
        elif tag in NO_TEXT:
            self._silent.append(tag)
        if tag == "a" and "href" in values:
            self.links.append((values["href"], ""))
        elif tag in HEADINGS:
            self.headings.append("")
        elif tag == "img" and "src" in values:
            self.images.append(values["src"])
        elif tag == "meta" and values.get("name", "").lower() == "description":
            self.description = values.get("content", "")
        if tag in {"a", "title", *HEADINGS}:
            self._open.add(tag)

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        if tag in BLOCKS:
            self.pieces.append("\n")
        if tag in self._silent:
            self._silent = self._silent[: self._silent.index(tag)]
        self._open.discard(tag)

    def handle_data(self, data: str) -> None:
        """Text between two tags."""
        if "title" in self._open:
            self.title = self.title or plain(data)
        elif not self._silent:
            self.pieces.append(re.sub(r"\s+", " ", data))
        if "a" in self._open and self.links:
            href, text = self.links[-1]
            self.links[-1] = (href, text + data)
        if self._open & HEADINGS:
            self.headings[-1] += data


def read(text: str) -> Page:
    """Broken HTML is read as far as it goes."""
    page = Page()
    page.feed(text)
    page.close()
    return page


def plain(text: str) -> str:
    """On one line, with single spaces."""
    return " ".join(text.split())
