"""cURL commands, read as data: nothing is run, and no header's value is kept."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from apibuilder.errors import ImportUnclear
from apibuilder.generator.recipes.words import word_set

MAX_COMMANDS = 200
_FILE = "import"
_WITH_VALUE = word_set(
    """
    -A -b -c -C -D -e -E -K -m -o -T -u -U -w -x -y -Y -z --max-time --connect-timeout --output
    --user --user-agent --cookie --cookie-jar --referer --proxy --cacert --cert --key --retry
    --write-out --config --limit-rate --resolve
    """
)
_DATA = word_set("-d --data --data-raw --data-binary --data-ascii --json --data-urlencode")
_TAKES = _DATA | word_set("-X --request -H --header -F --form --url")
_SHORT_METHOD = re.compile(r"-X([A-Z]+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One request, and its answer if one stands below it."""

    method: str
    path: str
    query: dict[str, str]
    body: Any = None
    answer: Any = None
    status: int | None = None


def read(text: str) -> tuple[list[Example], list[str]]:
    """The examples and what was left out. Raises ImportUnclear."""
    joined = re.sub(r"\\\r?\n", " ", text)
    blocks = re.split(r"(?m)^\s*(?:[$>#] ?)*(?=curl\b)", joined)[1:]
    if not blocks:
        raise ImportUnclear("There is no line that begins with `curl`.", file=_FILE)
    if len(blocks) > MAX_COMMANDS:
        raise ImportUnclear(f"{len(blocks)} commands are more than {MAX_COMMANDS}.", file=_FILE)
    notes: dict[str, None] = {}
    return [_example(block, notes) for block in blocks], list(notes)


def _example(block: str, notes: dict[str, None]) -> Example:
    command, rest = _split(block)
    try:
        words = shlex.split(command, comments=False)
    except ValueError as error:
        raise ImportUnclear(f"`{command[:60]}` cannot be read: {error}.", file=_FILE) from error
    asked = _Asked()
    left = iter(words[1:])
    for word in left:
        name, _, joined = word.partition("=") if word.startswith("--") else (word, "", "")
        if found := _SHORT_METHOD.match(word):
            asked.method = found[1]
        elif name in {"-G", "--get"}:
            asked.as_query = True
        elif name in _TAKES or name in _WITH_VALUE:
            asked.take(name, joined or next(left, ""), notes)
        elif not word.startswith("-"):
            asked.url = asked.url or word
    return _request(asked, rest)


@dataclass(slots=True)
class _Asked:
    """What a command's options say."""

    method: str = ""
    url: str = ""
    data: list[str] = field(default_factory=list[str])
    as_query: bool = False

    def take(self, option: str, value: str, notes: dict[str, None]) -> None:
        """An option with its value."""
        if option in {"-X", "--request"}:
            self.method = value
        elif option in _DATA:
            self.data.append(value)
        elif option in {"-H", "--header"}:
            _header(value, notes)
        elif option in {"-F", "--form"}:
            notes["Uploads (`-F`) are left out."] = None
        elif option == "--url":
            self.url = value


def _header(header: str, notes: dict[str, None]) -> None:
    name = header.partition(":")[0].strip()
    if name.lower() not in {"content-type", "accept", "user-agent"}:
        notes[f"The header `{name[:60]}` is not read, and its value is not kept."] = None


def _request(asked: _Asked, rest: str) -> Example:
    method, url, data, as_query = asked.method, asked.url, asked.data, asked.as_query
    parts = urlsplit(url if "://" in url else f"http://{url}")
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    body: Any = None
    if data and as_query:
        query |= dict(parse_qsl("&".join(data), keep_blank_values=True))
    elif data:
        body = _body("&".join(data))
    status, answer = _answer(rest)
    path = re.sub(r"/{2,}", "/", parts.path or "/")
    return Example(
        method=(method or ("POST" if body is not None else "GET")).upper(),
        path=path,
        query=query,
        body=body,
        answer=answer,
        status=status,
    )


def _body(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return dict(parse_qsl(text, keep_blank_values=True)) or None


def _split(block: str) -> tuple[str, str]:
    """A command, whose quotes may hold line breaks, and what stands below it."""
    quote = ""
    for index, character in enumerate(block):
        if quote:
            quote = "" if character == quote and block[index - 1] != "\\" else quote
        elif character in "'\"":
            quote = character
        elif character == "\n":
            return block[:index], block[index:]
    return block, ""


def _answer(text: str) -> tuple[int | None, Any]:
    """A status line and JSON, as people paste them below a command."""
    found = re.search(r"(?m)^\s*[<#/]*\s*(?:HTTP/[\d.]+ )?([1-5]\d\d)\b", text)
    status = int(found[1]) if found else None
    for start in _starts(text):
        try:
            return status, json.JSONDecoder().raw_decode(text[start:])[0]
        except (ValueError, RecursionError):
            continue
    return status, None


def _starts(text: str) -> Iterator[int]:
    yield from (found.start() for found in re.finditer(r"(?m)^\s*[#<]*\s*(?=[\[{])", text))
