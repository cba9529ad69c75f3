"""login and logout: act as the account that one signs in with, instead of as the operator."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.markup import escape

from apibuilder import settings, sign_in_session
from apibuilder.cli import output
from apibuilder.cli.options import Json
from apibuilder.client import Place, Refused, Unreachable


def login(
    email: Annotated[str, typer.Argument(help="The address that you signed up with.")],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Sign in to the platform; later verbs act for this account."""
    with output.failures(as_json=as_json):
        loaded = settings.load()
        url = Place.url_of(loaded)
        password = (
            sys.stdin.readline().rstrip("\n")
            if password_stdin
            else typer.prompt("Password", hide_input=True, err=True)
        )
        with _refusals():
            session = sign_in_session.sign_in(url, email, password)
            sign_in_session.store(loaded.state_dir, session)
    if as_json:
        output.answer({"email": session.email, "platform_url": url})
    else:
        output.out.print(f"[green]✓[/] signed in to {url} as [bold]{escape(email)}[/]")


def logout(as_json: Json = False) -> None:
    """Sign out; later verbs act as the operator of this machine again."""
    with output.failures(as_json=as_json):
        folder = settings.load().state_dir
        session = sign_in_session.kept(folder)
        if session is not None:
            sign_in_session.forget(folder)
            with _refusals():
                sign_in_session.sign_out(session)
    if as_json:
        output.answer({"signed_out": session is not None})
    else:
        output.out.print("[green]✓[/] signed out" if session else "nobody was signed in")


@contextmanager
def _refusals() -> Generator[None]:
    """Auth's answers as those of the control API."""
    try:
        yield
    except sign_in_session.SignInRefused as error:
        raise Refused({"code": "unauthenticated", "detail": str(error)}) from None
    except OSError as error:
        raise Unreachable(f"Auth does not answer ({error}).") from None
