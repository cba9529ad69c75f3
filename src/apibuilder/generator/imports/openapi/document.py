"""An OpenAPI document, read: references resolved, operations listed, all of it taken as data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from apibuilder.errors import ImportUnclear

Json = dict[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")
MAX_OPERATIONS = 120
_MOST_REFERENCES = 20
_FILE = "import"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation; `parameters` with those of its path, references resolved."""

    method: str
    path: str
    facts: Json
    parameters: list[Json]

    @property
    def names(self) -> list[str]:
        """Parameters in the path, in order."""
        return re.findall(r"\{([^}]*)\}", self.path)

    @property
    def label(self) -> str:
        """As people say it."""
        return f"{self.method.upper()} {self.path}"


class Document:
    """Reads one."""

    def __init__(self, root: Json) -> None:
        self.root = root

    def resolved(self, value: Any) -> Json:
        """What a reference inside the document points to; {} for one that points elsewhere."""
        for _ in range(_MOST_REFERENCES):
            if not isinstance(value, dict):
                return {}
            reference: Any = value.get("$ref")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
            if not isinstance(reference, str):
                return value  # pyright: ignore[reportUnknownVariableType]
            value = self._at(reference)
        return {}

    def _at(self, reference: str) -> Any:
        if not reference.startswith("#/"):
            return None
        found: Any = self.root
        for part in reference[2:].split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            found = found.get(key) if isinstance(found, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        return found  # pyright: ignore[reportUnknownVariableType]

    def operations(self) -> list[Operation]:
        """All that are served over HTTP. Raises ImportUnclear if there is none, or too many."""
        found = list(self._operations())
        if not found:
            raise ImportUnclear("The document describes no operation.", file=_FILE)
        if len(found) > MAX_OPERATIONS:
            raise ImportUnclear(
                f"The document has {len(found)} operations; {MAX_OPERATIONS} are allowed. "
                "Import a part of it.",
                file=_FILE,
            )
        return found

    def _operations(self) -> Iterator[Operation]:
        paths = mapping(self.root.get("paths"))
        for path, found in paths.items():
            item = self.resolved(found)
            shared = sequence(item.get("parameters"))
            for method in METHODS:
                facts = mapping(item.get(method))
                if method in item and path.startswith("/"):
                    own = [
                        self.resolved(one) for one in [*shared, *sequence(facts.get("parameters"))]
                    ]
                    parameters = {(one.get("in"), one.get("name")): one for one in own}
                    yield Operation(
                        method=method,
                        path=path,
                        facts=facts,
                        parameters=[*parameters.values()],
                    )

    def body(self, operation: Operation) -> Any:
        """The schema of its JSON body; None if it takes none."""
        return self._json(self.resolved(operation.facts.get("requestBody")))

    def answer(self, operation: Operation) -> tuple[int, Json]:
        """Its first success: the status, and the response."""
        responses = mapping(operation.facts.get("responses"))
        by_status = {str(status): one for status, one in responses.items()}
        for status in sorted(by_status):
            if re.fullmatch(r"2\d\d", status):
                return int(status), self.resolved(by_status[status])
        return 200, self.resolved(responses.get("default"))

    def schema(self, response: Json) -> Any:
        """Of the JSON of a response; None if it has none."""
        return self._json(response)

    def example(self, response: Json) -> Any:
        """What a response says that it looks like; None if it says nothing."""
        content = self._content(response)
        if "example" in content:
            return content["example"]
        for one in mapping(content.get("examples")).values():
            return self.resolved(one).get("value")
        return None

    def _json(self, holder: Json) -> Any:
        return self._content(holder).get("schema")

    def _content(self, holder: Json) -> Json:
        for kind, content in mapping(holder.get("content")).items():
            if re.match(r"application/(?:[\w.+-]+\+)?json\b|\*/\*", kind):
                return mapping(content)
        return {}


def mapping(value: Any) -> Json:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}  # pyright: ignore[reportUnknownVariableType]


def sequence(value: Any) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType]


def parse(text: str) -> Document:
    """A document in JSON or YAML. Raises ImportUnclear."""
    root = load(text)
    version = str(mapping(root).get("openapi", ""))
    if "swagger" in mapping(root):
        raise ImportUnclear(
            "This is Swagger 2.0; convert it to OpenAPI 3 first (editor.swagger.io does).",
            file=_FILE,
        )
    if not version.startswith("3."):
        raise ImportUnclear("This is no OpenAPI 3 document: it has no `openapi: 3...`.", file=_FILE)
    return Document(root)


def load(text: str) -> Any:
    """JSON or YAML without anchors that multiply. Raises ImportUnclear."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    if re.search(r"(?m)(?:^|[\s\[{,:-])\*[\w-]+", text):
        raise ImportUnclear(
            "YAML aliases (`*name`) are not read: few of them can stand for millions of lines. "
            "Send the document as JSON.",
            file=_FILE,
        )
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 (a SafeLoader, without times)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        raise ImportUnclear(
            "The document is neither JSON nor YAML.",
            file=_FILE,
            line=None if line is None else line + 1,
        ) from error


class _Loader(yaml.SafeLoader):
    """JSON's types only: `2030-01-31` stays a text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if not tag.endswith("timestamp")]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
