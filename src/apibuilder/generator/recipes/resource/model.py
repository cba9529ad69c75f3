"""A Resource: what is kept, and the fields of one."""

from __future__ import annotations

import json
import keyword
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

MAX_FIELDS = 30
# Names of the generated module, in lower case.
_TAKEN = frozenset(
    {"annotated", "any", "app", "async_generator", "base_model", "closing", "depends", "email_str"}
    | {"field", "found", "json", "lifespan", "literal", "message", "path", "query", "refuse"}
    | {"request", "request_validation_error", "store", "wanted"}
)


class Kind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    LONG_TEXT = "long text"
    EMAIL = "email"
    URL = "url"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    TAGS = "list of texts"
    CHOICE = "choice"


Choice = Annotated[str, Field(pattern=r"^\w[\w .+#&-]{0,39}$")]


class FieldSpec(BaseModel):
    """One field. `name` is a safe Python and SQL identifier."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    kind: Kind
    required: bool = False
    choices: tuple[Choice, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    # What edits may say of a field, beyond what a prompt does.
    longest: int | None = Field(default=None, ge=1, le=1_000_000, description="Most characters.")
    preset: str | int | float | None = Field(default=None, description="What it is when left out.")
    filtered: bool = Field(default=False, description="Whether lists take its exact value.")
    stored_as: str | None = Field(
        default=None, description="Its column, if it had another name once."
    )

    @property
    def column(self) -> str:
        """Where it is stored. A rename leaves it there, so that older code finds it again."""
        return self.stored_as or self.name

    @property
    def words(self) -> str:
        """As people say it."""
        return self.name.replace("_", " ")

    @property
    def nullable(self) -> bool:
        """Whether it may be null: a boolean, a list and a choice have a default instead."""
        return not self.required and self.default is None

    @property
    def default(self) -> str | None:
        """Python of the value that it has when it is left out."""
        if self.required:
            return None
        if self.preset is not None:
            return json.dumps(self.preset)
        match self.kind:
            case Kind.BOOLEAN:
                return "False"
            case Kind.TAGS:
                return "[]"
            case Kind.CHOICE if self.choices:
                return f'"{self.choices[0]}"' if self.name in {"status", "state", "stage"} else None
            case _:
                return None


class Resource(BaseModel):
    """A collection of things that are alike."""

    model_config = ConfigDict(frozen=True)

    singular: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    plural: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    fields: tuple[FieldSpec, ...] = Field(min_length=1, max_length=MAX_FIELDS)
    retired: tuple[FieldSpec, ...] = Field(
        default=(),
        description="Fields that were removed: their values stay stored, for a rollback.",
    )
    fills: dict[str, str | int | float] = Field(
        default={}, description="Column -> what rows get that lack it, once it became required."
    )

    @property
    def variable(self) -> str:
        """What one is called in code: like itself, unless that means something else there."""
        taken = keyword.iskeyword(self.singular) or self.singular in _TAKEN
        return f"{self.singular}_record" if taken else self.singular

    @property
    def class_name(self) -> str:
        """`TodoItem` of `todo_item`."""
        return "".join(part.capitalize() for part in self.variable.split("_"))

    @property
    def title(self) -> str:
        """What the API is called."""
        return self.plural.replace("_", " ").capitalize()

    def of_kind(self, *kinds: Kind) -> list[FieldSpec]:
        """Its fields of some kinds."""
        return [field for field in self.fields if field.kind in kinds]
