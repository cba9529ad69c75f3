"""What a Generation has spent on models, and the most that it may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from apibuilder.errors import BudgetExceeded

_LETTERS_A_TOKEN = 3  # of code; on the safe side while an answer still streams in
_TOLD_EVERY = 20  # tokens between two reports


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The most that one Generation may spend."""

    tokens: int  # in and out together
    usd: float


@dataclass(slots=True, kw_only=True)
class Spend:
    """Counted as answers stream in, so that an endless one is cut off too."""

    budget: Budget
    input_tokens: int = 0
    output_tokens: int = 0
    usd: float = 0.0
    requests: int = 0
    tell: Callable[[Spend], None] | None = None
    _streaming: int = field(default=0, init=False)  # letters of the present answer
    _told: int = field(default=0, init=False)

    @property
    def tokens(self) -> int:
        """All so far, those of the present answer estimated."""
        return self.input_tokens + self.output_tokens + self._streaming // _LETTERS_A_TOKEN

    def streamed(self, letters: int) -> None:
        """A piece of an answer came in. Raises BudgetExceeded."""
        self._streaming += letters
        if self.tokens - self._told >= _TOLD_EVERY:
            self._report()
        self._check()

    def answered(self, input_tokens: int, output_tokens: int, usd: float) -> None:
        """An answer ended, with what its provider counted; zero output means that it counts not."""
        estimate = self._streaming // _LETTERS_A_TOKEN
        self._streaming = 0
        self.requests += 1
        self.input_tokens += input_tokens
        self.output_tokens += output_tokens or estimate
        self.usd += usd
        self._report()

    def cut(self) -> None:
        """An answer broke off: what came in of it is counted as estimated."""
        self.answered(0, 0, 0.0)

    def check(self) -> None:
        """Raise BudgetExceeded if nothing is left."""
        self._check()

    def _check(self) -> None:
        if self.tokens >= self.budget.tokens:
            raise BudgetExceeded(
                f"This generation used its {self.budget.tokens:,} tokens without an API that "
                "passes its tests. Ask for less at once, or raise APIBUILDER_GENERATION_TOKENS.",
                limit="generation_tokens",
                allowed=self.budget.tokens,
                seen=self.tokens,
            )
        if self.usd > self.budget.usd:
            raise BudgetExceeded(
                f"This generation cost more than the {self.budget.usd:g} USD that it may. "
                "Ask for less at once, or raise APIBUILDER_GENERATION_USD.",
                limit="generation_usd",
                allowed=self.budget.usd,
                seen=round(self.usd, 4),
            )

    def _report(self) -> None:
        self._told = self.tokens
        if self.tell is not None:
            self.tell(self)
