"""The Apis' logs: kept, capped, turned over, followed."""

from __future__ import annotations

import resource
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from apibuilder.backends.base import LogLine
from apibuilder.backends.fork import logs
from apibuilder.backends.fork.logs import LogBook, platform_line, user_line


@pytest.fixture
def book(tmp_path: Path) -> LogBook:
    return LogBook(tmp_path / "logs")


async def _messages(book: LogBook, api_id: UUID, tail: int = 10_000) -> list[str]:
    return [line.message async for line in book.read(api_id, tail=tail, follow=False)]


async def test_the_tail_is_the_last_lines_in_order(book: LogBook) -> None:
    api_id = uuid4()
    for number in range(5):
        book.write(api_id, platform_line(str(number)))
    assert await _messages(book, api_id, 3) == ["2", "3", "4"]
    assert await _messages(book, api_id, 0) == []


async def test_a_full_disk_loses_whole_lines_and_says_how_many(book: LogBook) -> None:
    api_id = uuid4()
    book.write(api_id, platform_line("before"))
    book.flush()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, hard))  # a write beyond it fails half way
    try:
        for number in range(3):
            book.write(api_id, platform_line(f"lost {number}"))
            book.flush()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    book.write(api_id, platform_line("after"))
    lost = "3 lines were lost: the disk was full"
    assert await _messages(book, api_id) == ["before", lost, "after"]


async def test_a_flood_is_cut_and_counted(tmp_path: Path) -> None:
    api_id, other = uuid4(), uuid4()
    now = 1000.0
    book = LogBook(tmp_path, lambda: now)
    for _ in range(5000):
        book.write(api_id, platform_line("x"))
    book.write(other, platform_line("heard"))
    assert len(await _messages(book, api_id)) == 1000
    assert await _messages(book, other) == ["heard"]
    now += 1
    book.write(api_id, platform_line("later"))
    assert (await _messages(book, api_id, 2))[0] == "4000 lines were dropped: over the log rate"


async def test_a_full_file_is_turned_over(
    book: LogBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "_FILE_BYTES", 2000)
    api_id = uuid4()
    for number in range(100):
        book.write(api_id, platform_line(f"line {number}"))
        book.flush()
    files = list((tmp_path / "logs").glob(f"{api_id}*"))
    assert len(files) == 2
    assert sum(file.stat().st_size for file in files) < 4500
    assert (await _messages(book, api_id, 2)) == ["line 98", "line 99"]


async def test_followers_get_new_lines_until_the_api_is_forgotten(book: LogBook) -> None:
    api_id = uuid4()
    book.write(api_id, platform_line("old"))
    lines = book.read(api_id, tail=1, follow=True)
    assert (await anext(lines)).message == "old"
    book.write(api_id, platform_line("new"))
    assert (await anext(lines)).message == "new"
    book.remove(api_id)
    with pytest.raises(StopAsyncIteration):
        await anext(lines)


async def test_a_follower_that_does_not_read_holds_nobody_up(book: LogBook) -> None:
    api_id = uuid4()
    book.write(api_id, platform_line("first"))
    lines = book.read(api_id, tail=1, follow=True)
    await anext(lines)
    for _ in range(1000):
        book.write(api_id, platform_line("x"))
    book.close()
    rest = [line async for line in lines]
    assert len(rest) <= 1000


def test_a_line_of_user_code_cannot_pretend() -> None:
    line = user_line("platform", "x" * 99, "m" * 99_999, "r" * 99, 3)
    assert isinstance(line, LogLine)
    assert (line.stream, line.level, len(line.message), len(line.request_id or "")) == (
        "log", "info", 8192, 64,
    )  # fmt: skip


async def test_a_new_line_cannot_break_the_file(book: LogBook) -> None:
    api_id = uuid4()
    book.write(api_id, user_line("stdout", "info", 'a\n{"at":"x"}\u2028', None, 1))
    assert await _messages(book, api_id) == [r'a\n{"at":"x"}\u2028']


async def test_a_line_cannot_steer_the_terminal_it_is_read_in(book: LogBook) -> None:
    api_id = uuid4()
    book.write(api_id, user_line("stdout", "info", "\x1b[2J\x9b\u202egne\tok", "\x1b", 1))
    assert await _messages(book, api_id) == [r"\x1b[2J\x9b\u202egne" + "\tok"]
