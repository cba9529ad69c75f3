"""Tests of an API as data: requests, what is expected of the answers, and values carried over."""

from __future__ import annotations

import base64
from typing import ClassVar, Self

from pydantic import BaseModel, Field, JsonValue, model_validator

Query = dict[str, JsonValue]


class Upload(BaseModel):
    """A file in a multipart form. Its content is text, or Base64 for bytes."""

    filename: str
    content: str
    content_type: str = "text/plain"
    base64: bool = False

    @model_validator(mode="after")
    def _is_base64(self) -> Self:
        self.data()  # raises a ValueError
        return self

    def data(self) -> bytes:
        """The file's bytes."""
        return base64.b64decode(self.content) if self.base64 else self.content.encode()


class StepRequest(BaseModel):
    """One request. `{name}` in path, query, headers and body stands for a captured value.

    At most one of `body` (sent as JSON), `text`, and `form` with `files` is given.
    """

    method: str
    path: str
    query: Query = {}
    headers: dict[str, str] = {}
    body: JsonValue = Field(default=None, description="Sent as JSON; to send `null` use `text`.")
    text: str | None = None
    form: dict[str, str] = {}
    files: dict[str, Upload] = {}


class Expectation(BaseModel):
    """What must hold of the answer."""

    status: int
    or_status: list[int] = Field(
        default=[], description="Also right, as the plan names it; then nothing else is compared."
    )
    members: list[str] = Field(
        default=[], description="Names that the JSON object, or each of a list, has."
    )
    subset: JsonValue = Field(default=None, description="JSON that the answer contains.")
    equals: JsonValue = Field(default=None, description="JSON that the answer is.")
    headers: dict[str, str] = Field(default={}, description="Text that each header contains.")
    contains: list[str] = Field(default=[], description="Texts that the body contains.")
    lacks: list[str] = Field(default=[], description="Texts that the body does not contain.")
    prefix: str | None = Field(
        default=None,
        pattern="^(?:[0-9a-fA-F]{2})+$",
        description="Hex of the bytes that the body begins with.",
    )


class Step(BaseModel):
    """A request, and what is expected of its answer."""

    request: StepRequest
    expect: Expectation
    capture: dict[str, str] = Field(
        default={},
        description="Name -> where its value is in the answer's JSON, such as `items.0.id`.",
    )


class TestCase(BaseModel):
    """Steps that run one after the other on an API that holds no data yet."""

    __test__: ClassVar[bool] = False  # it is none of pytest's

    name: str
    steps: list[Step] = Field(min_length=1)
