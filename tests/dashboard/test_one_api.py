"""One API's pages: every one free of serious findings in both themes, and what is done on them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.acceptance.stack import call
from tests.dashboard.axe import serious
from tests.dashboard.conftest import Visitor

NASTY = "<img src=x onerror=alert(1)><svg onload=alert(2)>[x](javascript:alert(3))"
SOURCE = f'''
from fastapi import FastAPI
app = FastAPI(title="Nasty", description="""{NASTY}""")

@app.get("/hello", description="""{NASTY}""")
async def hello():
    print("""{NASTY}""")
    return {{"html": """{NASTY}"""}}
'''
PAGES = ("", "/code", "/try", "/logs", "/keys", "/settings")


def publish(visitor: Visitor, name: str = NASTY) -> str:
    """An API of this visitor, made past the dashboard. Its slug."""
    token = visitor.page.evaluate(
        "JSON.parse(Object.entries(localStorage).find(([k]) => k.endsWith('-auth-token'))[1])"
        ".access_token"
    )
    made = call(
        f"{visitor.origin}/api/v1/apis?wait=30",
        "POST",
        {"source": SOURCE, "name": name[:100]},
        {"Authorization": f"Bearer {token}"},
    )
    assert made.status == 201, made.body
    return made.json()["slug"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_and_nothing_of_a_stranger_runs(
    visit: Callable[..., Visitor], scheme: str
) -> None:
    visitor = visit(color_scheme=scheme)
    page = visitor.page
    ran: list[str] = []
    page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    page.goto("/sign-in")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    found = serious(page)
    visitor.sign_up()
    slug = publish(visitor)
    for path in ("/new", "/apis", "/account", *(f"/apis/{slug}{one}" for one in PAGES)):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.wait_for_load_state("networkidle") if not path.endswith("/logs") else None
        found += [f"{path}: {one}" for one in serious(page)]
        assert page.locator("img[onerror], svg[onload], a[href^='javascript:']").count() == 0
    assert found == []
    assert ran == []


def test_a_call_a_log_line_a_key_and_the_end(visitor: Visitor) -> None:
    visitor.sign_up()
    slug, page = publish(visitor, "Plain"), visitor.page
    page.goto(f"/apis/{slug}/try")
    page.get_by_role("button", name="Use one that ends in an hour").click()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status", name="Answer")).to_contain_text("onerror")

    page.get_by_role("link", name="Logs").click()
    expect(page.get_by_role("log")).to_contain_text("<img src=x")

    page.get_by_role("link", name="Keys").click()
    page.get_by_role("button", name="New key").click()
    page.get_by_label("Name").fill("Website")
    page.get_by_role("button", name="Create it").click()
    expect(page.get_by_test_id("New key")).to_contain_text("ak_live_")

    page.get_by_role("link", name="Settings").click()
    page.get_by_role("button", name="Delete it").click()
    page.get_by_label(f"Type {slug} to delete it").fill(slug)
    page.get_by_role("button", name="Delete it for ever").click()
    page.wait_for_url("**/apis")
    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()


def test_pausing_and_a_change_by_talking(visitor: Visitor) -> None:
    visitor.sign_up()
    page = visitor.page
    page.get_by_role("button", name="To-do list").click()
    page.get_by_role("button", name="Make it").click()
    page.get_by_role("link", name="Open Todo").click()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    page.get_by_role("link", name="Code").click()
    page.get_by_label("What should be different?").fill("add a priority field, integer 1 to 5")
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_role("button", name="Revision 2")).to_be_visible()
    page.get_by_role("button", name="Roll back to revision 1").click()
    expect(page.get_by_role("button", name="Revision 1 serves")).to_be_visible()
