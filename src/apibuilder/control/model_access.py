"""What the settings say of models, as the generator takes it."""

from __future__ import annotations

from apibuilder.generator.providers.choose import ModelAccess
from apibuilder.settings import Settings


def model_access(settings: Settings) -> ModelAccess:
    """Keys stay in this process: no worker, prompt or log ever holds one."""
    keys = {
        "anthropic": settings.anthropic_api_key,
        "openai": settings.openai_api_key,
        "google": settings.gemini_api_key,
        "compatible": settings.model_key,
    }
    return ModelAccess(
        keys={name: key for name, key in keys.items() if key},
        urls={"compatible": settings.model_url} if settings.model_url else {},
        models=settings.model,
        style=settings.model_style,
        first_word_seconds=settings.model_timeout_seconds,
        answer_seconds=settings.model_timeout_seconds,
    )
