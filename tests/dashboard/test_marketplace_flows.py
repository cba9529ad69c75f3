"""Listing an API, finding it, subscribing and calling it, and what strangers write into it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import Visitor

SHOTS = os.environ.get("APIBUILDER_SCREENSHOTS")  # a folder, to look at them
SOURCE = """
from fastapi import FastAPI

app = FastAPI(title="Greeter")


@app.get("/hello")
def hello(name: str = "you") -> dict[str, str]:
    \"\"\"<img src=x onerror="window.hacked=1"> Says hello.\"\"\"
    return {"hello": name}
"""
HOSTILE = "\n\n".join(
    [
        "<script>window.hacked=1</script>",
        "<img src=x onerror='window.hacked=1'>",
        "<svg onload='window.hacked=1'><animate attributeName=href values=javascript:1></svg>",
        "[link](javascript:window.hacked=1)",
        "[data](data:text/html,<script>window.hacked=1</script>)",
        "<a href='javascript:window.hacked=1'>raw</a>",
        "<iframe srcdoc='<script>parent.hacked=1</script>'></iframe>",
        "<style>body{display:none}</style><base href='//evil.example/'>",
        "<math><mtext><table><mglyph><style><img src=x onerror='window.hacked=1'>",
        "![pixel](https://tracker.example/pixel.png)",
        "# A heading and a [good link](https://example.com/)",
    ]
)


def token(page: Page) -> str:
    """The access token that the page's own requests carry."""
    found = page.evaluate(
        "Object.entries(localStorage).find(([name]) => name.startsWith('sb-'))?.[1] ?? ''"
    )
    return re.search(r'"access_token":"([^"]+)"', found)[1]


def deploy(visitor: Visitor) -> dict[str, Any]:
    answer = httpx.post(
        f"{visitor.origin}/api/v1/apis?wait=30",
        json={"source": SOURCE, "name": "Greeter"},
        headers={"Authorization": f"Bearer {token(visitor.page)}"},
        timeout=40,
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture
def listed(visit: Callable[..., Visitor]) -> tuple[Visitor, str, str]:
    """A maker who has listed an API through the form: them, its title and its address."""
    maker = visit()
    maker.sign_up()
    api = deploy(maker)
    page, title = maker.page, f"Greeter {api['slug'][-5:]} <b>{api['api_id'][:6]}</b>"
    page.goto(f"/marketplace/publish?api={api['api_id']}")
    page.get_by_label("Title").fill(title)
    page.get_by_label("Summary").fill("<script>window.hacked=1</script> says hello")
    page.get_by_label("Description").fill(HOSTILE)
    page.get_by_label("Others may remix it").check(force=True)
    preview = page.get_by_role("region", name="Preview")
    expect(preview.get_by_role("heading", name=title)).to_be_visible()
    expect(preview.get_by_role("link", name="good link")).to_be_visible()
    page.get_by_role("button", name="Publish", exact=True).click()
    page.wait_for_url(re.compile(r"/marketplace/[0-9a-f]{8}-"))
    return maker, title, page.url


def harmless(page: Page) -> None:
    assert page.evaluate("window.hacked === undefined")
    main = page.locator("#content")
    assert main.locator("script, iframe, base, style:not([nonce]), form[action], img").count() == 0
    for href in main.locator("a[href]").evaluate_all("all => all.map(a => a.protocol)"):
        assert href in {"http:", "https:"}, href
    link = main.get_by_role("link", name="good link")
    if link.count():
        assert set(link.first.get_attribute("rel").split()) >= {"noopener", "nofollow", "ugc"}


def test_found_subscribed_called_and_reviewed(
    listed: tuple[Visitor, str, str], visit: Callable[..., Visitor]
) -> None:
    maker, title, address = listed
    harmless(maker.page)
    consumer = visit()
    consumer.sign_up()
    page = consumer.page
    page.get_by_role("link", name="Marketplace").click()  # 1
    page.get_by_label("Search the marketplace").fill("greetr " + title.split()[1])  # a typing error
    page.get_by_role("link", name=title).click()  # 2
    harmless(page)
    page.get_by_role("button", name="Subscribe to Free").click()  # 3
    expect(page.get_by_test_id("subscription-key")).to_contain_text("ak_live_")
    page.get_by_role("button", name="Call GET /hello now").click()  # 4: five are allowed
    expect(page.get_by_text("It answered 200")).to_be_visible()
    expect(page.get_by_text('{"hello":"you"}')).to_be_visible()
    page.get_by_role("button", name="I have kept it").click()
    page.get_by_role("radio", name="4 of 5").focus()
    page.keyboard.press("Space")
    page.get_by_label("Your review").fill(HOSTILE)
    page.get_by_role("button", name="Publish the review").click()
    expect(page.get_by_role("article").get_by_role("link", name="good link")).to_be_visible()
    harmless(page)
    page.get_by_role("link", name="Subscriptions", exact=True).click()
    expect(page.get_by_role("article").get_by_text("calls this month")).to_be_visible()
    page.get_by_role("button", name="Plan, cap and keys").click()
    page.get_by_role("button", name="Add a key").click()
    expect(page.get_by_text("Shown this once:")).to_be_visible()
    harmless(page)

    maker.page.goto("/billing?tab=subscribers")
    expect(maker.page.get_by_role("row").filter(has_text=title)).to_be_visible()
    maker.page.goto(address)
    maker.page.get_by_label("Your answer").fill(HOSTILE)
    maker.page.get_by_role("button", name="Answer", exact=True).click()
    expect(maker.page.get_by_text("The maker answers")).to_be_visible()
    harmless(maker.page)


def test_a_remix_is_ones_own_and_leaving_ends_the_key(
    listed: tuple[Visitor, str, str], visit: Callable[..., Visitor]
) -> None:
    _, title, address = listed
    other = visit()
    other.sign_up()
    page = other.page
    page.goto(address)
    page.get_by_role("button", name="Remix it").click()
    page.wait_for_url("**/apis")
    expect(page.get_by_text(title).first).to_be_visible()
    page.goto(address)
    page.get_by_role("button", name="Subscribe to Free").click()
    key = page.get_by_test_id("subscription-key").inner_text()
    page.get_by_role("button", name="I have kept it").click()
    page.goto("/billing")
    page.get_by_role("button", name="Cancel it").click()
    page.get_by_role("button", name="End it now").click()
    expect(page.get_by_role("article").get_by_text("Ended")).to_be_visible()
    assert key.startswith("ak_live_")


AXE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"


def serious(page: Page, part: str = "html") -> list[str]:
    """What axe finds of it that keeps somebody out."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("part => axe.run(part, {resultTypes: ['violations']})", part)
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}"
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_pages(
    listed: tuple[Visitor, str, str], visit: Callable[..., Visitor], scheme: str
) -> None:
    _, _, address = listed
    phone = visit(color_scheme=scheme, viewport={"width": 390, "height": 844})
    phone.sign_up()
    page = phone.page
    page.goto(address)
    page.get_by_role("button", name="Subscribe to Free").click()
    expect(page.get_by_test_id("subscription-key")).to_be_visible()
    assert serious(page, "[role=dialog]") == []
    for path, there in (
        ("/marketplace", "found"), (address, "What it does"), ("/billing", "calls this month"),
        ("/billing?tab=subscribers", "Nobody yet"), ("/billing?tab=invoices", "No invoices yet"),
    ):  # fmt: skip
        page.goto(path)
        expect(page.get_by_text(there).first).to_be_visible()
        assert serious(page) == [], path
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, (path, width)
        if SHOTS:
            name = (
                path.replace(phone.origin, "").strip("/").replace("/", "-").replace("?", "-")[:40]
            )
            page.screenshot(path=f"{SHOTS}/{scheme}-{name}.png", full_page=True)


def test_nothing_found_leads_on(visitor: Visitor) -> None:
    visitor.sign_up()
    page = visitor.page
    page.goto("/marketplace?q=qqqqzzzz")
    expect(page.get_by_role("heading", name="Nothing like that yet")).to_be_visible()
    page.get_by_role("link", name="Show everything").click()
    expect(page.get_by_label("Search the marketplace")).to_have_value("")
    page.goto("/marketplace/publish")
    expect(page.get_by_role("link", name="Make an API")).to_be_visible()
    page.goto("/billing?tab=invoices")
    expect(page.get_by_role("heading", name="No invoices yet")).to_be_visible()
