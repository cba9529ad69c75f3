"""Recipes about prices: taxes, discounts and percentages."""

from __future__ import annotations

from apibuilder.generator.recipes.recipe import Recipe
from apibuilder.generator.recipes.steps import call, case, get, post, step

_SALES_TAX = Recipe(
    name="sales_tax",
    title="VAT and sales tax calculator",
    intents=(
        *("VAT calculator", "vat", "sales tax", "gst", "tax calculate", "add tax price"),
        *("price tax", "invoice total", "net gross price", "value added tax", "tax invoice"),
        *("price tax rate", "including vat", "tax rate total", "tax amount", "price with tax"),
        *("before tax", "after tax", "remove vat", "vat gross", "vat net"),
    ),
    words="""
        calculate calculator vat sales tax taxes gst hst value added price prices net gross total
        amount rate rates percent percentage add adding remove removing exclude excluding include
        including inclusive exclusive before after extract reverse invoice line item quantity sum
        product products order purchase purchases cost subtotal without given state country eu
        european uk included excluded goods receipt strip out get back
    """,
    tests=(
        case(
            "add and remove tax",
            step(
                get("/add", net=100, rate=20),
                equals={"rate": 20.0, "net": 100.0, "tax": 20.0, "gross": 120.0},
            ),
            step(get("/add", net=19.99, rate=7.25), has={"tax": 1.45, "gross": 21.44}),
            step(get("/add", net=5, rate=0), has={"tax": 0, "gross": 5}),
            step(
                get("/remove", gross=119, rate=19),
                equals={"rate": 19.0, "net": 100.0, "tax": 19.0, "gross": 119.0},
            ),
            step(get("/remove", gross=10, rate=20), has={"net": 8.33, "tax": 1.67}),
        ),
        case(
            "total an invoice",
            step(
                post(
                    "/invoice",
                    {
                        "lines": [
                            {"description": "Chair", "quantity": 2, "unit_price": 50, "rate": 20},
                            {"description": "Book", "unit_price": 9.99, "rate": 5},
                            {"description": "Table", "unit_price": 80, "rate": 20},
                        ]
                    },
                ),
                has={
                    "net": 189.99,
                    "tax": 36.5,
                    "gross": 226.49,
                    "by_rate": [
                        {"rate": 5, "net": 9.99, "tax": 0.5},
                        {"rate": 20, "net": 180, "tax": 36},
                    ],
                },
            ),
            step(post("/invoice", {"lines": []}), 422),
            step(post("/invoice", {"lines": [{"unit_price": 1}]}), 422, contains=["rate"]),
        ),
        case(
            "refuse what makes no sense",
            step(get("/add", net=100), 422, contains=["rate"]),
            step(get("/add", net=-1, rate=20), 422),
            step(get("/add", net=100, rate=101), 422, contains=["100"]),
            step(get("/remove", gross="many", rate=20), 422),
        ),
    ),
)

_DISCOUNT = Recipe(
    name="discount",
    title="Discount calculator",
    intents=(
        *("discount calculator", "discount calculate", "discount price", "price percent off"),
        *("price after discount", "sale price", "percent off", "coupon price", "discount amount"),
        *("markdown price", "discounted", "discount percent", "coupon discount", "discount"),
        *("item percent off", "save percent off", "price reduction", "price off"),
        *("percent discount", "markdown", "sale discount", "save off"),
    ),
    words="""
        calculate calculator discount discounts discounted price prices original final sale sales
        percent percentage off saved saving savings save after before apply applied applying coupon
        promo promotion code stack stacked stacking successive several amount reduce reduced
        reduction product item shopping shop regular rate much fixed total cost items deal deals
        store how when on promotional black friday rebate cart basket
    """,
    tests=(
        case(
            "price after a discount",
            step(
                get("/discount", price=80, percent=25),
                equals={
                    "original_price": 80.0,
                    "final_price": 60.0,
                    "saved": 20.0,
                    "percent": 25.0,
                },
            ),
            step(
                call("GET", "/discount", query={"price": 100, "percent": [20, 10]}),
                has={"final_price": 72, "saved": 28, "percent": 28},
            ),
            step(get("/discount", price=19.99, percent=15), has={"final_price": 16.99, "saved": 3}),
            step(get("/coupon", price=50, amount=15), has={"final_price": 35, "percent": 30}),
            step(get("/coupon", price=10, amount=15), has={"final_price": 0, "saved": 10}),
        ),
        case(
            "discount between prices",
            step(get("/percent", price=80, sale_price=60), has={"percent": 25, "saved": 20}),
            step(get("/percent", price=60, sale_price=80), 422, contains=["must not be higher"]),
            step(
                get("/original", sale_price=60, percent=25),
                has={"original_price": 80, "saved": 20},
            ),
        ),
        case(
            "refuse what makes no sense",
            step(get("/discount", price=80), 422, contains=["percent"]),
            step(get("/discount", price=80, percent=101), 422),
            step(get("/discount", price=0, percent=10), 422),
            step(get("/original", sale_price=60, percent=100), 422),
        ),
    ),
)

_PERCENTAGE = Recipe(
    name="percentage",
    title="Percentage calculator",
    intents=(
        *("percentage calculator", "percentage", "percent calculate", "percent of number"),
        *("percent change", "percent increase", "percent decrease", "percent difference"),
        *("what percent", "what percent of", "percent of value", "increase percent"),
        *("decrease percent", "percent between"),
    ),
    words="""
        calculate calculator percent percentage percentages number numbers value values change
        increase decrease difference between add subtract part whole ratio proportion total amount
        compute growth of two old new kind out
    """,
    tests=(
        case(
            "questions about percentages",
            step(
                get("/of", percent=15, value=200),
                equals={"result": 30.0, "text": "15% of 200 is 30"},
            ),
            step(get("/ratio", part=30, whole=200), has={"result": 15, "text": "30 is 15% of 200"}),
            step(get("/change", before=80, after=100), has={"result": 25}),
            step(get("/change", before=100, after=80), has={"result": -20}),
            step(get("/change", before=-50, after=-25), has={"result": 50}),
            step(get("/add", value=200, percent=15), has={"result": 230}),
            step(get("/add", value=200, percent=-15), has={"result": 170}),
            step(get("/whole", part=30, percent=15), has={"result": 200}),
        ),
        case(
            "rounding",
            step(get("/ratio", part=1, whole=3), has={"result": 33.3333333333}),
            step(get("/ratio", part=2, whole=3), has={"result": 66.6666666667}),
            step(get("/of", percent=0.1, value=0.3), has={"result": 0.0003}),
        ),
        case(
            "refuse what makes no sense",
            step(get("/ratio", part=1, whole=0), 422, contains=["must not be 0"]),
            step(get("/change", before=0, after=1), 422),
            step(get("/whole", part=1, percent=0), 422),
            step(get("/of", percent="many", value=1), 422),
            step(get("/of", percent=5), 422, contains=["value"]),
        ),
    ),
)

PRICES: tuple[Recipe, ...] = (_SALES_TAX, _DISCOUNT, _PERCENTAGE)
