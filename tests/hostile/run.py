"""Runs the hostile programs and tells what held: `python -m tests.hostile.run --help`.

`make hostile` runs all of them on every tier, as root and as a user without privilege, and writes
docs/hostile.md from what it saw.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from tests.contracts.backends import ROOT, is_root
from tests.hostile import rootless
from tests.hostile.neighbour import PAUSE_SECONDS, QUIET_CALLS, Neighbour, summary
from tests.hostile.program import TIERS, Program
from tests.hostile.programs import CATEGORIES
from tests.hostile.road import open_road, verdict

_MEASURED = "full, root"
_TABLE = ROOT / "docs" / "hostile.md"
_HEAD = """# The hostile table

{count} programs, each deployed through a real Backend and called through a real gateway, while a
neighbouring API has to answer every call. Written by `make hostile` from what it saw; the programs
are data in `tests/hostile/programs/`. *First to hold* names the layer that stops it; most are held
by others too. Run {runs}.

*Neighbour* is what its callers waited on the tier {measured}: p99 of {quiet} calls just before the
program and of those during it (how many), one every {pause:g} ms, gateway and client in one process
on the same two cores. A program that ends at once leaves it few calls, and their p99 is then the
slowest one; some keep that process busy themselves. *Memory* is its resident MB. {summary}

"""


async def run(
    tier: str, every: int, watched: dict[str, Neighbour] | None = None
) -> dict[str, list[str]]:
    """Program -> what went wrong, for every `every`th of those that are for that tier; how the
    neighbour fared goes to `watched`."""
    found: dict[str, list[str]] = {}
    async with open_road(tier) as road:
        programs = [p for group in CATEGORIES.values() for p in group if tier in p.tiers]
        for program in programs[::every]:
            seen, odd = await road.run(program, measure=watched is not None)
            found[program.name] = verdict(program, seen, odd)
            if found[program.name]:
                print(f"{tier}: {program.name}: {found[program.name]}", file=sys.stderr)
        if watched is not None:
            watched |= road.watched
    return found


def run_rootless(tier: str, every: int) -> dict[str, list[str]]:
    """The same in a process of a user without privilege."""
    here = [sys.executable, "-m", "tests.hostile.run", "--tier", tier, "--every", str(every)]
    done = subprocess.run(
        rootless.command(here), cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def table(runs: dict[str, dict[str, list[str]]], watched: dict[str, Neighbour]) -> str:
    """Markdown."""
    count = sum(map(len, CATEGORIES.values()))
    head = _HEAD.format(
        count=count,
        runs=", ".join(runs),
        measured=_MEASURED,
        quiet=QUIET_CALLS,
        pause=PAUSE_SECONDS * 1e3,
        summary=summary(list(watched.values())),
    )
    lines = [head]
    for category, programs in CATEGORIES.items():
        lines.append(f"## {category.capitalize()}\n")
        names = " | ".join((*runs, "neighbour", "memory"))
        lines.append(f"| program | outcome | first to hold | {names} |")
        lines.append("|---|---|---|---|---|" + "---|" * len(runs))
        lines += [_row(program, runs, watched) for program in programs]
        lines.append("")
    return "\n".join(lines)


def _row(
    program: Program, runs: dict[str, dict[str, list[str]]], watched: dict[str, Neighbour]
) -> str:
    outcome = str(program.expect)
    if program.uncounted is not None:
        outcome += f"; without a memory cgroup also {program.uncounted}"
    cells = [program.name, outcome, program.held]
    for seen in runs.values():
        wrong = seen.get(program.name)
        cells.append("" if wrong is None else "**no**" if wrong else "held")
    cells += watched.get(program.name, Neighbour()).cells()
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tier", choices=TIERS, help="one tier only, as whoever runs this")
    parser.add_argument("--every", type=int, default=1, help="only every so many programs")
    chosen = parser.parse_args()
    if chosen.tier:
        found = asyncio.run(run(chosen.tier, chosen.every))
        print(json.dumps(found))
        return 0
    if not is_root():
        parser.error("all tiers are run as root, which then gives its rights up")
    runs: defaultdict[str, dict[str, list[str]]] = defaultdict(dict)
    watched: dict[str, Neighbour] = {}
    for tier in TIERS:
        measured = watched if f"{tier}, root" == _MEASURED else None
        runs[f"{tier}, root"] = asyncio.run(run(tier, chosen.every, measured))
        runs[f"{tier}, rootless"] = run_rootless(tier, chosen.every)
    _TABLE.write_text(table(runs, watched))
    wrong = [name for seen in runs.values() for name, what in seen.items() if what]
    total = sum(map(len, runs.values()))
    print(f"{total - len(wrong)} held, {len(wrong)} did not: {Path('docs/hostile.md')}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
