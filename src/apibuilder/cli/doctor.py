"""doctor: what runs, how strong the sandbox is, what is missing; also with the platform down."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from rich.markup import escape

from apibuilder import __version__, settings
from apibuilder.cli import output, session
from apibuilder.cli.options import Json
from apibuilder.client import Refused, Unreachable, run_facts
from apibuilder.settings import Settings


def doctor(as_json: Json = False) -> None:
    """Say what is running, which sandbox tier is in force and what is missing."""
    with output.failures(as_json=as_json):
        facts = _examine(settings.load())
    if as_json:
        output.answer(facts)
    else:
        _print(facts)
    if not facts["ok"]:
        raise SystemExit(1)


def _examine(chosen: Settings) -> dict[str, Any]:
    run = run_facts(chosen)
    facts: dict[str, Any] = {
        "ok": False,
        "version": __version__,
        "data_dir": str(chosen.state_dir),
        "running": bool(run),
        "platform_url": run.get("platform_url"),
        "gateway_url": run.get("gateway_url"),
        "processes": _processes(run),
        "missing": _missing(chosen),
        "database": {},
        "backend": {},
    }
    try:
        status = session.call("GET", "/status")
    except (Unreachable, Refused) as error:
        facts["missing"].insert(0, str(error))
        return facts
    alive = all(process["running"] for process in facts["processes"].values())
    facts |= {name: status[name] for name in ("database", "backend", "versions")}
    facts["ok"] = bool(status["ok"]) and alive and not facts["missing"]
    return facts


def _processes(run: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {"pid": pid, "running": Path(f"/proc/{pid}").exists()}
        for name, pid in run.get("children", {}).items()
    }


def _missing(chosen: Settings) -> list[str]:
    root = Path(__file__).resolve().parents[3]
    wanted = {
        chosen.runtime_python or root / "runtime/.venv/bin/python": (
            "the environment that APIs run in: run `make install`"
        ),
        root / "node_modules/supabase": "the Supabase CLI (for migrations): run `make install`",
        root / "node_modules/@supabase/lite": "local Auth and REST: run `make install`",
        Path(sys.executable).with_name("deno"): "Deno (for edge functions): run `make install`",
    }
    return [what for path, what in wanted.items() if not Path(path).exists()]


def _print(facts: dict[str, Any]) -> None:
    mark = "[green]✓ all well[/]" if facts["ok"] else "[red]✗ something is wrong[/]"
    output.out.print(f"AI API Builder {facts['version']}  {mark}")
    output.out.print(f"  data      {facts['data_dir']}")
    for name, process in facts["processes"].items():
        state = "[green]running[/]" if process["running"] else "[red]gone[/]"
        output.out.print(f"  {name:<9} {state} [dim]pid {process['pid']}[/]")
    if facts["database"]:
        database = facts["database"]
        state = f"[green]{database['version']}[/]" if database["ok"] else escape(database["detail"])
        output.out.print(f"  database  {state}")
    backend = facts["backend"]
    if backend.get("tier"):
        output.out.print(f"  sandbox   tier [bold]{backend['tier']}[/]")
        output.out.print(f"            [dim]{', '.join(backend['layers'])}[/]", soft_wrap=True)
        for layer, why in backend["missing"].items():
            output.out.print(f"            [yellow]without {layer}: {escape(why)}[/]")
        for tier, why in backend["refused"].items():
            output.out.print(f"            [yellow]not {tier}: {escape(str(why))}[/]")
    for what in facts["missing"]:
        output.out.print(f"  [red]missing[/]   {escape(what)}", soft_wrap=True)
