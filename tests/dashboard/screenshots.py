"""Pictures of every page, as `make screenshots` puts them into docs/images: a small account with an
API that has been called, in the light and the dark, and on a phone."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.acceptance.stack import Stack, call, new_data_dir, remove
from tests.dashboard.browser import chromium
from tests.dashboard.conftest import PASSWORD

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
PROMPT = "a todo list API with title, due date and done"
SCREENS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 800}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 800}},
    "mobile": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
}
_CALLS = 40


def _join(page: Page) -> None:
    page.goto("/sign-up")
    page.get_by_label("E-mail").fill("ada@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url("**/new")


def _generate(page: Page) -> None:
    """The API that all pictures show; the key is on the page this once."""
    page.goto("/new")
    page.get_by_role("textbox").first.fill(PROMPT)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("ak_live_").first).to_be_visible(timeout=60_000)


def _use(stack: Stack, page: Page) -> tuple[str, str, str]:
    """Calls it, so that there is something to see. Its slug and id, and its listing's id."""
    token = page.evaluate(
        "JSON.parse(Object.entries(localStorage).find(([k]) => k.endsWith('-auth-token'))[1])"
        ".access_token"
    )
    signed = {"Authorization": f"Bearer {token}"}
    origin = stack.facts()["platform_url"]
    (api,) = call(f"{origin}/api/v1/apis", "GET", None, signed).json()["apis"]
    made = call(f"{origin}/api/v1/apis/{api['slug']}/keys", "POST", {"name": "phone app"}, signed)
    key = {"Authorization": f"Bearer {made.json()['api_key']}"}
    for turn in range(_CALLS):
        time.sleep(0.15)  # its plan allows ten a second
        if turn % 5:
            call(f"{api['endpoint_url']}/todos", "GET", None, key)
        else:
            call(f"{api['endpoint_url']}/todos", "POST", {"title": f"Task {turn}"}, key)
    listing = {
        "title": "Todo lists",
        "summary": "Lists with due dates, for any app.",
        "description": "Keep **todo lists** for your users: titles, due dates, done or not.",
        "category": "other",
        "plans": [
            {"name": "Free", "requests_per_second": 5, "burst": 10, "monthly_quota": 1000},
            {
                "name": "Team",
                "requests_per_second": 10,
                "burst": 20,
                "monthly_quota": 10_000,
                "price_cents": 900,
            },
        ],
    }
    listed = call(f"{origin}/api/v1/apis/{api['slug']}/listing", "PUT", listing, signed)
    assert listed.status == 200, listed.body
    return api["slug"], listed.json()["api_id"], listed.json()["id"]


def _take(page: Page, name: str) -> None:
    page.wait_for_timeout(1500)  # charts and editors draw themselves
    target = IMAGES / f"{name}.png"
    page.screenshot(path=target)
    print(f"· {target.relative_to(IMAGES.parents[1])}", file=sys.stderr)


def _paths(slug: str, api_id: str, listing_id: str) -> dict[str, str]:
    pages = ("code", "try", "logs", "keys", "settings")
    return {
        "new": "/new",
        "apis": "/apis",
        "overview": f"/apis/{slug}",
        **{page: f"/apis/{slug}/{page}" for page in pages},
        "marketplace": "/marketplace",
        "listing": f"/marketplace/{listing_id}",
        "publish": f"/marketplace/publish?api={api_id}",
        "billing": "/billing",
        "account": "/account",
    }


def _pictures(stack: Stack, browser: Browser) -> None:
    origin = stack.facts()["platform_url"]
    context = browser.new_context(base_url=origin, reduced_motion="reduce", **SCREENS["light"])
    page = context.new_page()
    page.goto("/sign-in")
    _take(page, "sign-in-light")
    _join(page)
    _generate(page)
    _take(page, "generated-light")
    paths = _paths(*_use(stack, page))
    state = context.storage_state()
    page.wait_for_timeout(20_000)  # calls reach the rollups
    context.close()
    for screen, options in SCREENS.items():
        context = browser.new_context(
            base_url=origin, reduced_motion="reduce", storage_state=state, **options
        )
        page = context.new_page()
        for name, path in paths.items():
            page.goto(path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            _take(page, f"{name}-{screen}")
        context.close()


def main() -> None:
    """Take them all."""
    IMAGES.mkdir(exist_ok=True)
    stack = Stack(new_data_dir())
    try:
        stack.start()
        with chromium() as browser:
            _pictures(stack, browser)
    finally:
        stack.stop()
        remove(stack.data_dir)


if __name__ == "__main__":
    main()
