"""From an empty account to a first successful call, in the browser and nowhere else."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.acceptance.stack import call
from tests.dashboard.conftest import Visitor

# A person clicks in this order without reading anything: sign up, an example, the one big button.
# The product's promise is a minute; what the test clicks takes some seconds of it.
MINUTE_MS = 60_000


def test_the_first_minute(visitor: Visitor) -> None:
    visitor.sign_up()
    page = visitor.page
    page.get_by_role("button", name="Guest book").click()
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_text("it works")).to_be_visible(timeout=MINUTE_MS)

    key, address = (
        page.get_by_test_id("Key").inner_text(),
        page.get_by_test_id("Address").inner_text(),
    )
    snippet = page.get_by_label("curl snippet", exact=True).inner_text()
    assert key in snippet
    assert address in snippet
    answer = call(f"{address}/guest_books", "GET", None, {"Authorization": f"Bearer {key}"})
    assert answer.status == 200
    assert len(answer.json()["items"]) == 1  # what the try-it form has made

    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, location.href])")
    assert key not in kept

    page.get_by_role("link", name="Open Guest books").click()
    expect(page.get_by_role("heading", level=1, name="Guest books")).to_be_visible()
    page.get_by_role("link", name="My APIs").click()
    expect(page.get_by_role("article")).to_have_count(1)


def test_what_no_recipe_understands_says_what_to_do(visitor: Visitor) -> None:
    visitor.sign_up()
    page = visitor.page
    page.get_by_label("What should your API do?").fill("Translate whale songs into Latin verse")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("button", name="Change the sentence").click()
    expect(page.get_by_label("What should your API do?")).to_have_value(
        "Translate whale songs into Latin verse"
    )
