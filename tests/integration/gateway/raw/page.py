"""Writes docs/gateway/raw.md from the table: `python -m tests.integration.gateway.raw.page`."""

from __future__ import annotations

from pathlib import Path

from tests.integration.gateway.raw import framing, heads, targets, workers
from tests.integration.gateway.raw.case import Case

PAGE = Path(__file__).parents[4] / "docs/gateway/raw.md"
GROUPS = (
    ("Where a request ends", "framing", framing.CASES),
    ("What a request is aimed at", "targets", targets.CASES),
    ("Request lines, headers, keys, sizes, several at once", "heads", heads.CASES),
    ("Workers that lie", "workers", workers.CASES),
)
_LONGEST = 140
_USUAL = " ¶ Host: api.example ¶ X-API-Key: <KEY>"
_INTRO = """# What the gateway answers to what it should not get

{total} cases, each sent over a raw socket by `tests/integration/gateway/raw`; `make docs` writes
this page from them. *Seen* is how many requests reach user code; *after* says whether the same
connection serves another call. `¶` is CR LF, `_` a Host and a good key, each on a line, `<KEY>` a
good key. Callers who are slow or silent are in `test_slow.py`: a head has 30 s, a body 60 s between
two pieces (`APIBUILDER_HEAD_SECONDS`, `APIBUILDER_BODY_STALL_SECONDS`), a silent connection 75 s.
"""


def text() -> str:
    """The page."""
    parts = [_INTRO.format(total=sum(len(cases) for *_, cases in GROUPS))]
    for title, name, cases in GROUPS:
        of_workers = name == "workers"
        parts.append(f"\n## {title}\n")
        columns = "| what the worker sends |" if of_workers else "| case | what is sent |"
        parts.append(f"{columns} status | after | seen |\n")
        parts.append("|---" * (4 if of_workers else 5) + "|\n")
        parts += [_row(one, with_sent=not of_workers) for one in cases]
    return "".join(parts)


def _row(case: Case, *, with_sent: bool) -> str:
    cells = [_plain(case.name)]
    if with_sent:
        cells.append(f"`{_plain(_short(case.sent)).replace('`', '')}`")
    cells += [str(case.status), "closed" if case.closed else "open", str(case.reached)]
    return f"| {' | '.join(cells)} |\n"


def _short(sent: bytes) -> str:
    shown = repr(sent.replace(b"\r\n", b"\xb6"))[2:-1].replace("\\xb6", " ¶ ")
    shown = shown.replace("\\\\", "\\").replace(_USUAL, " ¶ _")
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]} ..."


def _plain(words: str) -> str:
    return words.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(text())
