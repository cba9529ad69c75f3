"""Shows how savings grow with compound interest, and what a savings goal takes.

Interest is added as often as `compounding` says; deposits are made at the end of each month.
Amounts are rounded to the cent at the end, half a cent up, and not in between.
"""

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Annotated, Literal

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, PlainSerializer

CENT = Decimal("0.01")
LONG = Context(prec=60, rounding=ROUND_HALF_UP)  # a century of high interest is a long number
TIMES_A_YEAR = {"yearly": 1, "half-yearly": 2, "quarterly": 4, "monthly": 12, "daily": 365}

Amount = Annotated[Decimal, Field(ge=0, le=1_000_000_000, decimal_places=2)]
Money = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]


class Terms(BaseModel):
    """How long money is saved, and how it bears interest."""

    annual_rate: Annotated[Decimal, Field(ge=0, le=100, decimal_places=4)] = Field(
        description="Interest in percent a year.", examples=[5]
    )
    years: int = Field(ge=1, le=100, description="How long it is saved.", examples=[10])
    compounding: Literal["yearly", "half-yearly", "quarterly", "monthly", "daily"] = Field(
        "yearly", description="How often interest is added."
    )

    @property
    def monthly_rate(self) -> Decimal:
        """What one month brings, whatever the compounding."""
        times = TIMES_A_YEAR[self.compounding]
        return (1 + self.annual_rate / 100 / times) ** (Decimal(times) / 12) - 1


class Savings(Terms):
    """What is saved, and how."""

    principal: Amount = Field(description="What there is to begin with.", examples=[1000])
    monthly_deposit: Amount = Field(Decimal(), description="What is added each month.")


class Target(Terms):
    """What is to be reached, and how."""

    goal: Amount = Field(description="What there shall be at the end.", examples=[10_000])
    principal: Amount = Field(Decimal(), description="What there is to begin with.")


class Growth(BaseModel):
    """What became of savings."""

    final_balance: Money
    deposited: Money = Field(description="The principal and all deposits.")
    interest: Money


class Year(Growth):
    """What became of savings after some years."""

    year: int


class Plan(BaseModel):
    """What a goal takes."""

    monthly_deposit: Money
    deposited: Money = Field(description="The principal and all deposits.")
    interest: Money


app = FastAPI(
    title="Compound interest calculator",
    description="Shows how savings grow with compound interest, and what a goal takes.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/growth", summary="What savings grow to")
def savings_growth(savings: Annotated[Savings, Query()]) -> Growth:
    """The balance at the end, and how much of it is interest."""
    return _growth(savings, savings.years)


@app.get("/years", summary="How savings grow year by year")
def savings_by_year(savings: Annotated[Savings, Query()]) -> list[Year]:
    """The balance at the end of each year."""
    growths = [(year, _growth(savings, year)) for year in range(1, savings.years + 1)]
    return [Year(year=year, **growth.model_dump()) for year, growth in growths]


@app.get("/goal", summary="What to save each month for a goal")
def savings_goal(target: Annotated[Target, Query()]) -> Plan:
    """The monthly deposit that reaches the goal; 0 if the principal alone does."""
    months = target.years * 12
    rate = target.monthly_rate
    missing = max(target.goal - target.principal * (1 + rate) ** months, Decimal())
    deposit = _rounded(missing / _value_of_deposits(rate, months))
    growth = _balance(target.principal, deposit, rate, months)
    deposited = target.principal + deposit * months
    return Plan(monthly_deposit=deposit, deposited=deposited, interest=_rounded(growth - deposited))


def _growth(savings: Savings, years: int) -> Growth:
    months, deposit = years * 12, savings.monthly_deposit
    final = _rounded(_balance(savings.principal, deposit, savings.monthly_rate, months))
    deposited = savings.principal + deposit * months
    return Growth(final_balance=final, deposited=deposited, interest=final - deposited)


def _balance(principal: Decimal, deposit: Decimal, rate: Decimal, months: int) -> Decimal:
    return principal * (1 + rate) ** months + deposit * _value_of_deposits(rate, months)


def _value_of_deposits(rate: Decimal, months: int) -> Decimal:
    """What deposits of 1 at the end of each month come to."""
    return ((1 + rate) ** months - 1) / rate if rate else Decimal(months)


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, context=LONG)
