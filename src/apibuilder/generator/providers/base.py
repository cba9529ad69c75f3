"""The port of a language model: one question, one answer, no tools and no memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from apibuilder.generator.providers.spend import Spend


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a model is asked. `rules` are ours; `text` holds what people wrote, which is data."""

    rules: str
    text: str
    schema: dict[str, Any] | None = None  # JSON schema that the answer is held to, if it can be
    max_tokens: int = 2000
    temperature: float = 0.2
    seed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What it said. `cut` says that it ran into `max_tokens`."""

    text: str
    model: str
    cut: bool = False


class LanguageModel(Protocol):
    """Something that answers Questions."""

    @property
    def name(self) -> str:
        """What a Revision names as its author, such as `anthropic:claude-sonnet-5-5`."""
        ...

    @property
    def pieces(self) -> bool:
        """Whether it writes functions into a module that rules assemble; else the whole module."""
        ...

    async def ask(self, question: Question, spend: Spend) -> Answer:
        """One answer, its cost noted in `spend`.

        Raises ModelUnavailable, ModelRefused, or BudgetExceeded, as soon as it is clear.
        """
        ...
