"""Listing, finding, subscribing, reviewing, remixing, and the replay of a listing's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from apibuilder.control.marketplace.replay import Replayer
from apibuilder.errors import (
    Conflict,
    Forbidden,
    ImportFailed,
    Invalid,
    NotFound,
    TooManyKeys,
    Unavailable,
)
from apibuilder.generator.base import HttpRequest, HttpResponse
from apibuilder.store.base import NewApi, NewRevision, Remix
from apibuilder.store.keys import new_key
from tests.integration.market.conftest import STEADY, Market, listing, offer


async def found(market: Market, words: str, **how: Any) -> list[str]:
    """Titles, as an anonymous visitor finds them."""
    names = ", ".join(f"{name} => ${place}" for place, name in enumerate(how, 2))
    statement = f"select title from search_listings($1{', ' + names if names else ''})"
    async with market.database.transaction() as tx:
        await tx.execute("set local role anon")
        return [row["title"] for row in await tx.fetch(statement, words, *how.values())]


@pytest.mark.parametrize(
    "words",
    ["temperature", "temprature", "temperatrue", "temp", "tmperature converter", "celsius",
     "TEMPERATURE", "temperature!", "convert temperature", "celcius converter"],
)  # fmt: skip
async def test_typing_errors_and_beginnings_are_forgiven(market: Market, words: str) -> None:
    titles = await seeded(market)
    assert (await found(market, words))[:1] == [titles[0]]


async def seeded(market: Market) -> list[str]:
    texts = [
        {"title": "Temperature converter", "summary": "Celsius and Fahrenheit", "tags": ["units"]},
        {"title": "Invoice reader", "summary": "Totals of a PDF", "category": "finance"},
        {"title": "Dice", "summary": "Throws dice", "category": "fun", "tags": ["games", "random"]},
    ]
    there = await market.database.fetchval("select count(*) from listings where title = 'Dice'")
    if not there:
        for one in texts:
            await market.listed(**one)
    return [str(one["title"]) for one in texts]


async def test_search_filters_and_sorts(market: Market) -> None:
    await seeded(market)
    assert await found(market, "zebra crossing") == []
    assert await found(market, "", in_category="fun") == ["Dice"]
    assert await found(market, "", with_tag="games") == ["Dice"]
    assert await found(market, "dice", in_category="finance") == []
    assert await found(market, "'; drop table listings; --") == []
    assert await found(market, "%") == await found(market, "")  # no word in it
    await market.listed(STEADY, title="Costly dice", category="fun", allow_remix=True)
    assert await found(market, "dice", free_only=True) == ["Dice"]
    assert await found(market, "dice", remixable_only=True) == ["Costly dice"]
    assert await found(market, "dice", order_by="price") == ["Dice", "Costly dice"]
    assert await found(market, "dice") == ["Dice", "Costly dice"]
    assert len(await found(market, "", page_size=2)) == 2


async def test_a_draft_is_for_its_maker_and_then_for_all(market: Market) -> None:
    made = await market.stores.new_api(market.maker)
    ref = str(made.api_id)
    with pytest.raises(Conflict):  # it never served
        await market.market.put(market.maker, ref, listing(title="Secret plan"), publish=True)
    draft = await market.market.put(market.maker, ref, listing(title="Secret plan"), publish=False)
    assert draft.status == "draft"
    assert "Secret plan" not in await found(market, "secret plan")
    with pytest.raises(NotFound):
        await market.market.put(uuid4(), ref, listing(), publish=True)
    await market.stores.serve(made)
    shown = await market.market.put(market.maker, ref, listing(title="Open plan"), publish=True)
    assert (shown.id, shown.status) == (draft.id, "published")
    assert "Open plan" in await found(market, "open plan")
    with pytest.raises(Conflict):
        await market.market.put(market.maker, ref, listing(), publish=False)
    assert (await market.market.unlist(market.maker, ref)).status == "unlisted"
    assert "Open plan" not in await found(market, "open plan")


async def test_nobody_offers_more_than_they_have(market: Market) -> None:
    made = await market.stores.new_api(await poor(market))
    await market.stores.serve(made)
    maker = await owner(market, made.api_id)
    with pytest.raises(Invalid, match="monthly_quota"):
        await market.market.put(
            maker, str(made.api_id), listing(offer(monthly_quota=10_001)), publish=True
        )


async def poor(market: Market) -> UUID:
    return await market.stores.account("free")


async def owner(market: Market, api: UUID) -> UUID:
    return await market.database.fetchval("select user_id from apis where id = $1", api)


async def test_terms_that_somebody_has_are_retired_not_changed(market: Market) -> None:
    listed = await market.listed(offer(), offer("Unused"))
    made, _ = await market.subscribed(listed)
    dearer = offer(price_cents=100)
    ref = str(listed.api_id)
    changed = await market.market.put(market.maker, ref, listing(dearer), publish=True)
    ((new, price),) = [(plan["id"], plan["price_cents"]) for plan in changed.plans]
    assert (new != made.plan_id, price) == (True, 100)
    kept = await market.database.fetch(
        "select id, price_cents from listing_plans"
        " where listing_id = $1 and retired_at is not null",
        listed.id,
    )  # fmt: skip
    assert [(row["id"], row["price_cents"]) for row in kept] == [(made.plan_id, 0)]
    again = await market.market.put(market.maker, ref, listing(dearer), publish=True)
    assert [plan["id"] for plan in again.plans] == [new]
    with pytest.raises(NotFound):  # it is not on offer any more
        await market.market.subscribe(uuid4(), listed.id, made.plan_id, None, new_key())


async def test_subscribe_once_not_to_oneself_and_with_ten_keys(market: Market) -> None:
    listed = await market.listed()
    made, _ = await market.subscribed(listed)
    user, plan = await market.holder(made), listed.plans[0]["id"]
    with pytest.raises(Conflict):
        await market.market.subscribe(user, listed.id, plan, None, new_key())
    with pytest.raises(Invalid):
        await market.market.subscribe(market.maker, listed.id, plan, None, new_key())
    for _ in range(9):
        key = new_key()
        await market.market.add_key(user, made.subscription_id, key, "another")
    with pytest.raises(TooManyKeys):
        await market.market.add_key(user, made.subscription_id, new_key(), "")
    with pytest.raises(NotFound):
        await market.market.add_key(market.maker, made.subscription_id, new_key(), "")
    grants = await market.stores.gateway.grants_of(listed.api_id)
    assert key.hash in {grant.key_hash for grant in grants}
    await market.market.cancel(user, made.subscription_id)
    grants = await market.stores.gateway.grants_of(listed.api_id)
    assert key.hash not in {grant.key_hash for grant in grants}


async def test_subscribers_review_once_and_the_maker_answers(market: Market) -> None:
    listed = await market.listed()
    made, _ = await market.subscribed(listed)
    user = await market.holder(made)
    first = await market.market.review(user, listed.id, 2, "Slow.")
    second = await market.market.review(user, listed.id, 4, "Better now.")
    assert (first["id"], second["rating"]) == (second["id"], 4)
    for stranger in (market.maker, await market.stores.account()):
        with pytest.raises(Forbidden):
            await market.market.review(stranger, listed.id, 5, "Best!")
    answered = await market.market.answer(market.maker, first["id"], "Thank you.")
    assert answered["answer"] == "Thank you."
    assert answered["answered_at"] is not None
    with pytest.raises(NotFound):
        await market.market.answer(user, first["id"], "I answer myself")
    assert (await market.market.answer(market.maker, first["id"], ""))["answered_at"] is None
    await market.market.remove_review(user, listed.id)
    with pytest.raises(NotFound):
        await market.market.remove_review(user, listed.id)


async def test_a_remix_says_whose_it_was(market: Market) -> None:
    listed = await market.listed(title="Origin", allow_remix=True)
    closed = await market.listed(title="Closed")
    with pytest.raises(NotFound):
        await market.market.origin(closed.id)
    origin = await market.market.origin(listed.id)
    assert "FastAPI" in origin.revision.source
    remix = Remix(listing_id=listed.id, attribution=f"Origin by @{origin.handle}")
    api = NewApi(
        name="Mine", slugs=[f"mine-{uuid4().hex[:8]}"], description="", key=new_key(), remix=remix
    )
    user = await market.stores.account()
    made = await market.stores.apis.create(user, api, origin.revision, None)
    await market.stores.serve(made)
    shown = await market.market.put(user, str(made.api_id), listing(title="Remix"), publish=True)
    row = await market.database.fetchrow("select * from listings where id = $1", shown.id)
    assert row is not None
    assert (row["attribution"], row["remixed_from"]) == (remix.attribution, listed.id)
    count = "select remix_count from listings where id = $1"
    assert await market.database.fetchval(count, listed.id) == 1
    # The origin may go; what it was stays said.
    await market.database.execute("delete from listings where id = $1", listed.id)
    kept = "select attribution from apis where id = $1 and remixed_from is null"
    assert await market.database.fetchval(kept, made.api_id) == remix.attribution


TESTS = [
    {"name": name, "steps": [{"request": {"method": "GET", "path": path},
                              "expect": {"status": 200}}]}
    for name, path in (("good", "/good"), ("bad", "/bad"), ("bad", "/good"))
]  # fmt: skip


class OneSession:
    """Answers 200 to /good alone."""

    openapi: dict[str, Any] = {}  # noqa: RUF012

    async def call(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=200 if request.path == "/good" else 500, headers={}, body=b"")


class OneSandbox:
    """A sandbox whose instances are a OneSession, or that refuses."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    @asynccontextmanager
    async def open(self, source: str) -> AsyncIterator[OneSession]:
        if self.error is not None:
            raise self.error
        yield OneSession()


async def listed_with_tests(market: Market) -> UUID:
    api = NewApi(name="T", slugs=[f"t-{uuid4().hex[:8]}"], description="", key=new_key())
    revision = NewRevision(source="x = 1", tests=TESTS)
    made = await market.stores.apis.create(market.maker, api, revision, None)
    await market.stores.serve(made)
    await market.database.execute("update listings set replay_due_at = now() + interval '1 day'")
    shown = await market.market.put(market.maker, str(made.api_id), listing(), publish=True)
    return shown.id


async def badge(market: Market, listing_id: UUID) -> tuple[Any, ...]:
    row = await market.database.fetchrow(
        "select tests_passed, tests_total, tests_revision from listings where id = $1", listing_id
    )
    assert row is not None
    return tuple(row.values())


async def test_a_badge_is_what_a_replay_saw(market: Market) -> None:
    listing_id = await listed_with_tests(market)
    replayer = Replayer(market.market, OneSandbox(), hours=24)
    assert await replayer.replay_one()
    assert await badge(market, listing_id) == (2, 3, 1)
    failed = "select failed from test_replays where listing_id = $1"
    assert await market.database.fetchval(failed, listing_id) == ["bad"]
    assert not await replayer.replay_one()  # until it is due again
    await market.database.execute("update listings set replay_due_at = now()")
    broken = Replayer(market.market, OneSandbox(ImportFailed("no")), hours=24)
    while await broken.replay_one():
        pass
    assert await badge(market, listing_id) == (0, 3, 1)


async def test_a_replay_that_could_not_be_is_none(market: Market) -> None:
    listing_id = await listed_with_tests(market)
    away = Replayer(market.market, OneSandbox(Unavailable("the runtime restarts")), hours=24)
    with pytest.raises(Unavailable):
        await away.replay_one()
    assert await badge(market, listing_id) == (None, None, None)
    due = await market.market.take_replay(timedelta(minutes=5))
    assert due is None  # leased: it is tried again when the lease is over


async def test_a_maker_sees_subscribers_and_a_subscriber_the_bill(market: Market) -> None:
    listed = await market.listed(STEADY, title="Overview")
    made, key = await market.subscribed(listed, "Steady")
    user = await market.holder(made)
    await market.began(made, made.created_at.replace(day=1, hour=0, minute=0, second=0))
    await market.call(listed, key, made.created_at.replace(second=0, microsecond=0), 4)

    async def overview(who: UUID, *, as_maker: bool) -> list[Any]:
        async with market.database.transaction() as tx:
            claims = f'{{"sub": "{who}", "role": "authenticated"}}'
            await tx.execute("select set_config('request.jwt.claims', $1, true)", claims)
            await tx.execute("set local role authenticated")
            rows = await tx.fetch("select * from subscription_overview($1)", as_maker)
            return [row for row in rows if row["subscription_id"] == made.subscription_id]

    (mine,) = await overview(user, as_maker=False)
    (theirs,) = await overview(market.maker, as_maker=True)
    for row in (mine, theirs):
        assert (row["calls"], row["month_cents"], row["price_per_call"]) == (
            4, 3000, Decimal("0.0015"),
        )  # fmt: skip
    assert theirs["handle"].startswith("u")
    assert await overview(user, as_maker=True) == []
    assert await overview(await market.stores.account(), as_maker=False) == []
