"""The choice of a tier: the best that works, never weaker than asked, with reasons."""

from __future__ import annotations

import pytest

from apibuilder import errors
from apibuilder.backends.fork import tiers, zygote_client
from tests.contracts.backends import fork_backend

_WITHOUT = """
import sys; sys.path.insert(0, sys.argv[2])
from apibuilder.backends.fork import linux, sandbox, zygote
def refuse(*_):
    raise PermissionError(1, "not on this machine")
{change}
zygote.main(int(sys.argv[1]), sys.argv[2])
"""
_NO_NAMESPACES = _WITHOUT.format(change="linux.unshare = refuse")
_NO_SECCOMP = _WITHOUT.format(change="linux.load_seccomp = refuse")
_NO_LANDLOCK = _WITHOUT.format(change="linux.landlock_abi = lambda: 0")


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("full", ("full",)),
        ("auto", ("full", "no-namespace")),
        ("no-namespace", ("full", "no-namespace")),
        ("none", ("full", "no-namespace", "none")),
    ],
)
def test_the_setting_names_the_weakest_tier(setting: str, expected: tuple[str, ...]) -> None:
    assert tiers.acceptable(setting) == expected


async def test_without_namespaces_the_next_tier_is_taken_and_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(zygote_client, "_BOOTSTRAP", _NO_NAMESPACES)
    async with fork_backend(tiers.acceptable("auto")) as backend:
        status = await backend.status()
    assert status["tier"] == "no-namespace"
    assert "not on this machine" in status["refused"]["full"]


async def test_a_layer_that_only_a_worker_puts_up_is_probed_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(zygote_client, "_BOOTSTRAP", _NO_SECCOMP)
    with pytest.raises(errors.SandboxUnavailable) as caught:
        async with fork_backend(tiers.acceptable("auto")):
            pass
    assert "full: seccomp" in caught.value.detail
    assert "no-namespace: seccomp" in caught.value.detail
    assert "APIBUILDER_SANDBOX=none" in caught.value.detail


async def test_none_is_taken_only_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zygote_client, "_BOOTSTRAP", _NO_SECCOMP)
    async with fork_backend(tiers.acceptable("none")) as backend:
        status = await backend.status()
    assert status["tier"] == "none"
    assert set(status["refused"]) == {"full", "no-namespace"}


async def test_landlock_is_the_wall_of_no_namespace_but_an_extra_of_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(zygote_client, "_BOOTSTRAP", _NO_LANDLOCK)
    async with fork_backend(("full",)) as backend:
        status = await backend.status()
    assert "Landlock" in status["missing"]
    with pytest.raises(errors.SandboxUnavailable, match="no Landlock"):
        async with fork_backend(("no-namespace",)):
            pass
