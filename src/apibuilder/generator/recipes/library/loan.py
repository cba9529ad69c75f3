"""Works out what a loan or a mortgage costs: its monthly payment, and every payment of it.

The annual rate is nominal: a twelfth of it is charged each month on what is still owed. Amounts
are rounded to the cent, half a cent up, so the last payment settles what the rounding leaves.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, PlainSerializer

CENT = Decimal("0.01")

Amount = Annotated[Decimal, Field(ge=100, le=1_000_000_000, decimal_places=2)]
Rate = Annotated[Decimal, Field(ge=0, le=100, decimal_places=4)]
Months = Annotated[int, Field(ge=1, le=600)]
Money = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]


class Loan(BaseModel):
    """What is borrowed, and for how long."""

    principal: Amount = Field(description="The amount that is borrowed.", examples=[200_000])
    annual_rate: Rate = Field(description="Interest in percent a year.", examples=[6])
    months: Months = Field(description="Number of monthly payments.", examples=[360])


class Cost(BaseModel):
    """What a loan costs."""

    monthly_payment: Money
    total_paid: Money
    total_interest: Money
    payments: int = Field(description="How many there are, the last one included.")
    last_payment: Money


class Payment(BaseModel):
    """One month of a loan."""

    month: int
    payment: Money
    interest: Money = Field(description="The part that pays for the month.")
    principal: Money = Field(description="The part that pays back.")
    balance: Money = Field(description="What is still owed afterwards.")


class Affordable(BaseModel):
    """What a monthly payment can pay back."""

    principal: Money


app = FastAPI(
    title="Loan calculator",
    description="Works out the monthly payment and the payment schedule of a loan or mortgage.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/payment", summary="Monthly payment of a loan")
def loan_payment(loan: Annotated[Loan, Query()]) -> Cost:
    """The payment that pays the loan back in equal parts, and what it all adds up to."""
    schedule = _schedule(loan)
    total = sum((one.payment for one in schedule), Decimal())
    return Cost(
        monthly_payment=schedule[0].payment,
        total_paid=total,
        total_interest=total - loan.principal,
        payments=len(schedule),
        last_payment=schedule[-1].payment,
    )


@app.get("/schedule", summary="Amortization schedule of a loan")
def loan_schedule(loan: Annotated[Loan, Query()]) -> list[Payment]:
    """Every monthly payment, divided into interest and principal, with what is still owed."""
    return _schedule(loan)


@app.get("/affordable", summary="How much a monthly payment can borrow")
def affordable_loan(
    payment: Annotated[
        Decimal, Query(gt=0, le=10_000_000, decimal_places=2, description="What one can pay.")
    ],
    annual_rate: Annotated[Rate, Query(description="Interest in percent a year.")],
    months: Annotated[Months, Query(description="Number of monthly payments.")],
) -> Affordable:
    """The largest loan that these payments pay back."""
    return Affordable(principal=_rounded(payment * _present_value(annual_rate / 1200, months)))


def _present_value(rate: Decimal, months: int) -> Decimal:
    """What `months` payments of 1 are worth today, at a monthly rate."""
    return (1 - (1 + rate) ** -months) / rate if rate else Decimal(months)


def _schedule(loan: Loan) -> list[Payment]:
    rate, owed = loan.annual_rate / 1200, loan.principal
    regular = _rounded(loan.principal / _present_value(rate, loan.months))
    payments: list[Payment] = []
    for month in range(1, loan.months + 1):
        interest = _rounded(owed * rate)
        everything = owed + interest
        payment = everything if month == loan.months else min(regular, everything)
        owed = everything - payment
        payments.append(
            Payment(
                month=month,
                payment=payment,
                interest=interest,
                principal=payment - interest,
                balance=owed,
            )
        )
        if not owed:
            break
    return payments


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
