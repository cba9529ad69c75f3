"""The figures as a table in docs/, between two marks; the words around it are written by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_BEGIN, _END = "<!-- figures -->\n", "<!-- /figures -->\n"


def write(path: Path, result: dict[str, Any]) -> None:
    """Put the result's tables between the marks."""
    text = path.read_text()
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    path.write_text(before + _BEGIN + "\n" + tables(result) + "\n" + _END + after)


def tables(result: dict[str, Any]) -> str:
    """Markdown."""
    lines = [
        f"Machine: {result['machine']}; load when it began: {result['load_before']}. Sandbox: tier "
        f"`{result['sandbox']}`. Medians of {result['rounds']} rounds of "
        f"{result['seconds_a_round']} s; ± is half the interquartile range of the rounds.",
        "",
        "| calls | server | CPU a request | to the first |",
        "| --- | --- | --- | --- |",
    ]
    for shape, servers in result["cpu_us_a_request"].items():
        for name, found in servers.items():
            cpu = f"{found['median']:,.0f} µs ± {found['spread_percent'] / 2:.0f} %"
            lines.append(f"| {shape} | {name} | {cpu} | {found['ratio']:.2f} |")
    key = next(key for key in result if key.startswith("milliseconds_at_"))
    rate = int(key.split("_")[2])
    lines += ["", f"| at {rate:,} calls a second | p50 | p99 |", "| --- | --- | --- |"]
    for name, found in result[key].items():
        p50, p99 = found["p50"], found["p99"]
        lines.append(
            f"| {name} | {p50['median']:.2f} ms ± {p50['spread_percent'] / 2:.0f} % "
            f"| {p99['median']:.2f} ms ± {p99['spread_percent'] / 2:.0f} % |"
        )
    return "\n".join(lines) + "\n"
