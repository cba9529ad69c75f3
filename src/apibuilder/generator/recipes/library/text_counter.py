"""Counts words, characters, sentences and more, and estimates how long a text takes to read."""

import re
from collections import Counter
from typing import Annotated

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")  # don't and well-known are one word each
SENTENCE_END = re.compile(r"(?<![.!?])[.!?]+(?=\s|$)")
PARAGRAPH_END = re.compile(r"\n\s*\n")
SPOKEN_PER_MINUTE = 130

Words = Annotated[str, Field(max_length=100_000)]


class Text(BaseModel):
    """What to count."""

    text: Words = Field(description="At most 100,000 characters.", examples=["Hello there. Hi!"])
    words_per_minute: int = Field(200, ge=50, le=1000, description="How fast it is read.")


class WordText(BaseModel):
    """Whose words to count."""

    text: Words = Field(description="At most 100,000 characters.", examples=["to be or not to be"])
    top: int = Field(10, ge=1, le=1000, description="How many words to answer.")
    shortest: int = Field(1, ge=1, le=50, description="Letters of the shortest word to count.")


class Counts(BaseModel):
    """A text in numbers."""

    characters: int
    characters_without_spaces: int
    words: int
    unique_words: int = Field(description="Whatever their case.")
    sentences: int
    paragraphs: int
    lines: int
    average_word_length: float
    longest_word: str
    reading_seconds: int = Field(description="Rounded up.")
    speaking_seconds: int = Field(description="At 130 words a minute, rounded up.")


class WordCount(BaseModel):
    """How often a word occurs."""

    word: str
    count: int
    percent: float = Field(description="Of all words that were counted.")


app = FastAPI(
    title="Word counter",
    description="Counts words, characters and sentences, and estimates reading time.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.post("/count", summary="Count words and characters")
def count(given: Text) -> Counts:
    """Characters, words, sentences, paragraphs, and reading time."""
    text = given.text
    words: list[str] = WORD.findall(text)
    return Counts(
        characters=len(text),
        characters_without_spaces=sum(not character.isspace() for character in text),
        words=len(words),
        unique_words=len({word.lower() for word in words}),
        sentences=_with_words(SENTENCE_END.split(text)),
        paragraphs=_with_words(PARAGRAPH_END.split(text)),
        lines=len(text.splitlines()),
        average_word_length=round(sum(map(len, words)) / len(words), 2) if words else 0,
        longest_word=max(words, key=len, default=""),
        reading_seconds=-(-len(words) * 60 // given.words_per_minute),
        speaking_seconds=-(-len(words) * 60 // SPOKEN_PER_MINUTE),
    )


@app.post("/frequency", summary="Count each word")
def frequency(given: WordText) -> list[WordCount]:
    """The most frequent words first, whatever their case."""
    words = [word for word in WORD.findall(given.text.lower()) if len(word) >= given.shortest]
    return [
        WordCount(word=word, count=times, percent=round(times / len(words) * 100, 2))
        for word, times in Counter(words).most_common(given.top)
    ]


def _with_words(parts: list[str]) -> int:
    return sum(WORD.search(part) is not None for part in parts)
