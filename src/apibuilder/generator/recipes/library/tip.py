"""Works out tips, and splits a bill between people, evenly or by what each had.

Amounts are exact to the cent; half a cent is rounded up. When a total cannot be divided evenly,
the first people pay one cent more, so that the shares always add up to the total.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, PlainSerializer

CENT = Decimal("0.01")
USUAL = (10, 15, 18, 20, 25)

Amount = Annotated[Decimal, Field(gt=0, le=10_000_000, decimal_places=2)]
Percent = Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)]
Money = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]


class Bill(BaseModel):
    """A bill that is shared evenly."""

    bill: Amount = Field(description="The bill before the tip.", examples=[80])
    percent: Percent = Field(Decimal(15), description="Tip in percent of the bill.", examples=[20])
    people: int = Field(1, ge=1, le=100, description="How many people pay.", examples=[4])


class Tip(BaseModel):
    """What to pay, and who pays how much."""

    bill: Money
    percent: Money
    tip: Money
    total: Money = Field(description="The bill with the tip.")
    people: int
    tip_per_person: Money = Field(description="Rounded; `shares` are exact.")
    total_per_person: Money = Field(description="Rounded; `shares` are exact.")
    shares: list[Money] = Field(description="What each person pays; adds up to the total.")


class Option(BaseModel):
    """A usual tip."""

    percent: int
    tip: Money
    total: Money


class Part(BaseModel):
    """What one person had."""

    name: str = Field(min_length=1, max_length=100, examples=["Ada"])
    amount: Amount = Field(description="Before the tip.", examples=[30])


class PartBill(BaseModel):
    """A bill that each pays a part of."""

    parts: list[Part] = Field(min_length=1, max_length=100)
    percent: Percent = Field(Decimal(15), description="Tip in percent of the bill.", examples=[10])


class Share(BaseModel):
    """What one person pays."""

    name: str
    amount: Money
    tip: Money
    total: Money


class Split(BaseModel):
    """A bill, divided."""

    bill: Money
    tip: Money
    total: Money
    shares: list[Share]


app = FastAPI(
    title="Tip calculator",
    description="Works out tips, and splits a bill between people.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/tip", summary="Tip for a bill, shared evenly")
def tip_for_bill(wanted: Annotated[Bill, Query()]) -> Tip:
    """The tip, the total, and what each of the people pays."""
    tip = _tip(wanted.bill, wanted.percent)
    total = wanted.bill + tip
    return Tip(
        **wanted.model_dump(),
        tip=tip,
        total=total,
        tip_per_person=_rounded(tip / wanted.people),
        total_per_person=_rounded(total / wanted.people),
        shares=_even_shares(total, wanted.people),
    )


@app.get("/options", summary="Usual tips for a bill")
def usual_tips(
    bill: Annotated[Amount, Query(description="The bill before the tip.", examples=[80])],
) -> list[Option]:
    """The tip and the total for each usual percentage, from 10 to 25."""
    tips = [(percent, _tip(bill, Decimal(percent))) for percent in USUAL]
    return [Option(percent=percent, tip=tip, total=bill + tip) for percent, tip in tips]


@app.post("/split", summary="Split a bill by what each had")
def split_bill(wanted: PartBill) -> Split:
    """Everyone pays what they had, and the same percentage of it as tip, rounded for each."""
    shares: list[Share] = []
    for part in wanted.parts:
        tip = _tip(part.amount, wanted.percent)
        shares.append(Share(**part.model_dump(), tip=tip, total=part.amount + tip))
    bill = sum((share.amount for share in shares), Decimal())
    tip = sum((share.tip for share in shares), Decimal())
    return Split(bill=bill, tip=tip, total=bill + tip, shares=shares)


def _tip(amount: Decimal, percent: Decimal) -> Decimal:
    return _rounded(amount * percent / 100)


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def _even_shares(total: Decimal, people: int) -> list[Decimal]:
    """Cents that are left over go to the first, one each."""
    cents, left = divmod(int(total * 100), people)
    return [(cents + (number < left)) * CENT for number in range(people)]
