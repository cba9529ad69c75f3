"""The operator's account, and signing in on the command line."""

from __future__ import annotations

import json
import re
import secrets
from typing import Any

from apibuilder.local.operator import EMAIL
from tests.acceptance.stack import Stack, call

SOURCE = "from fastapi import FastAPI\napp = FastAPI()\n"


def login(stack: Stack, email: str, password: str, *, code: int = 0) -> dict[str, Any]:
    given = f"{password}\n".encode()
    return stack.cli("login", email, "--password-stdin", code=code, given=given)


def sign_up(stack: Stack) -> tuple[str, str]:
    """Somebody else, by the API that supabase-js calls."""
    url = stack.facts()["platform_url"]
    key = call(f"{url}/config.json", "GET", None, {}).json()["supabase_publishable_key"]
    email, password = f"{secrets.token_hex(8)}@example.com", secrets.token_urlsafe(12)
    body = {"email": email, "password": password}
    made = call(f"{url}/auth/v1/signup", "POST", body, {"apikey": key})
    assert made.status == 200, made.body
    return email, password


def deploy(stack: Stack) -> dict[str, Any]:
    file = stack.data_dir / "app.py"
    file.write_text(SOURCE)
    return stack.cli("deploy", str(file))


def api_ids(stack: Stack) -> set[str]:
    return {api["api_id"] for api in stack.cli("list")["apis"]}


def test_the_operator_signs_in_to_the_account_of_the_token(stack: Stack) -> None:
    made = deploy(stack)
    shown = re.findall(rf"{EMAIL}  (\S+)", (stack.data_dir / "serve.log").read_text())
    assert len(shown) == 1
    answer = login(stack, EMAIL, shown[0])
    assert answer["email"] == EMAIL
    assert made["api_id"] in api_ids(stack)

    stack.stop()
    stack.env |= {"APIBUILDER_PLATFORM_PORT": answer["platform_url"].rsplit(":", 1)[1]}
    stack.start()
    assert made["api_id"] in api_ids(stack)  # by the same sign-in
    assert (stack.data_dir / "serve.log").read_text().count(EMAIL) == 1
    assert stack.cli("logout") == {"signed_out": True}
    assert stack.cli("logout") == {"signed_out": False}


def test_verbs_act_for_who_is_signed_in(stack: Stack) -> None:
    operators = deploy(stack)["api_id"]
    login(stack, *sign_up(stack))
    try:
        assert api_ids(stack) == set()
        own = deploy(stack)["api_id"]
        assert api_ids(stack) == {own}
        refused = stack.cli("show", operators, code=1)
        assert refused["error"]["code"] == "not_found"
    finally:
        stack.cli("logout")
    assert operators in api_ids(stack)
    assert own not in api_ids(stack)


def test_a_sign_in_is_kept_privately_and_refreshed(stack: Stack) -> None:
    login(stack, *sign_up(stack))
    file = stack.data_dir / "session.json"
    assert file.stat().st_mode & 0o777 == 0o600
    before = json.loads(file.read_text())
    file.write_text(json.dumps({**before, "expires_at": 0, "access_token": "a.b.c"}))
    assert api_ids(stack) == set()
    after = json.loads(file.read_text())
    assert after["refresh_token"] != before["refresh_token"]
    assert file.stat().st_mode & 0o777 == 0o600
    stack.cli("logout")
    assert not file.exists()

    file.write_text(json.dumps({**after, "expires_at": 0}))
    ended = stack.cli("list", code=1)
    assert ended["error"]["code"] == "unauthenticated"
    file.unlink()


def test_a_wrong_password_signs_nobody_in(stack: Stack) -> None:
    email, password = sign_up(stack)
    answer = login(stack, email, password + "x", code=1)
    assert answer["error"]["code"] == "unauthenticated"
    assert not (stack.data_dir / "session.json").exists()
