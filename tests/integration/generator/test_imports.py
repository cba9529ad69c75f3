"""Imports in the real sandbox: each passes the tests that come from its own document."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apibuilder import errors
from apibuilder.control.generations.sandbox import BackendSandbox
from apibuilder.generator.base import Progress
from apibuilder.generator.imports.base import Kind
from apibuilder.generator.imports.detect import make
from apibuilder.generator.imports.prove import prove_import
from tests.unit.generator.imports import samples

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOSTILE = samples.INJECTIONS[0]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.OPENAPI, samples.openapi(HOSTILE)),
        (Kind.CSV, samples.table(HOSTILE)),
        (Kind.SQL, samples.sql(HOSTILE)),
        (Kind.CURL, samples.curl(HOSTILE)),
        (Kind.FASTAPI, "from fastapi import FastAPI\napp = FastAPI()\n"),
    ],
)
async def test_an_import_passes_the_tests_of_its_document(
    sandbox: BackendSandbox, kind: Kind, text: str
) -> None:
    told: list[Progress] = []
    imported = make(text, None, "", "Imported")
    assert imported.kind == kind
    passed, generated = await prove_import(sandbox, imported, told.append, deadline_seconds=60)
    assert passed is imported, [one.detail for one in told]
    assert generated.source == imported.source
    assert len(generated.tests) >= (0 if kind is Kind.FASTAPI else 1)
    assert all(check.passed for check in generated.checks) or passed.answers_all


async def test_what_fails_its_tests_is_tried_in_a_simpler_form_or_not_published(
    sandbox: BackendSandbox,
) -> None:
    imported = make(samples.openapi(), None, "", None)
    broken = imported.source.replace("return bool(self._run(f", "return False and bool(self._run(f")
    assert broken != imported.source
    wrong = replace(imported, source=broken)
    passed, _ = await prove_import(sandbox, wrong, lambda _: None, deadline_seconds=60)
    assert passed is imported.simpler
    with pytest.raises(errors.TestsFailed):
        await prove_import(
            sandbox, replace(wrong, simpler=None), lambda _: None, deadline_seconds=60
        )
