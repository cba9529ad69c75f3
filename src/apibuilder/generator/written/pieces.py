"""Code in pieces: rules assemble a module, a model writes the functions that rules cannot."""

from __future__ import annotations

import ast
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

from apibuilder.generator.base import Finding
from apibuilder.generator.plan import Plan, PlanEndpoint
from apibuilder.generator.providers.base import Answer, Question
from apibuilder.generator.written import crud
from apibuilder.generator.written.assemble import (
    Function,
    assemble,
    function_name,
    model_source,
    signature,
)
from apibuilder.generator.written.functions import Surroundings, Unreadable, read_function
from apibuilder.generator.written.imports import known, undefined
from apibuilder.generator.written.plan_tests import call_of
from apibuilder.generator.written.prompt_files import prompt_text
from apibuilder.generator.written.things import (
    Collection,
    chain_of,
    collections_of,
    is_plain,
    operation_of,
    owner_of,
)

_FUNCTION_TOKENS = 500
_FIRST = (0.1, 0.6, 0.9)
_AGAIN = (0.6, 0.9, 1.1)
_TABLE = (
    "`{table}` keeps rows, which are dicts with an `id`: {table}.add({{...}}) returns the new row, "
    "{table}.get(id) a row or None, {table}.first(name=value) a row or None, {table}.find(name=value) "  # noqa: E501
    "and {table}.all() lists of rows, {table}.save(row) keeps a changed row, {table}.delete(id). "
    "A row of {table} has: id, {fields}."
)
Ask = Callable[[Question], Awaitable[Answer]]


class Pieces:
    """One Generation's. Remembers which functions a source was made of."""

    def __init__(self, ask: Ask, tell: Callable[[str], None]) -> None:
        self._ask = ask
        self._tell = tell
        self._made: dict[str, dict[str, Function]] = {}
        self._repairs = 0

    async def code(self, plan: Plan) -> str:
        """The module, each function asked for once more while it cannot be used."""
        collections = collections_of(plan)
        functions: dict[str, Function] = {}
        for number, endpoint in enumerate(plan.endpoints, 1):
            self._tell(f"{call_of(endpoint)} ({number} of {len(plan.endpoints)})")
            functions[function_name(endpoint)] = (
                _by_rules(plan, endpoint, collections)
                or await self._written(plan, endpoint, collections, _FIRST, "")
                or _stand_in(plan, endpoint, collections)
            )
        return self._assembled(plan, functions)

    async def repair(self, plan: Plan, source: str, findings: list[Finding]) -> str:
        """Only the functions that failed are written anew, without showing the old ones."""
        functions = dict(self._made.get(source) or functions_of(source, plan))
        failing = _failing(plan, findings)
        collections = collections_of(plan)
        temperature = _AGAIN[min(self._repairs, len(_AGAIN) - 1)]
        self._repairs += 1
        for endpoint in plan.endpoints:
            why = failing.get(call_of(endpoint))
            if why is None:
                continue
            self._tell(f"{call_of(endpoint)}: {why}"[:300])
            made = await self._written(plan, endpoint, collections, (temperature, 1.1), why)
            if made is not None:
                functions[function_name(endpoint)] = made
        return self._assembled(plan, functions)

    def _assembled(self, plan: Plan, functions: dict[str, Function]) -> str:
        source = assemble(plan, functions)
        self._made[source] = functions
        return source

    async def _written(
        self,
        plan: Plan,
        endpoint: PlanEndpoint,
        collections: dict[str, Collection],
        temperatures: tuple[float, ...],
        why: str,
    ) -> Function | None:
        owner = owner_of(endpoint.path, collections)
        before = crud.found_or_404(endpoint.path, collections)
        around = _around(plan, endpoint, collections, owner)
        for number, temperature in enumerate(temperatures):
            question = Question(
                rules=prompt_text("function.md"),
                text=_question(plan, endpoint, collections, before, why),
                max_tokens=_FUNCTION_TOKENS,
                temperature=temperature,
                seed=self._repairs * 10 + number,
            )
            answer = await self._ask(question)
            try:
                function = read_function(answer.text, around)
            except Unreadable as unreadable:
                why = str(unreadable)
                continue
            function = replace(function, lines=[*before, *_without(function.lines, before)])
            lacking = _lacking(plan, endpoint, function, collections)
            if not lacking:
                return function
            why = f"these names are not defined: {', '.join(sorted(lacking))}"
        return None


def by_rules(plan: Plan) -> tuple[str, list[PlanEndpoint]]:
    """A module without a model, and the endpoints that rules cannot write."""
    collections = collections_of(plan)
    functions = {function_name(e): _by_rules(plan, e, collections) for e in plan.endpoints}
    unknown = [e for e in plan.endpoints if functions[function_name(e)] is None]
    stood_in = {
        function_name(e): functions[function_name(e)] or _stand_in(plan, e, collections)
        for e in plan.endpoints
    }
    return assemble(plan, stood_in), unknown


def _by_rules(
    plan: Plan, endpoint: PlanEndpoint, collections: dict[str, Collection]
) -> Function | None:
    operation = operation_of(endpoint, collections)
    if not is_plain(endpoint, operation, crud.stored_fields(plan, endpoint, collections)):
        return None
    lines = crud.body_of(plan, endpoint, operation, collections)
    return Function(lines=lines, by_rules=True)


def _stand_in(plan: Plan, endpoint: PlanEndpoint, collections: dict[str, Collection]) -> Function:
    """What starts and fails its tests, so that it is never published as it is."""
    operation = operation_of(endpoint, collections)
    if operation != "other":
        return Function(lines=crud.body_of(plan, endpoint, operation, collections))
    return Function(lines=[f'raise NotImplementedError("{call_of(endpoint)}")'])


def _around(
    plan: Plan, endpoint: PlanEndpoint, collections: dict[str, Collection], owner: Collection | None
) -> Surroundings:
    answer = crud.fields_of(plan, endpoint.response)
    names = {p.name for p in endpoint.parameters} | ({"body"} if endpoint.request else set[str]())
    models = {model.name for model in plan.models}
    tables = {one.table for one in collections.values()}
    return Surroundings(
        name=function_name(endpoint),
        parameters=frozenset(names | {f"{name}_" for name in names}),
        body_fields=frozenset(f.name for f in crud.fields_of(plan, endpoint.request)),
        tables=frozenset(tables),
        answer=answer[0].name if len(answer) == 1 and not endpoint.many else None,
        rows={} if owner is None else {owner.thing: owner.table},
        taken=frozenset(
            models | tables | {"Table", "DATA", "app"} | {function_name(e) for e in plan.endpoints}
        ),
    )


def _question(
    plan: Plan,
    endpoint: PlanEndpoint,
    collections: dict[str, Collection],
    before: list[str],
    why: str,
) -> str:
    parts = [f"The API: {plan.description}"]
    for one in collections.values():
        creator = crud.creator_of(plan, one)
        fields = [f.name for f in crud.kept_fields(plan, creator, collections) if f.name != "id"]
        parents = chain_of(one.path, collections)
        fields += [parents[-1].link] if parents else []
        parts.append(_TABLE.format(table=one.table, fields=", ".join(fields) or "what was added"))
    parts.append(
        f"The function's API call is {call_of(endpoint)}. It {endpoint.does or endpoint.summary}."[
            :900
        ]
    )
    answer = crud.fields_of(plan, endpoint.response)
    if answer:
        wanted = ", ".join(f"{f.name} ({f.type})" for f in answer)
        parts.append(
            f"It returns {'a list of dicts' if endpoint.many else 'a dict'} with: {wanted}."
        )
    parts += [
        f"Refuse with status {e.status}: {e.when}."
        for e in endpoint.errors
        if not (before and e.status == 404)
    ]
    if why:
        parts.append(f"A former version was wrong: {why[:600]}")
    begun = "\n".join(f"    {line}" for line in before)
    head = signature(endpoint).split("\n", 1)[1]
    models = [model_source(m) for m in plan.models if m.name == endpoint.request]
    code = "\n\n".join([*(_readable(m) for m in models), f"{_readable(head)}\n{begun}"])
    parts.append(f"Write the function, beginning so:\n```python\n{code}\n```")
    return "\n\n".join(parts)


def _readable(head: str) -> str:
    """Without what validates: a small model copies it into its code."""
    kind = r"([^,\[\]]+(?:\[[^\]]*\])?(?: \| None)?)"
    return re.sub(rf"Annotated\[{kind}, (?:Query|ApiPath|Field)\([^)]*\)\]", r"\1", head)


def _without(lines: list[str], before: list[str]) -> list[str]:
    """The lines, less a beginning that repeats what rules have put there."""
    if not before:
        return lines
    there = ast.unparse(ast.parse("\n".join(before))).splitlines()
    first = there[0]
    if lines and lines[0] == first:
        statements = ast.parse("\n".join(["def f():", *(f"    {line}" for line in lines)])).body[0]
        assert isinstance(statements, ast.FunctionDef), "it was just written so"
        body = statements.body[1:]
        if (body and isinstance(body[0], ast.If) and "None" in ast.unparse(body[0].test)) or (
            body and isinstance(body[0], ast.If) and ast.unparse(body[0].test).startswith("not ")
        ):
            body = body[1:]
        return [line for node in body for line in ast.unparse(node).splitlines()] or lines
    return lines


def _lacking(
    plan: Plan, endpoint: PlanEndpoint, function: Function, collections: dict[str, Collection]
) -> set[str]:
    """Names that neither the function nor the module defines."""
    head = signature(endpoint).split("\n", 1)[1]
    text = "\n".join([*function.helpers, head, *(f"    {line}" for line in function.lines)])
    there = {one.table for one in collections.values()} | {m.name for m in plan.models}
    there |= {"app", "DATA", "Table"}
    there |= {function_name(e) for e in plan.endpoints}
    return {name for name in undefined(text) if name not in there and not known(name)}


def _failing(plan: Plan, findings: list[Finding]) -> dict[str, str]:
    """Which endpoint each finding is about, and the first thing found about it."""
    found: dict[str, str] = {}
    for finding in findings:
        for endpoint in plan.endpoints:
            call = call_of(endpoint)
            if finding.name.startswith(f"{call}: ") or _is_of(endpoint, finding.detail):
                found.setdefault(call, finding.detail)
    if not found and findings:  # it did not even start: everything that a model wrote is suspect
        for endpoint in plan.endpoints:
            found.setdefault(call_of(endpoint), findings[0].detail)
    return found


def _is_of(endpoint: PlanEndpoint, detail: str) -> bool:
    pattern = re.sub(r"\\\{\w+\\\}", r"[^/\\s?]+", re.escape(endpoint.path))
    return re.search(rf"(?:^|; |: ){endpoint.method} {pattern}(?=[\s?]|$)", detail) is not None


def functions_of(source: str, plan: Plan) -> dict[str, Function]:
    """The functions in a module of ours, when a Generation is taken up again."""
    names = {function_name(endpoint) for endpoint in plan.endpoints}
    return {
        node.name: Function(
            lines=[line for one in node.body for line in ast.unparse(one).splitlines()]
        )
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and node.name in names
    }
