"""Packages that an Api asks for: built from wheels that a test makes, on every tier."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from apibuilder.backends.fork.supervisor import PackageSource, Supervisor
from apibuilder.errors import DeployRefused, PackageNotAllowed, PackagesFailed
from tests.contracts.backends import fork_backend, get, short_folder, spec
from tests.contracts.wheels import index, wheel
from tests.hostile.program import TIERS

_MARK = "/tmp/apibuilder-test-mark"
_WRITES = f"open({_MARK!r}, 'w').write('ran')\n"


def source(*dependencies: str, body: str) -> str:
    block = f"# /// script\n# dependencies = {list(dependencies)!r}\n# ///\n"
    return f"{block}from fastapi import FastAPI\napp = FastAPI()\n{body}"


GREETS = source(
    "greeting",
    body="""
import greeting, greeting_words
@app.get("/hello")
def hello():
    return [greeting.hello("you"), greeting.__file__]
""",
)


@dataclass
class Market:
    """A folder with everything that may be asked for."""

    folder: Path
    wheels: Path
    allowed: Path

    def allow(self, *lines: str) -> None:
        self.allowed.write_text("\n".join(lines) + "\n")


@pytest.fixture
def market() -> Market:
    folder = short_folder()
    wheels = folder / "wheels"
    hello = "import greeting_words\ndef hello(name): return greeting_words.WORD + name\n"
    wheel(wheels, "greeting", {"greeting.py": hello}, needs=("greeting-words", "pydantic"))
    wheel(wheels, "greeting_words", {"greeting_words/__init__.py": "WORD = 'hello '\n"})
    market = Market(folder, wheels, folder / "allowed.txt")
    market.allow("greeting==1.0", "greeting-words==1.0  # what it needs")
    folder.chmod(0o755)
    return market


@pytest.fixture(params=TIERS)
async def backend(request: pytest.FixtureRequest, market: Market) -> AsyncIterator[Supervisor]:
    if request.param == "full" and os.geteuid() != 0:
        pytest.skip("full needs root here")
    source = PackageSource(allowed=market.allowed, index=str(market.wheels))
    async with fork_backend((request.param,), packages=source) as running:
        yield running


async def refused(backend: Supervisor, source: str) -> DeployRefused:
    with pytest.raises(DeployRefused) as caught:
        await backend.place(spec(source))
    assert "/tmp" not in caught.value.detail
    return caught.value


async def test_a_package_is_installed_once_and_read_only(backend: Supervisor) -> None:
    wanted = spec(GREETS)
    started = await backend.place(wanted)
    status, (said, file) = await get(started.instance, "/hello")
    assert (status, said) == (200, "hello you")
    (check,) = (one for one in started.checks if one.name == "packages")
    assert check.detail == "greeting==1.0, greeting-words==1.0"
    if backend.sandbox.tier == "full":
        assert file == "/packages/greeting.py"
    again = await backend.place(spec(GREETS))
    (same,) = (one for one in again.checks if one.name == "packages")
    assert same.seconds == check.seconds  # it was not built anew
    # A sleeping one wakes with what it had, whatever the list says by now.
    await backend.suspend(wanted.deployment_id, 0)
    (woken,) = await backend.acquire(wanted.deployment_id)
    assert (await get(woken, "/hello"))[0] == 200


async def test_what_is_not_allowed_is_refused_by_name(backend: Supervisor, market: Market) -> None:
    other = await refused(backend, source("evil>=2", body=""))
    assert isinstance(other, PackageNotAllowed)
    assert "'evil'" in other.detail
    assert "greeting, greeting-words" in other.detail
    assert (other.file, other.line) == ("main.py", 1)
    version = await refused(backend, source("greeting>=2", body=""))
    assert isinstance(version, PackageNotAllowed)
    assert "greeting is here in version 1.0" in version.detail
    market.allow("greeting==1.0")
    needs = await refused(backend, GREETS)
    assert isinstance(needs, PackageNotAllowed)
    assert "greeting-words" in needs.detail


async def test_what_cannot_be_installed_is_refused(backend: Supervisor, market: Market) -> None:
    market.allow("greeting==1.0", "greeting-words==1.0 --hash=sha256:" + "0" * 64)
    bad = await refused(backend, GREETS)
    assert isinstance(bad, PackagesFailed)
    assert "ash" in bad.detail  # the hash does not match
    market.allow("absent==1.0")
    absent = await refused(backend, source("absent", body=""))
    assert isinstance(absent, PackagesFailed)
    assert "absent" in absent.detail


async def test_an_api_sees_its_own_packages_and_writes_to_none(
    backend: Supervisor, market: Market
) -> None:
    wheel(market.wheels, "other", {"other.py": "SECRET = 'of another list'\n"})
    market.allow("greeting==1.0", "greeting-words==1.0", "other==1.0")
    await backend.place(spec(source("other", body="import other")))
    layers = backend._launcher._layers.dir
    (foreign,) = layers.glob("*/other.py")
    spies = source(
        "greeting",
        body=f"""
import greeting, os, pathlib
@app.get("/spy")
def spy():
    found = []
    for what in (
        lambda: open({str(foreign)!r}).read(),
        lambda: open("/.host/layers/{foreign.parent.name}/other.py").read(),
        lambda: os.listdir("/.host/layers"),
        lambda: __import__("other"),
        lambda: open(greeting.__file__, "a").write("x"),
        lambda: open(os.path.dirname(greeting.__file__) + "/new.py", "w"),
        lambda: os.unlink(greeting.__file__),
        lambda: os.chmod(greeting.__file__, 0o777) or open(greeting.__file__, "a"),
        lambda: os.rename(greeting.__file__, os.environ["DATA_DIR"] + "/x"),
    ):
        try:
            found.append(str(what()))
        except (OSError, ImportError):
            found.append(None)
    return found
""",
    )
    started = await backend.place(spec(spies))
    wrong = [one for one in (await get(started.instance, "/spy"))[1] if one not in (None, "[]")]
    assert wrong == []


async def test_a_malicious_wheel_runs_nothing_and_reaches_nothing(
    backend: Supervisor, market: Market
) -> None:
    Path(_MARK).unlink(missing_ok=True)
    outside = market.folder / "outside.txt"
    files = {
        "evil.py": "VALUE = 1\n",
        "evil.pth": f"import os; {_WRITES}",
        "evil-nspkg.pth": _WRITES,
        "sitecustomize.py": _WRITES,
        "json/__init__.py": _WRITES,
        "fastapi/__init__.py": _WRITES,
    }
    wheel(market.wheels, "evil", files)
    for number, bad in enumerate(
        ("../../../../outside.txt", str(outside), "../../layers/outside.txt")
    ):
        wheel(market.wheels, f"slip{number}", {f"slip{number}.py": "", bad: "escaped"})
    market.allow("evil==1.0", "slip0==1.0", "slip1==1.0", "slip2==1.0")
    body = """
import evil, json, fastapi
@app.get("/value")
def value():
    return [evil.VALUE, json.dumps({}), bool(fastapi.FastAPI)]
"""
    started = await backend.place(spec(source("evil", body=body)))
    assert await get(started.instance, "/value") == (200, [1, "{}", True])
    for number in range(3):
        with suppress(PackagesFailed):
            await backend.place(spec(source(f"slip{number}", body="")))
    root = market.folder
    assert not list(root.rglob("outside.txt"))
    state = backend._launcher._layers.dir.parents[1]
    found = {path.parent.name for path in state.rglob("outside.txt")}
    assert found <= {path.name for path in (state / "packages" / "layers").iterdir()}
    assert not Path(_MARK).exists()
    assert not list(state.rglob("*.pth"))


async def test_an_index_is_asked_over_the_network(market: Market) -> None:
    with index(market.wheels, market.folder / "pages") as url:
        chosen = PackageSource(allowed=market.allowed, index=url)
        async with fork_backend(TIERS, packages=chosen) as backend:
            started = await backend.place(spec(GREETS))
            assert (await get(started.instance, "/hello"))[0] == 200
    away = PackageSource(allowed=market.allowed, index="http://127.0.0.1:9/")
    async with fork_backend(TIERS, packages=away) as backend:
        with pytest.raises(PackagesFailed) as refusal:
            await backend.place(spec(GREETS))
        assert "127.0.0.1:9" in refusal.value.detail
