"""A prompt and the calls that an API made of it must answer."""

from __future__ import annotations

from dataclasses import dataclass

from apibuilder.generator.cases import Step


@dataclass(frozen=True, slots=True)
class Task:
    """`steps` run one after the other on an instance without data. Level 1 is the easiest, 5 the
    hardest."""

    name: str
    level: int
    prompt: str
    steps: tuple[Step, ...]


def task(name: str, level: int, prompt: str, *steps: Step) -> Task:
    """A Task; lines of the prompt are joined."""
    return Task(name, level, " ".join(prompt.split()), steps)
