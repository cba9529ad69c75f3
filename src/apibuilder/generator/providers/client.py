"""One model of one provider, spoken to through pydantic-ai. Its SDKs load on first use."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from apibuilder.errors import ModelRefused, ModelUnavailable
from apibuilder.generator.providers.base import Answer, Question
from apibuilder.generator.providers.spend import Spend

if TYPE_CHECKING:  # six seconds of imports, which a platform without a model never pays
    from pydantic_ai.messages import ModelResponse
    from pydantic_ai.models import Model, ModelRequestParameters
    from pydantic_ai.settings import ModelSettings


@dataclass(frozen=True, kw_only=True)
class Client:
    """See base.LanguageModel. Makes one attempt a question; failover.py knows of more."""

    name: str
    pieces: bool
    make: Callable[[], Model]
    first_word_seconds: float
    answer_seconds: float

    @cached_property
    def _model(self) -> Model:
        return self.make()

    async def ask(self, question: Question, spend: Spend) -> Answer:
        """One answer. Raises ModelUnavailable, ModelRefused, BudgetExceeded."""
        spend.check()
        await asyncio.to_thread(lambda: self._model)  # its imports take seconds, the first time
        from pydantic_ai.exceptions import ModelAPIError, UnexpectedModelBehavior  # noqa: PLC0415

        try:
            response = await self._stream(question, spend)
        except ModelAPIError as error:
            spend.cut()
            raise _unavailable(self.name, error) from error
        except UnexpectedModelBehavior as error:  # an answer that is not of its protocol
            spend.cut()
            raise ModelUnavailable(f"{self.name} answered nonsense: {error}") from error
        except BaseException:
            spend.cut()
            raise
        return self._read(response, spend)

    async def _stream(self, question: Question, spend: Spend) -> ModelResponse:
        from pydantic_ai.direct import model_request_stream  # noqa: PLC0415
        from pydantic_ai.messages import (  # noqa: PLC0415
            ModelRequest,
            SystemPromptPart,
            UserPromptPart,
        )

        asked = ModelRequest(
            parts=[SystemPromptPart(question.rules), UserPromptPart(question.text)]
        )
        streaming = model_request_stream(
            self._model,
            [asked],
            model_settings=self._settings(question),
            model_request_parameters=self._parameters(question),
        )
        # Entered for each question: then no connection outlives it, whatever becomes of the answer.
        async with self._model, streaming as stream:
            seen = 0
            async for _ in stream:
                letters = len(_said(stream.get()))
                spend.streamed(max(letters - seen, 0))
                seen = letters
            return stream.get()

    def _settings(self, question: Question) -> ModelSettings:
        from pydantic_ai.settings import ModelSettings  # noqa: PLC0415

        settings = ModelSettings(
            max_tokens=question.max_tokens,
            first_event_timeout=self.first_word_seconds,
            request_timeout=self.answer_seconds,
            max_retries=0,
        )
        if not self._model.profile.get("supports_thinking", False):
            settings["temperature"] = question.temperature  # models that think refuse to be told
        if question.seed is not None and self.pieces:
            settings["seed"] = question.seed
        return settings

    def _parameters(self, question: Question) -> ModelRequestParameters:
        """Hold the answer to the schema: natively, or as the arguments of the one tool there is."""
        from pydantic_ai.models import ModelRequestParameters  # noqa: PLC0415
        from pydantic_ai.output import OutputObjectDefinition  # noqa: PLC0415
        from pydantic_ai.tools import ToolDefinition  # noqa: PLC0415

        if question.schema is None:
            return ModelRequestParameters()
        if self._model.profile.get("supports_json_schema_output", False):
            wanted = OutputObjectDefinition(json_schema=question.schema, name="answer", strict=True)
            return ModelRequestParameters(output_mode="native", output_object=wanted)
        tool = ToolDefinition(
            name="answer", parameters_json_schema=question.schema, kind="output", strict=False
        )
        return ModelRequestParameters(
            output_mode="tool", output_tools=[tool], allow_text_output=False
        )

    def _read(self, response: ModelResponse, spend: Spend) -> Answer:
        usage = response.usage
        spend.answered(usage.input_tokens, usage.output_tokens, _price(self.name, response))
        if response.finish_reason == "content_filter":
            raise ModelRefused(f"{self.name} declined to answer. Say it differently.")
        text = _said(response)
        if not text.strip():
            raise ModelUnavailable(f"{self.name} answered nothing.")
        return Answer(text=text, model=self.name, cut=response.finish_reason == "length")


def _said(response: ModelResponse) -> str:
    """Text, or the arguments of the one tool that there is."""
    from pydantic_ai.messages import TextPart, ToolCallPart  # noqa: PLC0415

    parts: list[str] = []
    for part in response.parts:
        if isinstance(part, TextPart):
            parts.append(part.content)
        elif isinstance(part, ToolCallPart):
            parts.append(part.args_as_json_str())
    return "".join(parts)


def _price(name: str, response: ModelResponse) -> float:
    """In USD, by the model that was asked for; nothing for one that no price list names."""
    from genai_prices import calc_price  # noqa: PLC0415

    provider, _, model = name.partition(":")
    if provider == "compatible":
        return 0.0
    try:
        return float(calc_price(response.usage, model, provider_id=provider).total_price)
    except (LookupError, ValueError):
        return 0.0


def _unavailable(name: str, error: Exception) -> ModelUnavailable:  # noqa: PLR0911
    """What may be said of it: never its body, which may repeat the question or the key."""
    from pydantic_ai import exceptions as ai  # noqa: PLC0415

    wait: float | None = getattr(error, "retry_after", None)
    match error:
        case ai.ModelAuthenticationError():
            return ModelUnavailable(f"{name} does not take the key that is set.", again=False)
        case ai.ModelQuotaExceededError():
            return ModelUnavailable(f"The account at {name} has no credit left.", again=False)
        case ai.ModelNotFoundError():
            return ModelUnavailable(f"{name} is not there.", again=False)
        case ai.ModelRateLimitError():
            return ModelUnavailable(f"{name} takes no more requests just now.", wait=wait)
        case ai.ModelUnavailableError():  # overloaded too
            return ModelUnavailable(f"{name} is overloaded.", wait=wait)
        case ai.ModelRequestTimeout() | ai.ModelTimeoutError():
            return ModelUnavailable(f"{name} did not answer in time.", again=False)
        case ai.ModelRequestRejectedError():
            return ModelUnavailable(f"{name} refuses this kind of request.", again=False)
        case ai.ModelConnectionError():
            return ModelUnavailable(f"The connection to {name} failed.", wait=wait)
        case _:
            return ModelUnavailable(f"{name} failed ({type(error).__name__}).", wait=wait)
