"""An unknown Api, another Api's key and a wrong key are one answer, made by the same steps."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FrameType

import pytest

from tests.integration.gateway.harness import Published, World
from tests.integration.gateway.raw.client import Raw
from tests.integration.gateway.test_calls import SOURCE

_ID = re.compile(rb"[0-9a-f]{32}|date: [^\r]+")
PACKAGE = "/apibuilder/gateway/"


@pytest.fixture
async def apis(world: World) -> tuple[Published, Published]:
    made = world.publish(SOURCE), world.publish(SOURCE, slug="other")
    await world.start()
    return made


def questions(own: Published, other: Published) -> dict[str, bytes]:
    asked = {
        "unknown Api, good key": ("nobody", own.key),
        "unknown Api, wrong key": ("nobody", "ak_live_" + "0" * 38),
        "unknown id": ("00000000-0000-4000-8000-000000000000", own.key),
        "foreign key": ("demo", other.key),
        "foreign Api's id": (str(other.route.api_id), own.key),
        "wrong key": ("demo", own.key[:-1] + "-"),
        "a key of another form": ("demo", "x"),
    }
    return {
        name: f"GET /{api}/convert HTTP/1.1\r\nHost: a.example\r\nX-API-Key: {key}\r\n\r\n".encode()
        for name, (api, key) in asked.items()
    }


async def ask(world: World, question: bytes) -> bytes:
    async with Raw(world.port) as raw:
        raw.write(question)
        answer = await raw.answer()
        assert answer is not None and answer.status == 401
        return _ID.sub(b"<it>", answer.text)


async def test_the_answers_are_the_same_bytes(
    world: World, apis: tuple[Published, Published]
) -> None:
    answers = {name: await ask(world, one) for name, one in questions(*apis).items()}
    assert len(set(answers.values())) == 1, answers
    (answer,) = set(answers.values())
    assert b"invalid_key" in answer
    assert b"ratelimit" not in answer  # which would tell an Api that there is


@contextmanager
def lines_run() -> Iterator[list[tuple[str, int]]]:
    """Each line of the gateway's own code, in order."""
    seen: list[tuple[str, int]] = []

    def local(frame: FrameType, event: str, _: object) -> object:
        if event == "line":
            seen.append((frame.f_code.co_qualname, frame.f_lineno))
        return local

    def start(frame: FrameType, event: str, _: object) -> object:
        code: CodeType = frame.f_code
        return local if PACKAGE in code.co_filename and "authenticate" in code.co_name else None

    sys.settrace(start)
    try:
        yield seen
    finally:
        sys.settrace(None)


async def test_the_same_lines_of_code_make_them(
    world: World, apis: tuple[Published, Published]
) -> None:
    """Same steps, so what little time differs is that of a dictionary's lookup."""
    ways: dict[str, tuple[tuple[str, int], ...]] = {}
    for name, one in questions(*apis).items():
        with lines_run() as seen:
            await ask(world, one)
        assert seen, "nothing was traced"
        ways[name] = tuple(seen)
    assert len(set(ways.values())) == 1, ways
