"""Which models there are, by what the environment names: `anthropic:claude-sonnet-5-5, ...`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from apibuilder.errors import InvalidSetting
from apibuilder.generator.providers.base import LanguageModel
from apibuilder.generator.providers.client import Client
from apibuilder.generator.providers.failover import Failover

if TYPE_CHECKING:
    from pydantic_ai.models import Model

_DEFAULTS = {
    "anthropic": "claude-sonnet-5-5",
    "openai": "gpt-6.1-terra",
    "google": "gemini-3.8-flash",
    "compatible": "default",  # a llama.cpp server has one model and ignores its name
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAccess:
    """What there is to reach models with. `urls` stand in for the providers' own addresses."""

    keys: dict[str, str] = field(default_factory=dict[str, str], repr=False)
    urls: dict[str, str] = field(default_factory=dict[str, str])
    models: str = ""  # `provider:model`, comma-separated; the first that answers is used
    style: Literal["auto", "pieces", "whole"] = "auto"
    first_word_seconds: float = 60.0
    answer_seconds: float = 120.0

    @property
    def providers(self) -> list[str]:
        """Those that can be reached."""
        reachable = self.keys.keys() - {"compatible"} | ({"compatible"} & self.urls.keys())
        return [name for name in _DEFAULTS if name in reachable]


def choose(access: ModelAccess) -> LanguageModel | None:
    """The models to ask, as one; None if none can be reached. Raises InvalidSetting."""
    named = [name.strip() for name in access.models.split(",") if name.strip()]
    if not named:
        # Whoever runs a server of their own means it.
        own_first = sorted(access.providers, key=lambda name: name != "compatible")
        named = [f"{provider}:{_DEFAULTS[provider]}" for provider in own_first]
    clients = [_client(access, name) for name in named]
    return Failover(clients) if clients else None


def _client(access: ModelAccess, named: str) -> Client:
    provider, colon, model = named.partition(":")
    if not colon:  # a bare name, when there is one provider only
        if len(access.providers) != 1:
            raise InvalidSetting(
                f"APIBUILDER_MODEL: say whose {named!r} is, such as `anthropic:{named}`. "
                "See docs/operations.md."
            )
        provider, model = access.providers[0], named
    if provider not in access.providers:
        known = ", ".join(_DEFAULTS)
        raise InvalidSetting(
            f"APIBUILDER_MODEL: {provider!r} cannot be reached. It is one of {known}, with its key "
            "set (`compatible`: APIBUILDER_MODEL_URL). See docs/operations.md."
        )
    makers: dict[str, Callable[[ModelAccess, str], Model]] = {
        "anthropic": _anthropic,
        "openai": _openai,
        "google": _google,
        "compatible": _compatible,
    }
    auto = provider == "compatible"
    return Client(
        name=f"{provider}:{model}",
        pieces=auto if access.style == "auto" else access.style == "pieces",
        make=lambda: makers[provider](access, model),
        first_word_seconds=access.first_word_seconds,
        answer_seconds=access.answer_seconds,
    )


def _anthropic(access: ModelAccess, model: str) -> Model:
    from pydantic_ai.models.anthropic import AnthropicModel  # noqa: PLC0415
    from pydantic_ai.providers.anthropic import AnthropicProvider  # noqa: PLC0415

    provider = AnthropicProvider(
        api_key=access.keys["anthropic"],
        base_url=access.urls.get("anthropic", "https://api.anthropic.com"),
    )
    return AnthropicModel(model, provider=provider)


def _openai(access: ModelAccess, model: str) -> Model:
    from pydantic_ai.models.openai import OpenAIChatModel  # noqa: PLC0415
    from pydantic_ai.providers.openai import OpenAIProvider  # noqa: PLC0415

    provider = OpenAIProvider(
        api_key=access.keys["openai"],
        base_url=access.urls.get("openai", "https://api.openai.com/v1"),
    )
    return OpenAIChatModel(model, provider=provider)


def _google(access: ModelAccess, model: str) -> Model:
    from pydantic_ai.models.google import GoogleModel  # noqa: PLC0415
    from pydantic_ai.providers.google import GoogleProvider  # noqa: PLC0415

    provider = GoogleProvider(
        api_key=access.keys["google"],
        base_url=access.urls.get("google", "https://generativelanguage.googleapis.com"),
    )
    return GoogleModel(model, provider=provider)


def _compatible(access: ModelAccess, model: str) -> Model:
    from pydantic_ai.models.openai import OpenAIChatModel  # noqa: PLC0415
    from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider  # noqa: PLC0415

    provider = OpenAICompatibleProvider(
        "compatible",
        base_url=access.urls["compatible"],
        api_key=access.keys.get("compatible"),
    )
    return OpenAIChatModel(model, provider=provider)
