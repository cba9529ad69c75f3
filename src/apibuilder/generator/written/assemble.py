"""A module from a plan: models, routes and storage by rules, with the functions' bodies put in."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass, field
from importlib import resources

from apibuilder.generator.plan import Plan, PlanEndpoint, PlanField, PlanModel, PlanParameter
from apibuilder.generator.written.imports import with_imports
from apibuilder.generator.written.things import Collection, collections_of

_PACKAGE = "apibuilder.generator.written.prompts"
_LONGEST = 10_000  # letters of a text
_RESERVED = frozenset(
    {"body", "app", "DATA", "Table", "json", "re", "math", "row", "rows", "total"}
)
_HANDLERS = '''
@app.exception_handler(RequestValidationError)
async def _invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
    """What is wrong, without repeating what was sent: it may hold a password."""
    wrong = [{name: one[name] for name in ("type", "loc", "msg")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, 422)


async def _impossible(_request: Request, error: Exception) -> JSONResponse:
    """A value has the right type, but nothing can be made of it."""
    return JSONResponse({"detail": str(error)[:200]}, $STATUS)


app.add_exception_handler(ValueError, _impossible)
app.add_exception_handler(ArithmeticError, _impossible)
'''


@dataclass(slots=True)
class Function:
    """The body of one operation, and what it needs beside it."""

    lines: list[str]
    helpers: list[str] = field(default_factory=list[str])  # functions and constants of its own
    by_rules: bool = False


def function_name(endpoint: PlanEndpoint) -> str:
    """`post_books_id_borrow` of POST /books/{id}/borrow."""
    words = re.findall(r"[A-Za-z0-9]+", endpoint.path) or ["root"]
    return "_".join([endpoint.method.lower(), *words]).lower()


def assemble(plan: Plan, functions: dict[str, Function]) -> str:
    """The module. `functions` are by function_name."""
    collections = collections_of(plan)
    parts = [f'"""{_doc(plan.description or plan.title)}"""', _head(plan)]
    if collections:
        parts += [_prompt("table.py.txt"), _tables(collections)]
    parts += [model_source(model) for model in plan.models if not model.name.endswith("Out")]
    helpers = [h for one in functions.values() for h in one.helpers]
    parts += list(dict.fromkeys(helpers))
    for endpoint in sorted(plan.endpoints, key=_specific_first):
        parts.append(_route(endpoint, functions[function_name(endpoint)]))
    return with_imports("\n\n\n".join(part.strip("\n") for part in parts) + "\n")


def _prompt(name: str) -> str:
    return resources.files(_PACKAGE).joinpath(name).read_text()


def _doc(text: str) -> str:
    return text.replace("\\", "/").replace('"""', "'''").strip()


def _head(plan: Plan) -> str:
    refused = any(error.status == 400 for e in plan.endpoints for error in e.errors)
    lines = [
        'DATA = Path(os.environ.get("DATA_DIR", "."))',
        f"app = FastAPI(title={_text(plan.title)}, description={_text(plan.description)})",
        _HANDLERS.replace("$STATUS", "400" if refused else "422"),
    ]
    return "\n".join(lines if collections_of(plan) else lines[1:])


def _text(value: str) -> str:
    return repr(" ".join(value.split()))


def _tables(collections: dict[str, Collection]) -> str:
    return "\n".join(f'{one.table} = Table("{one.table}")' for one in collections.values())


def _specific_first(endpoint: PlanEndpoint) -> list[tuple[bool, str]]:
    """FastAPI takes the first route that fits, so a fixed segment comes before a place."""
    return [(part.startswith("{"), "") for part in endpoint.path.split("/")[1:]]


# --- models ------------------------------------------------------------------------


def model_source(model: PlanModel) -> str:
    """A Pydantic model."""
    lines = [f"class {model.name}(BaseModel):"]
    if any(keyword.iskeyword(f.name) for f in model.fields):
        lines += ["    model_config = ConfigDict(populate_by_name=True)", ""]
    lines += [f"    {_field(f)}" for f in sorted(model.fields, key=lambda f: not f.required)]
    return "\n".join(lines if model.fields else [*lines, "    pass"])


def attribute(name: str) -> str:
    """The Python name of a field or parameter."""
    return f"{name}_" if keyword.iskeyword(name) or name in _RESERVED else name


def _field(f: PlanField) -> str:
    arguments = _constraints(f.type, f.minimum, f.maximum, bool(f.choices))
    name = f.name
    if keyword.iskeyword(name):
        arguments.append(f'alias="{name}"')
        name = f"{name}_"
    if f.example is not None:
        arguments.append(f"examples=[{f.example!r}]")
    kind = python_type(f.type, f.choices)
    if not f.required and f.default is None:
        kind = f"{kind} | None"
    default = "" if f.required else f" = {f.default!r}"
    if not arguments:
        return f"{name}: {kind}{default}"
    return f"{name}: Annotated[{kind}, Field({', '.join(arguments)})]{default}"


_PYTHON = {
    "string": "str", "integer": "int", "number": "float", "boolean": "bool", "date": "dt.date",
    "datetime": "dt.datetime", "email": "EmailStr", "object": "dict[str, Any]", "list": "list[Any]",
    "list of strings": "list[str]", "list of numbers": "list[float]",
    "list of integers": "list[int]", "list of booleans": "list[bool]",
    "list of objects": "list[dict[str, Any]]", "list of dates": "list[dt.date]",
    "list of emails": "list[EmailStr]",
}  # fmt: skip


def python_type(kind: str, choices: list[str]) -> str:
    """As an annotation."""
    if choices:
        return f"Literal[{', '.join(repr(one) for one in choices)}]"
    return _PYTHON.get(kind, "Any")


def _constraints(kind: str, low: float | None, high: float | None, is_choice: bool) -> list[str]:
    if is_choice:
        return []
    if kind == "string":
        least = [f"min_length={int(low)}"] if low else []
        return [*least, f"max_length={int(high) if high else _LONGEST}"]
    if kind in {"integer", "number"}:
        bounds = [f"ge={_number(low, -1e15)}", f"le={_number(high, 1e15)}"]
        return [*bounds, "allow_inf_nan=False"] if kind == "number" else bounds
    if kind.startswith("list"):
        least = [f"min_length={int(low)}"] if low else []
        return [*least, f"max_length={int(high) if high else _LONGEST}"]
    return []


def _number(value: float | None, otherwise: float) -> str:
    value = otherwise if value is None else value
    return str(int(value)) if value == int(value) else str(value)


# --- routes ------------------------------------------------------------------------


def signature(endpoint: PlanEndpoint) -> str:
    """The decorator and the `def` line of an operation."""
    described = {e.status: {"description": e.when[:80]} for e in endpoint.errors if e.status != 422}
    arguments = [f'"{endpoint.path}"', f"summary={_text(endpoint.summary)}"]
    if endpoint.status not in {None, 200}:
        arguments.append(f"status_code={endpoint.status}")
    bare = endpoint.status == 204 or (endpoint.status or 200) >= 300
    if bare:
        arguments.append("response_class=Response")
    if described:
        arguments.append(f"responses={described!r}")
    needed = [_parameter(p) for p in endpoint.parameters if p.required]
    body = [f"body: {endpoint.request}"] if endpoint.request else []
    optional = [_parameter(p) for p in endpoint.parameters if not p.required]
    return (
        f"@app.{endpoint.method.lower()}({', '.join(arguments)})\n"
        f"def {function_name(endpoint)}({', '.join([*needed, *body, *optional])}) -> {'Response' if bare else 'Any'}:"  # noqa: E501
    )


def _parameter(p: PlanParameter) -> str:
    default = re.search(r"default (\S+)", p.description)
    choices = p.description.split(" ")[0].split("|") if "|" in p.description else []
    kind = python_type(p.type, choices)
    arguments: list[str] = []
    name = attribute(p.name)
    if name != p.name:
        arguments.append(f'alias="{p.name}"')
    if p.location == "path":
        arguments += ["le=9_223_372_036_854_775_807"] if p.type == "integer" else []
        return f"{name}: Annotated[{kind}, ApiPath({', '.join(arguments)})]"
    arguments += _constraints(p.type, None, None, bool(choices))
    if p.required:
        return f"{name}: Annotated[{kind}, Query({', '.join(arguments)})]"
    if default is not None:
        value = default[1] if p.type in {"integer", "number"} else repr(default[1])
        return f"{name}: Annotated[{kind}, Query({', '.join(arguments)})] = {value}"
    return f"{name}: Annotated[{kind} | None, Query({', '.join(arguments)})] = None"


def _route(endpoint: PlanEndpoint, function: Function) -> str:
    body = "\n".join(f"    {line}" if line else "" for line in function.lines)
    return f"{signature(endpoint)}\n{body}"
