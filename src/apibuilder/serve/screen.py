"""What the operator sees: steps while starting, then the children's lines, each with its name."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.status import Status

_HELD_LINES = 40
_COLOURS = {"postgres": "blue", "runtime": "magenta", "control": "cyan"}


class Screen:
    """Writes to stderr, so that stdout stays free."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._started = False
        self._held: deque[tuple[str, str]] = deque(maxlen=_HELD_LINES)

    @contextmanager
    def step(self, what: str) -> Generator[None]:
        """Something that takes a moment; ticked off with its seconds."""
        begun = time.monotonic()
        with Status(f"{what} ...", console=self._console):
            yield
        took = time.monotonic() - begun
        self._console.print(f"[green]✓[/] {what} [dim]{took:.1f} s[/]")

    def say(self, text: str = "") -> None:
        """A line of our own, with rich's markup."""
        self._console.print(text, soft_wrap=True)

    def started(self) -> None:
        """From here on children's lines are shown as they come."""
        self._started = True
        self._held.clear()

    def failed(self) -> None:
        """The start did not work: show what the children said."""
        self._started = True
        for name, text in self._held:
            self.line(name, text)

    def ended(self, name: str, why: str) -> None:
        """A child ended by itself; what it said before is shown with it."""
        for who, text in self._held:
            if who == name:
                self._print(name, text)
        self._held.clear()
        self._print(name, f"[yellow]{why}[/]", markup=True)

    def line(self, name: str, text: str) -> None:
        """A line that a child wrote. While starting they are kept, and shown if it ends."""
        if not self._started:
            self._held.append((name, text))
            return
        self._print(name, text)

    def _print(self, name: str, text: str, *, markup: bool = False) -> None:
        colour = _COLOURS.get(name, "green")
        said = text if markup else escape(text)
        self._console.print(f"[{colour}]{name:>9}[/] [dim]│[/] {said}", soft_wrap=True)
