"""A prompt of several lines as one: fields under each other become a list with commas."""

from __future__ import annotations

import re
import unicodedata

from apibuilder.generator.recipes.words import normalise

_BULLET = re.compile(r"(?:[-*\u2022\u00b7]|\d{1,2}[.)])\s+")
_MOST_WORDS = 5  # of a line that is an item without a bullet


def on_one_line(prompt: str) -> str:
    """Normalised, and without accents, as names in code have none."""
    text, listing = "", False
    for line in filter(None, map(str.strip, _plain(prompt).splitlines())):
        bullet = _BULLET.match(line) if text else None
        if bullet is not None and not listing:
            text = f"{text.rstrip(' .,;:')}:"
        if bullet is not None or (listing and _is_item(line)):
            item = line[bullet.end() :] if bullet else line
            text, listing = f"{text} {item.rstrip(' .,;')},", True
        else:
            text = f"{text[:-1]}. {line}" if text.endswith(",") and listing else f"{text} {line}"
            listing = line.endswith(":")
    text = text.replace("\u2014", " - ")
    return normalise(text.rstrip(",; ") if listing else text)


def _plain(prompt: str) -> str:
    decomposed = unicodedata.normalize("NFKD", prompt)
    return "".join(one for one in decomposed if not unicodedata.combining(one))


def _is_item(line: str) -> bool:
    """Whether a line without a bullet goes on with a list: a few words that are no sentence."""
    return len(line.split()) <= _MOST_WORDS and not line.endswith((".", "!", "?", ":"))
