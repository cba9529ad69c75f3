"""Signing up, in and out, and a forgotten password."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.acceptance.stack import Stack
from tests.dashboard.conftest import PASSWORD, Visitor


def sign_in(visitor: Visitor, email: str, password: str) -> None:
    visitor.page.get_by_label("E-mail").fill(email)
    visitor.page.get_by_label("Password", exact=True).fill(password)
    visitor.page.get_by_role("button", name="Sign in").click()


def test_signing_up_out_and_in_again(visitor: Visitor) -> None:
    page, email = visitor.page, visitor.sign_up()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in*")
    sign_in(visitor, email, PASSWORD + "x")
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    sign_in(visitor, email, PASSWORD)
    expect(page.get_by_role("heading", level=1, name="What should your API do?")).to_be_visible()


def test_who_is_not_signed_in_comes_back_to_where_they_wanted(visitor: Visitor) -> None:
    email = visitor.sign_up()
    visitor.page.get_by_role("button", name="Sign out").click()
    visitor.page.wait_for_url("**/sign-in*")
    visitor.page.goto("/account")
    visitor.page.wait_for_url("**/sign-in?next=*")
    sign_in(visitor, email, PASSWORD)
    visitor.page.wait_for_url("**/account")


def test_a_link_never_leads_to_another_site_after_signing_in(visitor: Visitor) -> None:
    email = visitor.sign_up()
    visitor.page.get_by_role("button", name="Sign out").click()
    visitor.page.wait_for_url("**/sign-in*")
    visitor.page.goto("/sign-in?next=//evil.example/apis")
    sign_in(visitor, email, PASSWORD)
    visitor.page.wait_for_url(f"{visitor.origin}/apis")


def test_a_forgotten_password(visit: Callable[..., Visitor], stack: Stack) -> None:
    email = visit().sign_up()
    visitor = visit()
    page = visitor.page
    page.goto("/forgot-password")
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    log = (stack.data_dir / "serve.log").read_text()
    links = re.findall(rf"{re.escape(visitor.origin)}/auth/v1/verify\S+", log)
    page.goto(links[-1])
    page.get_by_label("New password").fill(PASSWORD[::-1])
    page.get_by_role("button", name="Save it").click()
    page.wait_for_url("**/apis")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in*")
    sign_in(visitor, email, PASSWORD[::-1])
    page.wait_for_url("**/apis")
