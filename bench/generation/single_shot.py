"""What a model writes when it is asked once, without any pipeline."""

from __future__ import annotations

from apibuilder.generator.providers.base import LanguageModel, Question
from apibuilder.generator.providers.spend import Spend
from apibuilder.generator.written.answers import read_module

_RULES = (
    "You write small HTTP APIs as one Python module with FastAPI that defines `app`. Keep data in "
    "SQLite in the folder named by the environment variable DATA_DIR. Answer with the module only, "
    "in one ```python block."
)


async def single_shot(model: LanguageModel, prompt: str, spend: Spend) -> str:
    """The module, as it came."""
    question = Question(rules=_RULES, text=prompt, max_tokens=1500, temperature=0.2)
    return read_module((await model.ask(question, spend)).text)
