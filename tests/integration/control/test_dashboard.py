"""The dashboard on the platform origin: its page, its files, and what stays the API's."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from apibuilder.control.app import create_app
from apibuilder.control.dashboard import RESERVED, Build
from tests.integration.control.conftest import Control

GATEWAY = "http://gateway.test"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text('<script nonce="{csp-nonce}" src="/assets/a.js"></script>')
    (folder / "assets/a.js").write_text("plain")
    (folder / "assets/a.js.br").write_text("brotli")
    (folder / "assets/a.js.gz").write_text("gzip")
    (folder / "icon.svg").write_text("<svg/>")
    (tmp_path / "secret.txt").write_text("outside")
    return folder


@pytest.fixture
async def site(control: Control, folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    build = Build.at(folder, gateway=GATEWAY)
    app = create_app(control.app.state.services, (), dashboard=build)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://platform.test") as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/apis", "/apis/todo/logs", "/index.html", "/new?prompt=x"])
async def test_every_page_is_the_one_page(site: httpx.AsyncClient, path: str) -> None:
    answer = await site.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-store"
    policy = answer.headers["content-security-policy"]
    nonce = re.search(r"script-src 'self' 'nonce-([\w-]{16,})'", policy)
    assert nonce is not None
    assert f'nonce="{nonce[1]}"' in answer.text
    assert f"connect-src 'self' {GATEWAY};" in policy
    assert "unsafe" not in policy
    for directive in ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert directive in policy


async def test_each_page_has_a_nonce_of_its_own(site: httpx.AsyncClient) -> None:
    assert len({(await site.get("/")).text for _ in range(3)}) == 3


@pytest.mark.parametrize("prefix", RESERVED)
async def test_what_is_the_apis_never_answers_a_page(site: httpx.AsyncClient, prefix: str) -> None:
    for path in (prefix, f"{prefix.rstrip('/')}/no-such-thing"):
        answer = await site.get(path)
        assert "html" not in answer.headers["content-type"], path
    if prefix not in {"/config.json", "/healthz", "/readyz"}:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "not_found"


async def test_files_keep_for_ever_and_come_compressed(site: httpx.AsyncClient) -> None:
    for accepted, body in (("br, gzip", "brotli"), ("gzip;q=1", "gzip"), ("identity", "plain")):
        async with site.stream("GET", "/assets/a.js", headers={"Accept-Encoding": accepted}) as one:
            raw = b"".join([piece async for piece in one.aiter_raw()])
        assert raw == body.encode()
        assert one.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert one.headers["vary"] == "Accept-Encoding"
        assert one.headers["x-content-type-options"] == "nosniff"
        assert one.headers["content-type"].startswith("text/javascript")
    icon = await site.get("/icon.svg")
    assert icon.headers["cache-control"] == "public, max-age=3600"
    assert icon.headers["content-type"] == "image/svg+xml"


async def test_a_file_of_an_older_build_is_missing_not_a_page(site: httpx.AsyncClient) -> None:
    answer = await site.get("/assets/old.js")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


@pytest.mark.parametrize("path", ["/../secret.txt", "/assets/%2e%2e/%2e%2e/secret.txt"])
async def test_nothing_outside_of_the_build_is_served(site: httpx.AsyncClient, path: str) -> None:
    assert "outside" not in (await site.get(path)).text


async def test_what_changes_something_is_not_answered_with_a_page(site: httpx.AsyncClient) -> None:
    assert (await site.post("/apis")).status_code in {404, 405}


async def test_without_a_build_the_api_answers_alone(control: Control, tmp_path: Path) -> None:
    build = Build.at(tmp_path / "none", gateway=GATEWAY)
    app = create_app(control.app.state.services, (), dashboard=build)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://platform.test") as client:
        assert (await client.get("/")).json()["code"] == "not_found"
        assert (await client.get("/healthz")).status_code == 200


async def test_a_newer_build_is_served_at_once(site: httpx.AsyncClient, folder: Path) -> None:
    assert (await site.get("/")).status_code == 200
    (folder / "assets/b.js").write_text("newer")
    (folder / "index.html").write_text('<script src="/assets/b.js"></script>')
    os.utime(folder / "index.html", ns=(1, 1))
    assert "b.js" in (await site.get("/")).text
    assert (await site.get("/assets/b.js")).text == "newer"
