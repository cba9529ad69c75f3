from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.acceptance.stack import Stack, new_data_dir, remove
from tests.dashboard.browser import chromium

expect.set_options(timeout=15_000)
PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    """One running platform for all of the dashboard; each test is an account of its own."""
    it = Stack(new_data_dir())
    try:
        it.start()
        yield it
    finally:
        it.stop()
        remove(it.data_dir)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@dataclass
class Visitor:
    """Somebody at the dashboard, with a browser that is theirs alone."""

    page: Page
    context: BrowserContext
    origin: str
    complaints: list[str]

    def sign_up(self) -> str:
        """A new account; ends on the page that makes an API."""
        email = f"{secrets.token_hex(6)}@example.com"
        self.page.goto("/sign-up")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Create account").click()
        self.page.wait_for_url("**/new")
        return email


@pytest.fixture
def visit(browser: Browser, stack: Stack) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors. What a page complains of in the console fails the test at its end."""
    made: list[Visitor] = []

    def visitor(**options: Any) -> Visitor:
        origin = stack.facts()["platform_url"]
        context = browser.new_context(base_url=origin, reduced_motion="reduce", **options)
        context.set_default_timeout(15_000)
        complaints: list[str] = []

        def heard(message: ConsoleMessage) -> None:
            # A refusal by the platform is on the screen; the browser says it in the console too.
            # Scalar's markup has style attributes, which the policy drops: nothing of it runs.
            harmless = ("Failed to load resource", "Applying inline style")
            if message.type == "error" and not message.text.startswith(harmless):
                complaints.append(message.text)

        context.on("console", heard)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        made.append(Visitor(context.new_page(), context, origin, complaints))
        return made[-1]

    yield visitor
    for one in made:
        one.context.close()
        assert one.complaints == []


@pytest.fixture
def visitor(visit: Callable[..., Visitor]) -> Visitor:
    return visit()
