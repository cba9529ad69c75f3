"""Writes the last section of docs/security.md: `python -m tests.integration.store.matrix_docs`."""

from __future__ import annotations

from pathlib import Path

from tests.integration.store.matrix import ACTORS, MATRIX, VERBS, Outcome

DOCS = Path(__file__).parents[3] / "docs/security.md"
_TITLE = "## Who may do what with which row\n"
_HEAD = f"""{_TITLE}
Made from `tests/integration/store/matrix.py` by
`.venv/bin/python -m tests.integration.store.matrix_docs`; a test tries every cell on a real
Postgres, drops each policy to see that a cell then fails, and compares this section.

The database says this, whatever the client is: PostgREST, an edge function with the caller's
token, or `psql`. Everything not named is refused. **Owner** is whose row it is, **maker** owns the
API that the row is about, **subscriber** has subscribed to its listing, **other** is anybody else
who is signed in.

`-` refused, `no rows` may ask but finds or changes none, `yes` allowed, `all` all columns.
"""


def render() -> str:
    """The section."""
    lines = [_HEAD]
    for verb in VERBS:
        lines += [f"### {verb}", "", "| table | " + " | ".join(ACTORS) + " |"]
        lines.append("|---" * (len(ACTORS) + 1) + "|")
        for subject in MATRIX:
            cells = [_cell(subject.expected(verb, actor)) for actor in ACTORS]
            lines.append(f"| {subject.name} | " + " | ".join(cells) + " |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _cell(outcome: Outcome) -> str:
    if isinstance(outcome, frozenset):
        return ", ".join(f"`{column}`" for column in sorted(outcome))
    return {"denied": "-", "all columns": "all", "allowed": "yes"}.get(outcome, outcome)


def written() -> str:
    """The section as it stands in the docs."""
    text = DOCS.read_text()
    return text[text.index(_TITLE) :]


if __name__ == "__main__":
    DOCS.write_text(DOCS.read_text().removesuffix(written()) + render())
