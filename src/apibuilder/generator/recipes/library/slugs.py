"""Makes slugs: texts as they stand in addresses, such as `hello-world`.

Accents are taken off and a few letters are spelt out, so that `Straße` becomes `strasse`. What is
neither a letter nor a digit becomes a separator.
"""

import re
import unicodedata
from typing import Annotated, Literal

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

SPELT_OUT = str.maketrans(
    {
        "\u00df": "ss",
        "\u00e6": "ae",
        "\u00c6": "AE",
        "\u0153": "oe",
        "\u0152": "OE",
        "\u00f8": "o",
        "\u00d8": "O",
        "\u0142": "l",
        "\u0141": "L",
        "\u00f0": "d",
        "\u00fe": "th",
        "\u0111": "d",
        "&": " and ",
        "'": "",
        "\u2019": "",
    }
)

Slugged = Annotated[str, Field(min_length=1, max_length=1000)]


class Title(BaseModel):
    """What to make a slug of."""

    text: Slugged = Field(examples=["Hello, World!"])
    separator: Literal["-", "_", ""] = Field(default="-", description="What stands between words.")
    max_length: int = Field(
        default=80, ge=1, le=200, description="Cut between words, if there are some."
    )
    lowercase: bool = True
    keep_unicode: bool = Field(
        default=False, description="Keep letters of all alphabets and accents."
    )
    taken: set[Slugged] = Field(
        default=set(), max_length=1000, description="Slugs that the new one must differ from."
    )


class Slug(BaseModel):
    """The text, as it stands in an address."""

    slug: str = Field(examples=["hello-world"])


app = FastAPI(
    title="Slug generator",
    description="Makes slugs: texts as they stand in addresses.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/slug", summary="Slug of a text")
def slug(
    text: Annotated[Slugged, Query(description="Any text.", examples=["Hello, World!"])],
) -> Slug:
    """With hyphens and in lower case, at most 80 characters."""
    return make_slug(Title(text=text))


@app.post("/slug", summary="Slug with options")
def make_slug(title: Title) -> Slug:
    """If it is taken already, -2, -3 and so on is appended."""
    words = _words(title)
    slug = _cut(words, title.separator, title.max_length)
    number, unique = 1, slug
    while unique in title.taken:
        number += 1
        end = f"{title.separator}{number}"
        unique = slug[: max(title.max_length - len(end), 1)] + end
    return Slug(slug=unique)


def _words(title: Title) -> list[str]:
    text = title.text.lower() if title.lowercase else title.text
    if not title.keep_unicode:
        plain = unicodedata.normalize("NFKD", text.translate(SPELT_OUT))
        text = plain.encode("ascii", "ignore").decode()
    words = re.findall(r"[^\W_]+", text)
    if not words:
        raise HTTPException(422, "`text` must have a letter from A to Z or a digit.")
    return words


def _cut(words: list[str], separator: str, longest: int) -> str:
    slug = words[0][:longest]
    for word in words[1:]:
        if len(slug) + len(separator) + len(word) > longest:
            break
        slug += separator + word
    return slug
