"""Our own texts to a model."""

from __future__ import annotations

from importlib import resources


def prompt_text(name: str) -> str:
    """One of `prompts/`."""
    return resources.files("apibuilder.generator.written.prompts").joinpath(name).read_text()
