"""Errors of user code in words for its maker: their own lines, and no path of the host."""

from __future__ import annotations

import sys
import sysconfig
import traceback
from pathlib import Path
from types import TracebackType

USER_FILE = "main.py"
_PLATFORM = str(Path(__file__).resolve().parents[2]) + "/"  # the package `apibuilder`
_LONGEST_DETAIL = 2000

_ROOTS = {
    str(Path(_PLATFORM).parent),
    *sys.path,
    *sysconfig.get_paths().values(),
    sys.prefix,
    sys.base_prefix,
}
_hidden = [
    (root.rstrip("/") + "/", "")
    for root in sorted(_ROOTS, key=len, reverse=True)
    if root.count("/") > 1  # never "/" or "/usr" alone
]


def hide(path: str, shown: str) -> None:
    """From now on show `path` as `shown`."""
    if path.rstrip("/") != shown:
        _hidden.insert(0, (path.rstrip("/"), shown))


def without_host_paths(text: str) -> str:
    """`text` with paths cut down to those below the environment's folders."""
    if "/" in text:
        for path, shown in _hidden:
            text = text.replace(path, shown)
    return text


def summary(error: BaseException) -> str:
    """As in the last line of a traceback: `ValueError: ...`."""
    text = "".join(traceback.format_exception_only(error)).strip()
    if isinstance(error, SyntaxError):
        text = text.splitlines()[-1]
    told = without_host_paths(text)[:_LONGEST_DETAIL]
    return told.encode("utf-8", "backslashreplace").decode()  # half of a surrogate pair is no text


def origin(error: BaseException) -> tuple[str | None, int | None]:
    """File and line to blame: the innermost of the user's own, else the innermost of all."""
    if isinstance(error, SyntaxError) and error.filename == USER_FILE:
        return USER_FILE, error.lineno
    frames = [
        (frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    own = [(file, line) for file, line in frames if file == USER_FILE]
    foreign = [(file, line) for file, line in frames if not file.startswith(_PLATFORM)]
    file, line = (own or foreign or [(None, None)])[-1]
    return without_host_paths(file) if file else None, line


def lines(error: BaseException) -> list[str]:
    """The traceback, from the first line of the user's own code on, if it has one."""
    start = _user_part(error.__traceback__) or _foreign_part(error.__traceback__)
    report = traceback.TracebackException(type(error), error, start)
    return without_host_paths("".join(report.format())).splitlines()


def _user_part(tb: TracebackType | None) -> TracebackType | None:
    while tb is not None and tb.tb_frame.f_code.co_filename != USER_FILE:
        tb = tb.tb_next
    return tb


def _foreign_part(tb: TracebackType | None) -> TracebackType | None:
    while tb is not None and tb.tb_frame.f_code.co_filename.startswith(_PLATFORM):
        tb = tb.tb_next
    return tb
