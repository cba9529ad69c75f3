"""The operator's token: made once, readable by its owner only, compared whole."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from apibuilder.control.authentication import OPERATOR_ID, OperatorToken, load_operator_token


def test_made_at_the_first_start_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "state" / "operator.token"
    token = load_operator_token(path)
    assert token.startswith("ab_operator_")
    assert len(token) > 40
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_operator_token(path) == token
    assert list(path.parent.iterdir()) == [path]


def test_of_two_first_starts_one_draws_it(tmp_path: Path) -> None:
    path = tmp_path / "operator.token"
    draft = tmp_path / ".operator.token.0"
    draft.write_text("left by a crash")
    with ThreadPoolExecutor(1) as pool:
        tokens = {pool.submit(load_operator_token, path).result() for _ in range(4)}
    assert len(tokens) == 1


async def test_only_the_whole_token_is_it() -> None:
    operator = OperatorToken("ab_operator_secret")
    principal = await operator.authenticate("ab_operator_secret")
    assert principal is not None
    assert principal.user_id == OPERATOR_ID
    for wrong in ("", "ab_operator_secre", "ab_operator_secret ", "AB_OPERATOR_SECRET"):
        assert await operator.authenticate(wrong) is None
