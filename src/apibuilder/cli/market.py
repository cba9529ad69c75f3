"""market: find, publish, subscribe."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from apibuilder.cli import output, session
from apibuilder.cli.options import ApiRef, Json
from apibuilder.client import Refused

ListingRef = Annotated[str, typer.Argument(metavar="LISTING", help="Id or slug of the listing.")]
SubscriptionRef = Annotated[str, typer.Argument(metavar="SUBSCRIPTION_ID")]

market = typer.Typer(no_args_is_help=True, help="Listings, subscriptions and invoices.")


@market.command()
def search(
    words: Annotated[list[str] | None, typer.Argument(help="What you look for.")] = None,
    *,
    category: Annotated[str | None, typer.Option(help="Only of this category.")] = None,
    sort: Annotated[
        str, typer.Option(help="relevance, popular, rating, price, fast or newest.")
    ] = "relevance",
    as_json: Json = False,
) -> None:
    """Find listings; typing errors are forgiven."""
    asked = {"words": " ".join(words or []), "in_category": category, "order_by": sort}
    with output.failures(as_json=as_json):
        found = session.rest().rows("POST", "/rest/v1/rpc/search_listings", asked)
    if as_json:
        output.answer({"listings": found})
        return
    table = Table("listing", "title", "from", "tests", "p95", box=None, pad_edge=False)
    for one in found:
        p95 = "" if one["p95_ms"] is None else f"{one['p95_ms']:.0f} ms"
        price = _money(one["price_from_cents"] or 0)
        table.add_row(one["slug"], escape(one["title"]), price, _tests(one), p95)
    output.out.print(table)


@market.command()
def show(listing: ListingRef, as_json: Json = False) -> None:
    """One listing: measured figures, plans on offer, the last reviews."""
    with output.failures(as_json=as_json):
        one = _find(listing)
    if as_json:
        output.answer(one)
        return
    output.out.print(f"[bold]{escape(one['title'])}[/]  {escape(one['summary'])}")
    output.out.print(f"  id       {one['id']}")
    output.out.print(f"  tests    {_tests(one)}")
    output.out.print(f"  calls    {one['calls_30_days']} in 30 days")
    for plan in one["listing_plans"]:
        included = plan["included_calls"] or plan["monthly_quota"]
        output.out.print(
            f"  plan     {escape(plan['name'])}: {_money(plan['price_cents'])} a month, "
            f"{included} calls"
        )
    for review in one["reviews"]:
        output.out.print(f"  {'★' * review['rating']:<5}    {escape(review['body'])}")


@market.command()
def publish(
    api: ApiRef,
    file: Annotated[Path, typer.Argument(metavar="LISTING.json", exists=True, dir_okay=False)],
    as_json: Json = False,
) -> None:
    """List an API, or change its listing."""
    with output.failures(as_json=as_json):
        made = session.call("PUT", f"/apis/{api}/listing", _read(file))
    _say(made, f"[green]✓[/] {made['status']}: {made['slug']}", as_json=as_json)


@market.command()
def unlist(api: ApiRef, as_json: Json = False) -> None:
    """Nobody finds it any more; who has subscribed goes on."""
    with output.failures(as_json=as_json):
        made = session.call("DELETE", f"/apis/{api}/listing")
    _say(made, f"[green]✓[/] {made['status']}", as_json=as_json)


@market.command()
def subscribe(
    listing: ListingRef,
    plan: Annotated[str, typer.Argument(help="Name of the plan.")],
    *,
    cap: Annotated[
        int | None, typer.Option(help="Cents that a month costs at most; default: the price.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Subscribe; the key is shown once."""
    with output.failures(as_json=as_json):
        one = _find(listing)
        ids = [offer["id"] for offer in one["listing_plans"] if offer["name"] == plan]
        if not ids:
            raise Refused({"code": "not_found", "detail": f"It offers no plan {plan!r}."})
        body = {"listing_id": one["id"], "plan_id": ids[0], "spending_cap_cents": cap}
        made = session.call("POST", "/subscriptions", body)
    said = f"  key  [yellow]{made['api_key']}[/] [dim](shown only now)[/]\n  {made['endpoint_url']}"
    _say(made, said, as_json=as_json)


@market.command()
def leave(subscription: SubscriptionRef, as_json: Json = False) -> None:
    """End a subscription; its keys die at once."""
    with output.failures(as_json=as_json):
        made = session.call("DELETE", f"/subscriptions/{subscription}")
    _say(made, f"[green]✓[/] {made['status']}", as_json=as_json)


@market.command()
def subscriptions(
    *,
    of_mine: Annotated[bool, typer.Option("--of-mine", help="Others' to your listings.")] = False,
    as_json: Json = False,
) -> None:
    """Subscriptions with this month's calls and charges."""
    asked = {"as_maker": of_mine}
    with output.failures(as_json=as_json):
        rest = session.rest(signed_in=True)
        found = rest.rows("POST", "/rest/v1/rpc/subscription_overview", asked)
    if as_json:
        output.answer({"subscriptions": found})
        return
    heads = ("id", "title", "plan", "calls", "this month", "state")
    table = Table(*heads, box=None, pad_edge=False)
    for one in found:
        facts = (str(one["calls"]), _money(one["month_cents"]), one["status"])
        table.add_row(one["subscription_id"], escape(one["title"]), one["plan_name"], *facts)
    output.out.print(table)


@market.command()
def invoices(as_json: Json = False) -> None:
    """Months that are over."""
    asked = {"select": "*", "order": "month.desc,number", "limit": "200"}
    with output.failures(as_json=as_json):
        found = session.rest(signed_in=True).rows("GET", "/rest/v1/invoices", params=asked)
    if as_json:
        output.answer({"invoices": found})
        return
    table = Table("number", "month", "title", "calls", "total", "state", box=None, pad_edge=False)
    for one in found:
        facts = (str(one["calls"]), _money(one["total_cents"]), one["status"])
        table.add_row(one["number"], one["month"][:7], escape(one["title"]), *facts)
    output.out.print(table)


def _find(ref: str) -> dict[str, Any]:
    """A listing with what is on offer. Raises Refused."""
    try:
        column = "id" if UUID(ref) else ""
    except ValueError:
        column = "slug"
    params = {
        column: f"eq.{ref}",
        "status": "eq.published",
        "select": "*,listing_plans(*),reviews(rating,body,answer)",
    }
    found = session.rest().rows("GET", "/rest/v1/listings", params=params)
    if not found:
        raise Refused({"code": "not_found", "detail": f"There is no listing {ref!r}."})
    (one,) = found
    offers = [plan for plan in one["listing_plans"] if plan["retired_at"] is None]
    return one | {"listing_plans": sorted(offers, key=lambda plan: plan["position"])}


def _read(file: Path) -> dict[str, Any]:
    try:
        return json.loads(file.read_text())
    except ValueError as error:
        raise Refused({"code": "invalid", "detail": f"{file} is no JSON: {error}."}) from None


def _money(cents: int) -> str:
    return "free" if cents == 0 else f"{cents / 100:.2f}"


def _tests(one: dict[str, Any]) -> str:
    if not one["tests_total"]:
        return "none"
    return f"{one['tests_passed']} of {one['tests_total']}"


def _say(made: dict[str, Any], text: str, *, as_json: bool) -> None:
    if as_json:
        output.answer(made)
    else:
        output.out.print(text)
