"""Hostile and broken programs as data, a file a category. `{secret}` in a source is the path of
another Api's secret file, `{root}` this project's folder, `{socket}` a socket of the platform's."""

from __future__ import annotations

import importlib
import pkgutil

from tests.hostile.program import Program

CATEGORIES: dict[str, list[Program]] = {
    module.name: importlib.import_module(f"{__name__}.{module.name}").PROGRAMS
    for module in pkgutil.iter_modules(__path__)
}


def named(name: str) -> Program:
    """One of them."""
    (found,) = [p for programs in CATEGORIES.values() for p in programs if p.name == name]
    return found
