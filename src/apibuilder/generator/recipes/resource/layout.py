"""Wraps the long lines of generated code the way a formatter would."""

from __future__ import annotations

from itertools import pairwise

LINE_LENGTH = 100
_OPEN, _CLOSE = "([{", ")]}"
_INDENT = "    "


def wrap(source: str) -> str:
    """The same code; what is longer than a line has one element of its last bracket a line."""
    return "\n".join(part for line in source.split("\n") for part in _wrap_line(line))


def _wrap_line(line: str) -> list[str]:
    span = _outer_bracket(line) if len(line) > LINE_LENGTH else None
    if span is None:
        return [line]
    start, stop = span
    indent = line[: len(line) - len(line.lstrip())]
    inner = [
        part
        for element in _elements(line[start + 1 : stop])
        for part in _wrap_line(f"{indent}{_INDENT}{element},")
    ]
    return [line[: start + 1], *inner, f"{indent}{line[stop:]}"]


def _outer_bracket(line: str) -> tuple[int, int] | None:
    """Where the parameters of a `def` are, or else the last bracket that is in no other one."""
    groups: list[tuple[int, int]] = []
    opened: list[int] = []
    for index, character in _code(line):
        if character in _OPEN:
            opened.append(index)
        elif character in _CLOSE and opened:
            start = opened.pop()
            if not opened and index > start + 1:
                groups.append((start, index))
    if not groups:
        return None
    return groups[0] if line.lstrip().startswith(("def ", "async def ")) else groups[-1]


def _elements(inside: str) -> list[str]:
    """The parts between the commas that are in no bracket."""
    cuts, depth = [-1], 0
    for index, character in _code(inside):
        depth += (character in _OPEN) - (character in _CLOSE)
        if character == "," and depth == 0:
            cuts.append(index)
    cuts.append(len(inside))
    parts = [inside[start + 1 : stop].strip() for start, stop in pairwise(cuts)]
    return [part for part in parts if part]


def _code(line: str) -> list[tuple[int, str]]:
    """The characters outside of strings, with their places."""
    found: list[tuple[int, str]] = []
    quote, escaped = "", False
    for index, character in enumerate(line):
        if quote:
            if character == quote and not escaped:
                quote = ""
            escaped = character == "\\" and not escaped
        elif character in "\"'":
            quote = character
        elif character == "#":
            break
        else:
            found.append((index, character))
    return found
