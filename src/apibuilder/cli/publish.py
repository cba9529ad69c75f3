"""create, edit, deploy, reload, rollback: the verbs that end in a Deployment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from apibuilder.cli import differences, output, session, stages
from apibuilder.cli.options import ApiRef, Json
from apibuilder.client import Refused

_WAIT = {"wait": "60"}


def create(
    prompt: Annotated[str, typer.Argument(help="The API, in a sentence.")],
    name: Annotated[str | None, typer.Option(help="Its name; else taken from the prompt.")] = None,
    as_json: Json = False,
) -> None:
    """Make an API from a sentence."""
    body = {"prompt": prompt} | ({"name": name} if name else {})
    with output.failures(as_json=as_json):
        show_made(stages.follow("/api/v1/generations", body), as_json=as_json)


def edit(
    api: ApiRef,
    change: Annotated[str, typer.Argument(help="What to change, in a sentence.")],
    *,
    confirm_breaking: Annotated[
        bool, typer.Option(help="Publish it although it breaks calls of live subscribers.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Change an API by saying what should be different."""
    body = {"change": change, "confirm_breaking": confirm_breaking}
    with output.failures(as_json=as_json):
        made = stages.follow(f"/api/v1/apis/{api}/edits", body)
        if not as_json:
            differences.show(made)
        show_made(made, as_json=as_json)


AllowHost = Annotated[
    list[str] | None,
    typer.Option(help='A host that it may reach, again for more; "" for none from now on.'),
]
MinInstances = Annotated[
    int | None, typer.Option(help="Instances that are kept warm; 0: it may sleep.")
]


def deploy(
    file: Annotated[Path, typer.Argument(help="A Python file that defines `app`.")],
    name: Annotated[str | None, typer.Option(help="Name of the API.")] = None,
    api: Annotated[str | None, typer.Option(help="Id or slug of the API to change.")] = None,
    *,
    allow_host: AllowHost = None,
    min_instances: MinInstances = None,
    canary: Annotated[
        int | None,
        typer.Option(help="Give it this percentage of the calls first.", min=1, max=99),
    ] = None,
    bake: Annotated[
        int | None, typer.Option(help="Seconds until a canary may be promoted; 600.", min=0)
    ] = None,
    min_calls: Annotated[
        int | None, typer.Option(help="Calls that a canary has to answer first; 200.", min=1)
    ] = None,
    as_json: Json = False,
) -> None:
    """Publish a FastAPI file of your own, as a new API or a new revision."""
    with output.failures(as_json=as_json, deploying=file):
        body: dict[str, Any] = {"source": _read(file)}
        if name or not api:
            body["name"] = name or _name_of(file)
        body |= _wishes(allow_host, min_instances)
        if canary is not None:
            body["canary"] = _canary(api, canary, bake, min_calls)
        path = f"/apis/{api}/revisions" if api else "/apis"
        show_made(_wait_for("deploying", path, body), as_json=as_json)


def reload(
    api: ApiRef,
    *,
    allow_host: AllowHost = None,
    min_instances: MinInstances = None,
    as_json: Json = False,
) -> None:
    """Start the present revision afresh, without a failed request; maybe with other wishes."""
    body = _wishes(allow_host, min_instances)
    with output.failures(as_json=as_json):
        show_made(_wait_for("reloading", f"/apis/{api}/reload", body), as_json=as_json)


def rollback(
    api: ApiRef,
    revision: Annotated[int | None, typer.Argument(help="Its number; else the one before.")] = None,
    as_json: Json = False,
) -> None:
    """Go back to an earlier revision, without a failed request."""
    body = {} if revision is None else {"revision": revision}
    with output.failures(as_json=as_json):
        show_made(_wait_for("rolling back", f"/apis/{api}/rollback", body), as_json=as_json)


def _canary(api: str | None, share: int, bake: int | None, min_calls: int | None) -> dict[str, Any]:
    if api is None:
        raise Refused({"code": "invalid", "detail": "A canary needs --api, to be tried beside it."})
    wish = {"share": share, "bake_seconds": bake, "min_calls": min_calls}
    return {name: value for name, value in wish.items() if value is not None}


def _wishes(allow_host: list[str] | None, min_instances: int | None) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if allow_host:
        body["egress_hosts"] = [host for host in allow_host if host]
    if min_instances is not None:
        body["min_instances"] = min_instances
    return body


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")  # Python takes a byte order mark too
    except OSError as error:
        raise Refused(
            {"code": "file_unreadable", "detail": f"{file}: {error.strerror}", "file": str(file)}
        ) from None
    except UnicodeDecodeError:
        raise Refused(
            {"code": "file_unreadable", "detail": f"{file} is not UTF-8 text.", "file": str(file)}
        ) from None


def _name_of(file: Path) -> str:
    return file.stem.replace("_", " ").replace("-", " ").strip()[:100] or "api"


def _wait_for(what: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    with output.err.status(f"{what} ..."):
        return session.call("POST", path, body, _WAIT)


def show_made(made: dict[str, Any], *, as_json: bool) -> None:
    """What was published: its checks, address and key."""
    if as_json:
        output.answer(made)
        return
    for check in made["checks"]:
        mark = "[green]✓[/]" if check["passed"] else "[red]✗[/]"
        took = f"{check['seconds'] * 1000:.0f} ms" if check["seconds"] else ""
        output.out.print(f"{mark} {check['name']} [dim]{escape(check['detail'])} {took}[/]")
    output.out.print(
        f"\n[bold]{escape(made['name'])}[/] is {output.status(made['status'])}, "
        f"revision {made['revision']}"
    )
    output.out.print(f"  url   [cyan]{made['endpoint_url']}[/]")
    output.out.print(f"  also  [cyan]{made['endpoint_url'].rsplit('/', 1)[0]}/{made['slug']}[/]")
    if made.get("api_key"):
        output.out.print(f"  key   [yellow]{made['api_key']}[/] [dim](shown only now)[/]")
        output.out.print("\nTry it:", style="dim")
        output.out.print(
            f"  curl -H 'Authorization: Bearer {made['api_key']}' "
            f"{made['endpoint_url']}/openapi.json",
            soft_wrap=True,
        )
