"""Names that mean something in Python, SQL or the generated module: it works all the same."""

from __future__ import annotations

import pytest

from apibuilder.control.generations.sandbox import BackendSandbox
from apibuilder.generator.properties import check_properties
from apibuilder.generator.recipes.resource import tests as written
from apibuilder.generator.recipes.resource.infer import infer
from apibuilder.generator.recipes.resource.model import Resource
from apibuilder.generator.recipes.resource.nouns import plural
from apibuilder.generator.recipes.resource.source import source_of
from apibuilder.generator.runner import run_case

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIELDS = [
    "id, class, store, app, json, created at, order, group, select, table, index, from, to",
    "limit, sort, offset, q, total, items, page, filter, values, where, null, default, unique",
    "self, cls, model, model config, schema, copy, dict, validate, fields, key, value, wanted",
    "str, int, float, bool, list, dt, os, re, threading, literal, annotated, query, path",
    "date, time, datetime, date from, date to, price, price min, price max, tags, rowid, main",
    "not, or, is, import, lambda, none, true, false, async, await, def, return, match, case",
    "primary, check, begin, commit, escape, like, glob, sum, count, max, min, email, link, done",
]
NOUNS = [
    *("store", "app", "item", "index", "class", "order", "message", "query", "import", "request"),
    *("base_model", "sheep", "literal", "page", "filter", "str", "async_generator", "lambda"),
]


def resource_of(number: int, noun: str) -> Resource:
    """As if a prompt had asked for it; some of these names no prompt gets past the grammar."""
    names = FIELDS[number % len(FIELDS)].split(", ")
    fields = [infer(name, noun, [], required=not place) for place, name in enumerate(names)]
    return Resource(
        singular=noun, plural=plural(noun), fields=tuple(one for one in fields if one is not None)
    )


@pytest.mark.parametrize(("number", "noun"), list(enumerate(NOUNS)))
async def test_a_module_with_such_names_serves(
    number: int, noun: str, sandbox: BackendSandbox
) -> None:
    resource = resource_of(number, noun)
    assert len(resource.fields) >= 9
    source = source_of(resource)
    for case in written.tests_of(resource):
        async with sandbox.open(source) as session:
            check = await run_case(session, case)
        assert check.passed, check.detail
    async with sandbox.open(source) as session:
        checks = await check_properties(session)
    assert len(checks) == 3
    assert not [check.detail for check in checks if not check.passed]
