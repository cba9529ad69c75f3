"""Works out discounts: the price after one or several, and how large a discount was.

Prices are rounded to the cent, half a cent up. Several discounts are taken one after the other,
each off what the ones before it left.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, PlainSerializer

CENT = Decimal("0.01")

Amount = Annotated[Decimal, Field(gt=0, le=1_000_000_000, decimal_places=2)]
Percent = Annotated[Decimal, Field(ge=0, le=100, decimal_places=4)]
Money = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]
Price = Annotated[Amount, Query(description="The price before the discount.", examples=[80])]


class Discounted(BaseModel):
    """A price, before and after."""

    original_price: Money
    final_price: Money
    saved: Money
    percent: Money = Field(description="The discount as a whole, to a hundredth.")


app = FastAPI(
    title="Discount calculator",
    description="Works out prices after discounts, and discounts from prices.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/discount", summary="Price after a discount")
def price_after_discount(
    price: Price,
    percent: Annotated[
        list[Percent],
        Query(
            min_length=1,
            max_length=10,
            description="The discount; give it several times for one off the other.",
            examples=[[25]],
        ),
    ],
) -> Discounted:
    """The final price, and how much is saved."""
    final = price
    for one in percent:
        final -= final * one / 100
    return _discounted(price, final)


@app.get("/coupon", summary="Price after a fixed amount off")
def price_after_coupon(
    price: Price,
    amount: Annotated[Amount, Query(description="What the coupon takes off.", examples=[15])],
) -> Discounted:
    """The final price, never below zero, and the discount in percent."""
    return _discounted(price, max(price - amount, Decimal()))


@app.get("/percent", summary="How large a discount is")
def discount_in_percent(
    price: Price,
    sale_price: Annotated[Amount, Query(description="The price afterwards.", examples=[60])],
) -> Discounted:
    """The discount in percent between two prices."""
    if sale_price > price:
        raise HTTPException(422, "`sale_price` must not be higher than `price`.")
    return _discounted(price, sale_price)


@app.get("/original", summary="Price before a discount")
def price_before_discount(
    sale_price: Annotated[Amount, Query(description="The price afterwards.", examples=[60])],
    percent: Annotated[
        Decimal,
        Query(ge=0, lt=100, decimal_places=4, description="The discount.", examples=[25]),
    ],
) -> Discounted:
    """The price that the discount was taken off."""
    return _discounted(_rounded(sale_price / (1 - percent / 100)), sale_price)


def _discounted(price: Decimal, final: Decimal) -> Discounted:
    final = _rounded(final)
    saved = price - final
    percent = _rounded(saved / price * 100)
    return Discounted(original_price=price, final_price=final, saved=saved, percent=percent)


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
