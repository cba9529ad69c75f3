"""A short way to write TestCases."""

from __future__ import annotations

from pydantic import JsonValue

from apibuilder.generator.cases import Expectation, Query, Step, StepRequest, TestCase, Upload


def call(
    method: str,
    path: str,
    *,
    query: Query | None = None,
    body: JsonValue = None,
    text: str | None = None,
    form: dict[str, str] | None = None,
    files: dict[str, Upload] | None = None,
    headers: dict[str, str] | None = None,
) -> StepRequest:
    """A request."""
    return StepRequest(
        method=method,
        path=path,
        query=query or {},
        headers=headers or {},
        body=body,
        text=text,
        form=form or {},
        files=files or {},
    )


def get(path: str, **query: JsonValue) -> StepRequest:
    """A GET with a query."""
    return call("GET", path, query=query)


def post(path: str, body: JsonValue) -> StepRequest:
    """A POST of JSON."""
    return call("POST", path, body=body)


def step(
    request: StepRequest,
    status: int = 200,
    *,
    has: JsonValue = None,
    equals: JsonValue = None,
    contains: list[str] | None = None,
    lacks: list[str] | None = None,
    headers: dict[str, str] | None = None,
    prefix: str | None = None,
    capture: dict[str, str] | None = None,
) -> Step:
    """A request and what its answer must be; `has` is a part of its JSON."""
    return Step(
        request=request,
        expect=Expectation(
            status=status,
            subset=has,
            equals=equals,
            contains=contains or [],
            lacks=lacks or [],
            headers=headers or {},
            prefix=prefix,
        ),
        capture=capture or {},
    )


def case(name: str, *steps: Step) -> TestCase:
    """Steps on an API that holds no data yet."""
    return TestCase(name=name, steps=list(steps))
