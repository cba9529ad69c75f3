"""The people and rows that the policy matrix is tried on."""

from __future__ import annotations

from uuid import UUID

from apibuilder.domain import CanaryWish
from apibuilder.store.base import GenerationEnd, IdempotencyKey, NewApi, NewRevision
from apibuilder.store.keys import new_key
from apibuilder.store.postgres import Database
from tests.integration.store.conftest import SOURCE, Stores
from tests.integration.store.test_gateway import a_call

World = dict[str, str]
PEOPLE = ("maker", "subscriber", "reviewer", "loner", "other")


LISTED = {
    "draft": "draft_api",
    "published": "api",
    "unlisted": "gone_api",
    "suspended": "suspended_api",
}
_LISTING = "insert into listings (api_id, title) values ($1::text::uuid, 'A') returning id"
_PLAN = """
insert into listing_plans (listing_id, name, requests_per_second, burst, monthly_quota)
values ($1::text::uuid, 'Free', 1, 1, 100) returning id
"""
_SUBSCRIPTION = """
insert into subscriptions (listing_id, listing_plan_id, user_id)
values ($1::text::uuid, $2::text::uuid, $3::text::uuid) returning id
"""
_REVIEW = """
insert into reviews (listing_id, user_id, rating)
values ($1::text::uuid, $2::text::uuid, 5) returning id
"""
_REPLAY = """
insert into test_replays (listing_id, revision, passed, total, seconds)
values ($1::text::uuid, 1, 1, 1, 0) returning id
"""
_INVOICE = """
insert into invoices (number, subscription_id, listing_id, user_id, maker_id, title, month,
  currency, calls, lines, total_cents, status)
select 'INV-1', id, listing_id, user_id, maker_id, 'A', '2026-01-01', 'usd', 1, '[]', 1, 'sent'
from subscriptions where id = $1::text::uuid returning id
"""
_PAYMENT = """
insert into invoice_payments (invoice_id, user_id, provider, reference)
select id, user_id, 'stripe', 'in_1' from invoices where id = $1::text::uuid returning invoice_id
"""
_STATUS = "update listings set status = $2 where id = $1::text::uuid returning id"
_SUBSCRIBER_KEY = """
insert into api_keys (api_id, subscription_id, key_hash, key_start)
values ($1::text::uuid, $2::text::uuid, sha256('a'), 'ak_live_abcd') returning id
"""


async def make_world(dsn: str) -> World:
    """Fill an empty, migrated database; answers the ids by name."""
    async with Database(dsn) as database:
        stores = Stores(database)
        people = {name: await stores.account() for name in PEOPLE}
        world = {name: str(user_id) for name, user_id in people.items()}
        world |= await _apis(stores, people["maker"])
        world |= await _marketplace(stores, world)
        world |= await _calls(stores, world)
        return world


async def _apis(stores: Stores, maker: UUID) -> World:
    names = ("api", "draft_api", "unlisted_api", "gone_api", "suspended_api", "deleted_api")
    made: World = {}
    for name in names:
        api = NewApi(name=name, slugs=[name.replace("_", "-")], description="", key=new_key())
        request = IdempotencyKey(key=name, request_hash=b"x" * 32)
        one = await stores.apis.create(maker, api, NewRevision(source=SOURCE), request)
        await stores.serve(one)
        generation = await stores.generations.start(maker, "do it", str(one.api_id))
        end = GenerationEnd(status="succeeded", deployment_id=one.deployment_id)
        await stores.generations.finish(generation, end)
        made[name] = str(one.api_id)
    await stores.apis.delete(maker, made["deleted_api"])
    await stores.database.execute(
        "insert into secrets (api_id, name, key_id, sealed)"
        " values ($1::text::uuid, 'TOKEN', 'k1', decode(repeat('00', 32), 'hex'))",
        made["api"],
    )
    await stores.database.execute(
        "insert into api_logs (api_id, message) values ($1::text::uuid, 'hello')", made["api"]
    )
    return made


async def _marketplace(stores: Stores, world: World) -> World:
    made: World = {}
    for state, api in LISTED.items():
        made[state] = await _text(stores, _LISTING, world[api])
        made[f"{state}_plan"] = await _text(stores, _PLAN, made[state])
    for state in ("published", "unlisted"):
        plan = made[f"{state}_plan"]
        await _text(stores, _SUBSCRIPTION, made[state], plan, world["reviewer"])
        await _text(stores, _REVIEW, made[state], world["reviewer"])
        made["subscription"] = await _text(
            stores, _SUBSCRIPTION, made[state], plan, world["subscriber"]
        )
    for state in ("published", "unlisted", "suspended"):
        await _text(stores, _STATUS, made[state], state)
    for state in ("published", "draft"):
        await _text(stores, _REPLAY, made[state])
    invoice = await _text(stores, _INVOICE, made["subscription"])
    await _text(stores, _PAYMENT, invoice)
    return made


async def _calls(stores: Stores, world: World) -> World:
    maker_key = await _text(
        stores, "select id from api_keys where api_id = $1::text::uuid", world["api"]
    )
    subscriber_key = await _text(stores, _SUBSCRIBER_KEY, world["api"], world["subscription"])
    calls = [
        a_call(api_id=UUID(world["api"]), key_id=UUID(key)) for key in (maker_key, subscriber_key)
    ]
    await stores.gateway.ship("world", 0, 2, calls)
    await stores.usage.roll_up(100)
    api = UUID(world["api"])
    canary = await stores.publish(UUID(world["maker"]), api, CanaryWish(share=10))
    await stores.serve(canary)
    return {"maker_key": maker_key, "subscriber_key": subscriber_key}


async def _text(stores: Stores, statement: str, *args: str) -> str:
    return str(await stores.database.fetchval(statement, *args))
