"""The stages of what is being made, as they come."""

from __future__ import annotations

from typing import Any

from rich.markup import escape

from apibuilder.cli import output, session
from apibuilder.client import Refused

_STAGES = {
    "plan": "plan",
    "tests": "tests from the plan",
    "code": "code",
    "check": "policy check",
    "run": "tests in the sandbox",
    "repair": "repair",
    "deploy": "deploy",
}


def follow(path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Show the stages of a request's answer; the result, or Refused."""
    with output.err.status("thinking ...") as spinner:
        for event, data in session.control().events(path, body):
            if event == "result":
                return data
            if event == "error":
                raise Refused(data)
            if event == "stage":
                spinner.update(f"{_STAGES.get(data['stage'], data['stage'])} ...")
                _show_stage(data)
    raise Refused({"code": "cut_off", "detail": "The platform ended the answer; try again."})


def _show_stage(data: dict[str, Any]) -> None:
    if data["status"] == "started":
        return
    mark = "[green]✓[/]" if data["status"] == "done" else "[red]✗[/]"
    name = _STAGES.get(data["stage"], data["stage"])
    detail = data["detail"] if data["status"] == "done" else ""  # the error at the end says why
    output.err.print(f"{mark} {name} [dim]{escape(detail)}[/]")
