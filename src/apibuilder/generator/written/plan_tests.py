"""Tests from a plan, before any code is seen: its examples, the life of its things, its errors."""

from __future__ import annotations

import re

from pydantic import JsonValue

from apibuilder.generator.cases import Expectation, Query, Step, StepRequest, TestCase
from apibuilder.generator.plan import Plan, PlanEndpoint
from apibuilder.generator.written import samples
from apibuilder.generator.written.crud import creator_of, fields_of, stored_fields
from apibuilder.generator.written.things import (
    Collection,
    chain_of,
    collections_of,
    is_plain,
    operation_of,
    owner_of,
)

_BY_CHANCE = re.compile(
    r"\b(random\w*|generat\w*|now|today|current|unique|uuid|shuffle\w*|token|short)\b", re.I
)
_UNKNOWN = {True: "987654321", False: "unknown-7f3a9c"}


def call_of(endpoint: PlanEndpoint) -> str:
    """`POST /books/{id}/borrow`: what the name of a test of it begins with."""
    return f"{endpoint.method} {endpoint.path}"


def tests_of(plan: Plan) -> list[TestCase]:
    """One or more for every endpoint."""
    collections = collections_of(plan)
    cases: list[TestCase] = []
    for endpoint in plan.endpoints:
        before = _before(plan, endpoint, collections)
        if before is None:
            continue  # what it needs cannot be made by the API itself
        cases += _cases(plan, endpoint, before, collections)
    return cases


def _cases(
    plan: Plan, endpoint: PlanEndpoint, before: list[Step], collections: dict[str, Collection]
) -> list[TestCase]:
    call = call_of(endpoint)
    cases = [
        TestCase(name=f"{call}: answers", steps=[*before, _success(plan, endpoint, collections)])
    ]
    for number, example in enumerate(_examples(endpoint, collections), 1):
        cases.append(TestCase(name=f"{call}: example {number}", steps=[example]))
    for f in fields_of(plan, endpoint.request):
        if f.required:
            without = {k: v for k, v in samples.body(plan, endpoint.request).items() if k != f.name}
            step = _step(endpoint, plan, 422, body=without)
            cases.append(TestCase(name=f"{call}: needs {f.name}", steps=[*before, step]))
            break  # one shows that the model is there; the schema fuzz does the rest
    makes = (
        operation_of(endpoint, collections) == "replace"
        and (chain_of(endpoint.path, collections) or [None])[-1]
    )
    if makes and makes.put:
        return cases
    if any(e.status == 404 for e in endpoint.errors) and (
        owner := owner_of(endpoint.path, collections)
    ):
        step = _step(endpoint, plan, 404, unknown=owner)
        cases.append(TestCase(name=f"{call}: is not there", steps=[step]))
    if operation_of(endpoint, collections) == "delete":
        gone = [_success(plan, endpoint, collections), _step(endpoint, plan, 404)]
        cases.append(TestCase(name=f"{call}: is gone then", steps=[*before, *gone]))
    return cases


def _before(
    plan: Plan, endpoint: PlanEndpoint, collections: dict[str, Collection]
) -> list[Step] | None:
    """What makes the things that a path names; None if nothing does."""
    steps: list[Step] = []
    chain = chain_of(endpoint.path, collections)
    if operation_of(endpoint, collections) == "replace" and chain and chain[-1].put:
        return []
    places = re.findall(r"\{(\w+)\}", endpoint.path)
    unknown = [place for place in places if place not in {one.key for one in chain}]
    if unknown and chain:
        return None
    for one in chain:
        creator = creator_of(plan, one)
        step = _step(creator, plan, creator.status or 200)
        step.capture = {one.key: "id" if one.by_id else one.key}
        steps.append(step)
    return steps


def _success(plan: Plan, endpoint: PlanEndpoint, collections: dict[str, Collection]) -> Step:
    step = _step(endpoint, plan, endpoint.status or 200)
    operation = operation_of(endpoint, collections)
    taken = fields_of(plan, endpoint.request)
    plain = is_plain(endpoint, operation, stored_fields(plan, endpoint, collections))
    status = step.expect.status
    if not plain:
        # A made-up request may be one of those that the plan refuses.
        refused = [e.status for e in endpoint.errors if e.status != 404]
        texts = any(f.type == "string" and not f.choices and f.example is None for f in taken)
        texts = texts or any(p.type == "string" for p in endpoint.parameters)
        step.expect.or_status = sorted({*refused, *([400, 422] if texts else [])})
    if status < 300 and status != 204:
        step.expect.members = _members(plan, endpoint)
        if plain and operation in {"create", "replace"}:
            step.expect.subset = step.request.body
    return step


def _members(plan: Plan, endpoint: PlanEndpoint) -> list[str]:
    """What the prompt itself says that the answer has."""
    model = next((m for m in plan.models if m.name == endpoint.response), None)
    if model is None or model.description != "said":
        return []
    return [f.name for f in model.fields if f.required]


def _step(
    endpoint: PlanEndpoint, plan: Plan, status: int, *, body: JsonValue = None,
    unknown: Collection | None = None,
) -> Step:  # fmt: skip
    path = endpoint.path
    for p in endpoint.parameters:
        if p.location != "path":
            continue
        if unknown is not None and p.name == unknown.key:
            path = path.replace(f"{{{p.name}}}", _UNKNOWN[unknown.by_id])
        elif not _is_captured(plan, endpoint, p.name):
            path = path.replace(f"{{{p.name}}}", str(samples.parameter(p)))
    query: Query = {
        p.name: samples.parameter(p)
        for p in endpoint.parameters
        if p.location == "query" and p.required
    }
    sent: JsonValue = samples.body(plan, endpoint.request) if endpoint.request else None
    request = StepRequest(
        method=endpoint.method, path=path, query=query, body=sent if body is None else body
    )
    return Step(request=request, expect=Expectation(status=status))


def _is_captured(plan: Plan, endpoint: PlanEndpoint, name: str) -> bool:
    chain = chain_of(endpoint.path, collections_of(plan))
    makes = endpoint.method == "PUT" and chain and chain[-1].put
    return any(owner.key == name for owner in (chain[:-1] if makes else chain))


def _examples(endpoint: PlanEndpoint, collections: dict[str, Collection]) -> list[Step]:
    """Those of the prompt, where the answer can only be that one."""
    if _BY_CHANCE.search(endpoint.does) or endpoint.path in collections:
        return []
    return [
        Step(
            request=StepRequest(
                method=endpoint.method, path=one.path, query=one.query, body=one.body
            ),
            expect=Expectation(status=one.status, subset=one.answer),
        )
        for one in endpoint.examples
    ]
