"""The Plan of a Resource, and the Resource of such a Plan."""

from __future__ import annotations

from apibuilder.generator.plan import (
    Plan,
    PlanEndpoint,
    PlanError,
    PlanField,
    PlanModel,
    PlanParameter,
)
from apibuilder.generator.recipes.resource.examples import example
from apibuilder.generator.recipes.resource.model import Kind, Resource

_MEMO = "resource"
_INVALID = PlanError(status=422, when="a value has the wrong type or is not allowed")


def plan_of(resource: Resource) -> Plan:
    """What is going to be built."""
    return Plan(
        title=resource.title,
        description=f"Keeps {resource.plural.replace('_', ' ')}, each with {_fields(resource)}.",
        endpoints=_endpoints(resource),
        models=[_model(resource)],
        packages=["fastapi", *(["email-validator"] if resource.of_kind(Kind.EMAIL) else [])],
        storage=True,
        memo={_MEMO: resource.model_dump(mode="json")},
    )


def resource_of(plan: Plan) -> Resource | None:
    """The Resource that a Plan was made of, if it was made of one."""
    memo = plan.memo.get(_MEMO)
    return None if memo is None else Resource.model_validate(memo)


def _fields(resource: Resource) -> str:
    spoken = [field.words for field in resource.fields]
    return spoken[0] if len(spoken) == 1 else f"{', '.join(spoken[:-1])} and {spoken[-1]}"


def _model(resource: Resource) -> PlanModel:
    fields = [
        PlanField(
            name=field.name,
            type=" | ".join(field.choices) if field.choices else str(field.kind),
            required=field.required,
            example=example(resource, field),
        )
        for field in resource.fields
    ]
    return PlanModel(name=resource.class_name, fields=fields)


def _endpoints(resource: Resource) -> list[PlanEndpoint]:
    name, many = resource.class_name, f"/{resource.plural}"
    one = f"{many}/{{{resource.singular}_id}}"
    identity = PlanParameter(
        name=f"{resource.singular}_id", location="path", type="integer", required=True
    )
    missing = PlanError(status=404, when=f"there is no such {resource.singular.replace('_', ' ')}")
    listed = [
        PlanParameter(name=parameter, type=kind)
        for parameter, kind in (("sort", "text"), ("limit", "integer"), ("offset", "integer"))
    ]

    def of_one(method: str, summary: str, *, body: bool) -> PlanEndpoint:
        return PlanEndpoint.model_validate(
            {
                "method": method,
                "path": one,
                "summary": summary,
                "parameters": [identity],
                "request": name if body else None,
                "response": None if method == "DELETE" else name,
                "errors": [missing, _INVALID],
            }
        )

    return [
        PlanEndpoint(
            method="POST",
            path=many,
            summary="Add one",
            request=name,
            response=name,
            errors=[_INVALID],
        ),
        PlanEndpoint(
            method="GET",
            path=many,
            summary="Filter, search, sort and page",
            parameters=listed,
            response=f"{name}Page",
            errors=[_INVALID],
        ),
        of_one("GET", "Get one", body=False),
        of_one("PUT", "Replace one", body=True),
        of_one("PATCH", "Change some fields of one", body=True),
        of_one("DELETE", "Delete one", body=False),
    ]
