"""Markdown to HTML: renders Markdown with tables and fenced code, safe to show on a page.

Run it with `uvicorn main:app`. It keeps nothing. HTML inside the Markdown is shown as text, and
links and images may only lead to web pages, mail addresses and places on the same site.
"""

import html
import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from markdown import Markdown
from markdown.treeprocessors import Treeprocessor
from pydantic import BaseModel, Field

LONGEST = 20_000  # characters
MOST_OPEN = 50  # brackets in a paragraph; each is looked at anew for every one that is not closed
MOST_LINKS = 300  # in a paragraph, for the same reason
SAFE_ADDRESS = re.compile(r"(https?://|mailto:|[#/?.]|[\w-]+([/?#.]|$))", re.IGNORECASE)
PAGE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{title}</title>
<style>body {{ max-width: 45em; margin: 2em auto; padding: 0 1em; font-family: sans-serif }}</style>
</head><body>
{body}
</body></html>
"""

# --- what goes in and out -----------------------------------------------------


class MarkdownText(BaseModel):
    """A text in Markdown."""

    markdown: str = Field(max_length=LONGEST, examples=["# Hello\n\nThis is *Markdown*.\n"])


class MarkdownPage(MarkdownText):
    """A text for a page of its own."""

    title: str = Field("Document", max_length=200)


class Heading(BaseModel):
    """A line of the table of contents."""

    level: int
    text: str
    id: str = Field(description="What a link to it ends in, after #.")


class Rendered(BaseModel):
    """The HTML of a text."""

    html: str
    headings: list[Heading]


# --- the API -------------------------------------------------------------------

app = FastAPI(
    title="Markdown to HTML",
    description="Renders Markdown with tables and fenced code, safe to show.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.post("/render", summary="Markdown to HTML")
def render(sent: MarkdownText) -> Rendered:
    """A fragment to put into a page, and its headings."""
    return rendered(sent.markdown)


@app.post("/page", response_class=HTMLResponse, summary="Markdown to a whole page")
def page(sent: MarkdownPage) -> HTMLResponse:
    """A page that can be shown as it is."""
    body = rendered(sent.markdown).html
    return HTMLResponse(
        PAGE.format(title=html.escape(sent.title), body=body),
        headers={
            "Content-Security-Policy": "default-src 'none'; img-src *; style-src 'unsafe-inline'"
        },
    )


# --- Markdown ------------------------------------------------------------------------


class SafeAddresses(Treeprocessor):
    """Takes addresses away that could run a script."""

    def run(self, root: Element) -> None:
        """Look at each element."""
        for element in root.iter():
            for name in ("href", "src"):
                if name in element.attrib and not SAFE_ADDRESS.match(element.attrib[name]):
                    del element.attrib[name]


def rendered(text: str) -> Rendered:
    """Raises 422 for what is nested too deeply."""
    for paragraph in text.split("\n\n"):
        if open_brackets(paragraph) > MOST_OPEN or paragraph.count("](") > MOST_LINKS:
            raise HTTPException(
                422,
                f"A paragraph may have {MOST_LINKS} links, and {MOST_OPEN} brackets left open.",
            )
    converter = Markdown(extensions=["tables", "fenced_code", "sane_lists", "toc"])
    converter.preprocessors.deregister("html_block")
    converter.inlinePatterns.deregister("html")
    converter.treeprocessors.register(SafeAddresses(converter), "safe_addresses", 0)
    try:
        body = converter.convert(text)
    except RecursionError:
        raise HTTPException(422, "The text is nested too deeply.") from None
    tokens: list[dict[str, Any]] = getattr(converter, "toc_tokens", [])
    return Rendered(html=body, headings=list(headings_of(tokens)))


def open_brackets(text: str) -> int:
    """The most that are open at any place."""
    depth = most = 0
    for letter in text:
        if letter in "[(":
            depth += 1
            most = max(most, depth)
        elif letter in "])" and depth:
            depth -= 1
    return most


def headings_of(tokens: list[dict[str, Any]]) -> Iterator[Heading]:
    """From first to last."""
    for token in tokens:
        text = html.unescape(str(token["name"]))
        yield Heading(level=token["level"], text=text, id=token["id"])
        yield from headings_of(token["children"])
