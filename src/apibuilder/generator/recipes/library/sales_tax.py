"""Adds VAT or sales tax to a price, takes it out of one, and totals invoices.

The rate is the caller's, in percent, as rates differ between places and change. Amounts are
rounded to the cent, half a cent up; on invoices the tax is rounded once a rate, not once a line.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, PlainSerializer

CENT = Decimal("0.01")

Amount = Annotated[Decimal, Field(ge=0, le=1_000_000_000, decimal_places=2)]
Rate = Annotated[Decimal, Field(ge=0, le=100, decimal_places=4)]
Money = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]
RateQuery = Annotated[Rate, Query(description="Tax in percent of the net price.", examples=[20])]


class Price(BaseModel):
    """A price with and without tax."""

    rate: Money
    net: Money = Field(description="Without tax.")
    tax: Money
    gross: Money = Field(description="With tax.")


class Line(BaseModel):
    """One line of an invoice."""

    description: str = Field("", max_length=200, examples=["Chair"])
    quantity: int = Field(1, ge=1, le=1_000_000, examples=[2])
    unit_price: Amount = Field(description="Net, for one.", examples=[49.9])
    rate: Rate = Field(description="Tax in percent.", examples=[20])


class Invoice(BaseModel):
    """Lines to add up."""

    lines: list[Line] = Field(min_length=1, max_length=500)


class Total(BaseModel):
    """An invoice, added up."""

    net: Money
    tax: Money
    gross: Money
    by_rate: list[Price] = Field(description="The same for each rate, the lowest first.")


app = FastAPI(
    title="VAT and sales tax calculator",
    description="Adds VAT or sales tax to a price, takes it out of one, and totals invoices.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/add", summary="Add tax to a net price")
def add_tax(
    net: Annotated[Amount, Query(description="The price without tax.", examples=[100])],
    rate: RateQuery,
) -> Price:
    """The tax, and the price with it."""
    return _taxed(net, rate)


@app.get("/remove", summary="Take the tax out of a gross price")
def remove_tax(
    gross: Annotated[Amount, Query(description="The price with tax.", examples=[120])],
    rate: RateQuery,
) -> Price:
    """The price without the tax that is part of it, and that tax."""
    net = _rounded(gross / (1 + rate / 100))
    return Price(rate=rate, net=net, tax=gross - net, gross=gross)


@app.post("/invoice", summary="Total an invoice")
def total_invoice(invoice: Invoice) -> Total:
    """The sums of all lines, together and for each tax rate."""
    nets: dict[Decimal, Decimal] = {}
    for line in invoice.lines:
        nets[line.rate] = nets.get(line.rate, Decimal()) + line.quantity * line.unit_price
    prices = [_taxed(nets[rate], rate) for rate in sorted(nets)]
    return Total(
        net=sum((price.net for price in prices), Decimal()),
        tax=sum((price.tax for price in prices), Decimal()),
        gross=sum((price.gross for price in prices), Decimal()),
        by_rate=prices,
    )


def _taxed(net: Decimal, rate: Decimal) -> Price:
    tax = _rounded(net * rate / 100)
    return Price(rate=rate, net=net, tax=tax, gross=net + tax)


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
