"""Every provider against a server that speaks its protocol, at its best and at its worst."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest

from apibuilder.errors import BudgetExceeded, InvalidSetting, ModelRefused, ModelUnavailable
from apibuilder.generator.providers.base import LanguageModel, Question
from apibuilder.generator.providers.choose import ModelAccess, choose
from apibuilder.generator.providers.failover import Failover
from apibuilder.generator.providers.spend import Budget, Spend
from tests.integration.models.servers import (
    KEY,
    PROTOCOLS,
    Behaviour,
    ModelServer,
    Protocol,
    answers,
    cuts,
    endless,
    hangs,
    nonsense,
    overloaded,
    rate_limited,
    says,
    serving,
)

MODELS = {
    "openai": "openai:gpt-6.1-terra",
    "compatible": "compatible:qwen",
    "anthropic": "anthropic:claude-sonnet-5-5",
    "google": "google:gemini-3.8-flash",
}
SCHEMA = {
    "type": "object",
    "properties": {"title": {"type": "string"}},
    "required": ["title"],
    "additionalProperties": False,
}
ASKED = Question(rules="Be brief.", text="What is it?", max_tokens=50)
each = pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda one: one.name)


def a_spend(tokens: int = 10_000) -> Spend:
    return Spend(budget=Budget(tokens=tokens, usd=1.0))


def model_of(server: ModelServer, seconds: float = 10.0) -> LanguageModel:
    name = server.protocol.name
    model = choose(
        ModelAccess(
            keys={name: KEY},
            urls={name: server.url},
            models=MODELS[name],
            first_word_seconds=seconds,
            answer_seconds=seconds,
        )
    )
    assert isinstance(model, Failover)
    model._first_wait_seconds = 0.01  # pyright: ignore[reportPrivateUsage]
    return model


@each
async def test_an_answer_streams_in_and_is_counted(protocol: Protocol) -> None:
    async with serving(protocol, says("It is an API.")) as server:
        spend = a_spend()
        answer = await model_of(server).ask(ASKED, spend)
    assert (answer.text, answer.model) == ("It is an API.", MODELS[protocol.name])
    assert (spend.input_tokens, spend.output_tokens, spend.requests) == (11, 7, 1)
    assert server.keys == [KEY]
    prompt = protocol.prompt_of(server.requests[0])
    assert "Be brief." in prompt and "What is it?" in prompt
    priced = protocol.name != "compatible"  # nobody knows what a server of one's own costs
    assert (spend.usd > 0) == priced


@each
async def test_an_answer_is_held_to_the_schema(protocol: Protocol) -> None:
    text = json.dumps({"title": "Things"})
    async with serving(protocol, says(text)) as server:
        question = Question(rules="JSON.", text="A title", schema=SCHEMA, max_tokens=50)
        answer = await model_of(server).ask(question, a_spend())
    assert json.loads(answer.text) == {"title": "Things"}
    assert '"title"' in json.dumps(server.requests[0])  # the schema went with it


@each
@pytest.mark.parametrize(
    "trouble",
    [rate_limited(), overloaded, cuts, nonsense],
    ids=["429", "overload", "cut", "nonsense"],
)
async def test_trouble_that_passes_is_waited_for(protocol: Protocol, trouble: Behaviour) -> None:
    async with serving(protocol, trouble, says("at last")) as server:
        answer = await model_of(server).ask(ASKED, a_spend())
    assert answer.text == "at last"
    assert len(server.requests) == 2


@each
@pytest.mark.parametrize(
    "trouble", [overloaded, cuts, nonsense], ids=["overload", "cut", "nonsense"]
)
async def test_trouble_that_stays_is_named(protocol: Protocol, trouble: Behaviour) -> None:
    async with serving(protocol, trouble) as server:
        with pytest.raises(ModelUnavailable, match=protocol.name):
            await model_of(server).ask(ASKED, a_spend())
    assert len(server.requests) == 3


@each
async def test_who_asks_for_an_hour_is_passed_over(protocol: Protocol) -> None:
    async with serving(protocol, rate_limited("3600")) as server:
        with pytest.raises(ModelUnavailable, match="no more requests"):
            await model_of(server).ask(ASKED, a_spend())
    assert len(server.requests) == 1


@each
async def test_a_refusal_is_said(protocol: Protocol) -> None:
    async with serving(protocol, says("I can", protocol.refusal)) as server:
        with pytest.raises(ModelRefused):
            await model_of(server).ask(ASKED, a_spend())
    assert len(server.requests) == 1


@each
async def test_an_endless_answer_is_cut_off_by_the_budget(protocol: Protocol) -> None:
    async with serving(protocol, endless) as server:
        spend = a_spend(tokens=300)
        async with asyncio.timeout(20):
            with pytest.raises(BudgetExceeded) as caught:
                await model_of(server).ask(ASKED, spend)
            await server.left.wait()  # the connection is given up too
    assert caught.value.facts["allowed"] == 300
    assert spend.tokens >= 300  # what came in is paid for


@each
async def test_silence_ends_in_time(protocol: Protocol) -> None:
    async with serving(protocol, hangs) as server:
        with pytest.raises(ModelUnavailable, match="in time"):
            await model_of(server, seconds=0.2).ask(ASKED, a_spend())
    assert len(server.requests) == 1


@each
async def test_who_leaves_ends_the_request(protocol: Protocol) -> None:
    async with serving(protocol, hangs) as server:
        asking = asyncio.create_task(model_of(server).ask(ASKED, a_spend()))
        async with asyncio.timeout(10):
            while not server.requests:
                await asyncio.sleep(0.01)
            asking.cancel()
            await asyncio.wait([asking])
            await server.left.wait()
    assert asking.cancelled()


@each
async def test_a_wrong_key_is_named_but_never_shown(
    protocol: Protocol, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    body = {"type": "error", "error": {"message": f"bad key {KEY}", "type": "authentication_error"}}
    async with serving(protocol, answers(401, body)) as server:
        with pytest.raises(ModelUnavailable, match="does not take the key") as caught:
            await model_of(server).ask(ASKED, a_spend())
    assert len(server.requests) == 1
    assert KEY not in str(caught.value)
    assert KEY not in json.dumps(server.requests)
    assert KEY not in caplog.text


async def test_the_next_model_is_asked_when_one_is_away() -> None:
    openai, _, anthropic, _ = PROTOCOLS
    async with serving(openai, overloaded) as away, serving(anthropic, says("here")) as there:
        access = ModelAccess(
            keys={"openai": KEY, "anthropic": KEY},
            urls={"openai": away.url, "anthropic": there.url},
            models=f"{MODELS['openai']}, {MODELS['anthropic']}",
        )
        model = choose(access)
        assert isinstance(model, Failover)
        model._first_wait_seconds = 0.01  # pyright: ignore[reportPrivateUsage]
        answer = await model.ask(ASKED, a_spend())
    assert answer.model == MODELS["anthropic"]
    assert len(away.requests) == 3


def test_nothing_set_means_no_model() -> None:
    assert choose(ModelAccess()) is None


def test_one_of_each_provider_by_default_and_the_own_server_first() -> None:
    keys = {"anthropic": KEY, "google": KEY}
    model = choose(ModelAccess(keys=keys, urls={"compatible": "http://127.0.0.1:1/v1"}))
    assert model is not None
    assert (model.name, model.pieces) == ("compatible:default", True)
    whole = choose(ModelAccess(keys=keys))
    assert whole is not None
    assert (whole.name.partition(":")[0], whole.pieces) == ("anthropic", False)


@pytest.mark.parametrize("named", ["mistral:large", "openai:gpt-5", "gpt-5"])
def test_a_model_without_its_key_is_a_wrong_setting(named: str) -> None:
    with pytest.raises(InvalidSetting, match="APIBUILDER_MODEL"):
        choose(ModelAccess(models=named))
