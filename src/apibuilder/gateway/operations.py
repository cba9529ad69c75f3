"""Which of an Api's operations a call is: its place in the list that the Revision's OpenAPI gives.

It is one byte in the ledger, so there are 255 at most. Where two templates fit, the one with more
literal text wins, as it does for a person who reads them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import NamedTuple

_PARAMETER = re.compile(r"\{[^{}]+\}")
_LAST = 1_000_000  # behind every template that fits without slashes


class _Template(NamedTuple):
    pattern: re.Pattern[str]
    number: int


class Operations:
    """Made once a Revision. A path without parameters costs two lookups."""

    def __init__(self, names: tuple[str, ...]) -> None:
        """`names` as "GET /items/{id}"."""
        self._exact: defaultdict[str, dict[str, int]] = defaultdict(dict)
        templates: defaultdict[str, list[tuple[int, _Template]]] = defaultdict(list)
        for number, name in enumerate(names, 1):
            method, _, path = name.partition(" ")
            if "{" in path:
                literal = len(_PARAMETER.sub("", path))
                templates[method].append((-literal, _Template(_compile(path), number)))
                if path.endswith("}"):  # `{file:path}` is written `{file}` in OpenAPI: tried last
                    loose = _Template(_compile(path, rest=".+"), number)
                    templates[method].append((_LAST - literal, loose))
            else:
                self._exact[method][path] = number
        self._templates = {
            method: [template for _, template in sorted(found, key=lambda one: one[0])]
            for method, found in templates.items()
        }

    def number(self, method: str, path: str) -> int:
        """From 1 on; 0 if it is none of them. `path` is below the Api, decoded."""
        if method == "HEAD":
            method = "GET"
        exact = self._exact.get(method)
        if exact is not None:
            found = exact.get(path)
            if found is not None:
                return found
        for pattern, number in self._templates.get(method, ()):
            if pattern.fullmatch(path):
                return number
        return 0


def _compile(path: str, rest: str = "[^/]+") -> re.Pattern[str]:
    """`rest` is what a parameter at the end may be."""
    parts, end = list[str](), 0
    for found in _PARAMETER.finditer(path):
        value = rest if found.end() == len(path) else "[^/]+"
        parts += [re.escape(path[end : found.start()]), value]
        end = found.end()
    return re.compile("".join((*parts, re.escape(path[end:]))), re.DOTALL)


NO_OPERATIONS = Operations(())
