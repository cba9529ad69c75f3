"""Checks palindromes and anagrams. Case, spaces, punctuation and accents do not count."""

import unicodedata
from typing import Annotated

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

Words = Annotated[str, Field(min_length=1, max_length=20_000)]


class Text(BaseModel):
    """What to check."""

    text: Words = Field(examples=["A man, a plan, a canal: Panama"])


class Palindrome(BaseModel):
    """Whether it reads the same backwards."""

    palindrome: bool
    letters: str = Field(description="What was compared.")
    backwards: str


class Pair(BaseModel):
    """Two texts to compare."""

    first: Words = Field(examples=["listen"])
    second: Words = Field(examples=["silent"])


class Anagram(BaseModel):
    """Whether two texts have the same letters."""

    anagram: bool


class WordList(BaseModel):
    """Words to group."""

    words: list[Annotated[str, Field(min_length=1, max_length=100)]] = Field(
        min_length=1, max_length=2000, examples=[["listen", "silent", "cat"]]
    )


app = FastAPI(
    title="Palindrome and anagram checker",
    description="Checks palindromes and anagrams, and groups words that are anagrams.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/palindrome", summary="Is it a palindrome?")
def palindrome(
    text: Annotated[str, Query(min_length=1, max_length=1000, examples=["Racecar"])],
) -> Palindrome:
    """Whether a text reads the same backwards. Without any letter or digit it does not."""
    return check_palindrome(Text(text=text))


@app.post("/palindrome", summary="Is a longer text a palindrome?")
def check_palindrome(given: Text) -> Palindrome:
    """The same, for up to 20,000 characters."""
    letters = _letters(given.text)
    backwards = letters[::-1]
    return Palindrome(
        palindrome=bool(letters) and letters == backwards, letters=letters, backwards=backwards
    )


@app.post("/anagram", summary="Are they anagrams?")
def anagram(pair: Pair) -> Anagram:
    """Whether two different texts have the same letters."""
    first, second = _letters(pair.first), _letters(pair.second)
    return Anagram(anagram=first != second and sorted(first) == sorted(second))


@app.post("/groups", summary="Group anagrams")
def groups(given: WordList) -> list[list[str]]:
    """Words with the same letters together, in the order of their first ones."""
    found: dict[str, list[str]] = {}
    for word in given.words:
        found.setdefault("".join(sorted(_letters(word))), []).append(word)
    return list(found.values())


def _letters(text: str) -> str:
    """Letters and digits only, in lower case and without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in plain if character.isalnum())
