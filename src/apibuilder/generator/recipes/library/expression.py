"""A calculator: evaluates arithmetic expressions such as `2 * (3 + 4) ^ 2 / sqrt(16)`.

It knows + - * / % ^ (or **), brackets, pi, e, and the functions that `/functions` lists. Numbers
are decimal with 34 digits, so that 0.1 + 0.2 is 0.3; answers are rounded to 15 digits. A
remainder has the sign of the number that is divided. Nothing but arithmetic is ever run: an
expression is read as a tree, and every part of it must be known.
"""

import ast
import math
from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    localcontext,
)
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

LONGEST = 200  # characters
EXACT = Context(prec=34, Emin=-300, Emax=300, traps=[DivisionByZero, InvalidOperation, Overflow])
ANSWER = Context(prec=15)

OPERATORS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Mod: lambda a, b: a % b,
    ast.Pow: lambda a, b: a**b,
}
CONSTANTS = {
    "pi": Decimal("3.141592653589793238462643383279502884"),
    "e": Decimal("2.718281828459045235360287471352662498"),
}


def _floating(function: Callable[[float], float]) -> Callable[[Decimal], Decimal]:
    return lambda value: Decimal(str(function(float(value))))


OF_ONE: dict[str, Callable[[Decimal], Decimal]] = {
    "sqrt": lambda x: x.sqrt(),
    "exp": lambda x: x.exp(),
    "ln": lambda x: x.ln(),
    "log": lambda x: x.log10(),
    "abs": abs,
    "round": lambda x: x.to_integral_value(ROUND_HALF_UP),
    "floor": lambda x: x.to_integral_value(ROUND_FLOOR),
    "ceil": lambda x: x.to_integral_value(ROUND_CEILING),
    "sin": _floating(math.sin),
    "cos": _floating(math.cos),
    "tan": _floating(math.tan),
    "asin": _floating(math.asin),
    "acos": _floating(math.acos),
    "atan": _floating(math.atan),
}
OF_SEVERAL: dict[str, Callable[[list[Decimal]], Decimal]] = {"min": min, "max": max}
FUNCTIONS = (*OF_ONE, *OF_SEVERAL)


class Calculation(BaseModel):
    """An expression to evaluate."""

    expression: str = Field(min_length=1, max_length=LONGEST, examples=["2 * (3 + 4)"])


class Result(BaseModel):
    """What it comes to."""

    expression: str
    result: float


app = FastAPI(
    title="Calculator",
    description="Evaluates arithmetic expressions.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/calculate", summary="Evaluate an expression in the address")
def calculate(
    expression: Annotated[
        str,
        Query(
            min_length=1,
            max_length=LONGEST,
            description="In an address, + must be written as %2B.",
            examples=["2*(3-4)"],
        ),
    ],
) -> Result:
    """The same as with POST, for trying it out."""
    return Result(expression=expression, result=_evaluated(expression))


@app.post("/calculate", summary="Evaluate an expression")
def calculate_posted(calculation: Calculation) -> Result:
    """Angles are in radians; `log` is to base 10 and `ln` to base e."""
    return Result(expression=calculation.expression, result=_evaluated(calculation.expression))


@app.get("/functions", summary="List functions and constants")
def functions() -> dict[str, list[str]]:
    """What may be used in an expression beside numbers and operators."""
    return {"functions": sorted(FUNCTIONS), "constants": sorted(CONSTANTS)}


def _evaluated(expression: str) -> float:
    plain = expression.replace("^", "**").replace("\u00d7", "*").replace("\u00f7", "/").strip()
    try:
        tree = ast.parse(plain, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise HTTPException(422, "`expression` cannot be read. Is a bracket missing?") from None
    try:
        with localcontext(EXACT):
            return float(ANSWER.plus(_value(tree.body)))
    except DivisionByZero:
        raise HTTPException(422, "`expression` divides by zero.") from None
    except Overflow:
        raise HTTPException(422, "`expression` becomes too large.") from None
    except (DecimalException, ValueError, OverflowError):
        raise HTTPException(422, "`expression` has no result among the real numbers.") from None


def _value(node: ast.expr) -> Decimal:
    value = _operation(node)
    if not value.is_finite():  # such as log(0)
        raise InvalidOperation
    return value


def _operation(node: ast.expr) -> Decimal:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            if math.isinf(number):  # such as 1e999
                raise Overflow
            return EXACT.create_decimal(repr(number))
        case ast.Name(id=name) if name in CONSTANTS:
            return CONSTANTS[name]
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
            return -_value(operand) if isinstance(sign, ast.USub) else _value(operand)
        case ast.BinOp(left=left, op=symbol, right=right) if type(symbol) in OPERATORS:
            return OPERATORS[type(symbol)](_value(left), _value(right))
        case ast.Call(func=ast.Name(id=name), args=[arg], keywords=[]) if name in OF_ONE:
            return OF_ONE[name](_value(arg))
        case ast.Call(func=ast.Name(id=name), args=[_, *_] as args, keywords=[]) if (
            name in OF_SEVERAL
        ):
            return OF_SEVERAL[name]([_value(arg) for arg in args])
        case _:
            raise HTTPException(
                422,
                "`expression` may have numbers, + - * / % ^, brackets, pi, e, and these functions: "
                f"{', '.join(FUNCTIONS)}.",
            )
