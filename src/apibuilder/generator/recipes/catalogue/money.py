"""Recipes about money: tips, loans, savings, taxes, discounts, percentages and currencies."""

from __future__ import annotations

from apibuilder.generator.recipes.recipe import Recipe
from apibuilder.generator.recipes.steps import call, case, get, post, step

_TIP = Recipe(
    name="tip",
    title="Tip calculator",
    intents=(
        *("tip calculator", "gratuity", "split bill", "divide bill", "share bill"),
        *("split check friend", "tip total", "tip percent", "tip restaurant", "tip bill"),
        *("how much tip", "tip people", "leave tip", "owe tip", "split restaurant"),
        *("split dinner", "bill splitter", "check split", "split cheque"),
    ),
    words="""
        calculate calculator bill restaurant dinner meal lunch cafe bar waiter server table amount
        total sum percent percentage rate people person diner guest friend group party head each
        split divide share evenly equally fair uneven much leave pay owe owes cost price round
        different custom suggest suggestion suggested usual common cents money dollar per between
        among includes included including owed go us add everyone everybody waitress service staff
        tipping gratuity calculates jar barista baristas waiters tips cheque
    """,
    tests=(
        case(
            "tip and even shares",
            step(
                get("/tip", bill=80, percent=20, people=4),
                equals={
                    "bill": 80.0,
                    "percent": 20.0,
                    "tip": 16.0,
                    "total": 96.0,
                    "people": 4,
                    "tip_per_person": 4.0,
                    "total_per_person": 24.0,
                    "shares": [24.0, 24.0, 24.0, 24.0],
                },
            ),
            step(get("/tip", bill="12.50"), has={"tip": 1.88, "total": 14.38, "shares": [14.38]}),
            step(
                get("/tip", bill=100, percent=0, people=3),
                has={"total_per_person": 33.33, "shares": [33.34, 33.33, 33.33]},
            ),
            step(
                get("/options", bill=50),
                has=[
                    {"percent": 10, "tip": 5.0, "total": 55.0},
                    {"percent": 15, "tip": 7.5, "total": 57.5},
                    {"percent": 18, "tip": 9.0, "total": 59.0},
                    {"percent": 20, "tip": 10.0, "total": 60.0},
                    {"percent": 25, "tip": 12.5, "total": 62.5},
                ],
            ),
        ),
        case(
            "split by what each had",
            step(
                post(
                    "/split",
                    {
                        "percent": 10,
                        "parts": [
                            {"name": "Ada", "amount": 30},
                            {"name": "Bob", "amount": 12.55},
                        ],
                    },
                ),
                has={
                    "bill": 42.55,
                    "tip": 4.26,
                    "total": 46.81,
                    "shares": [
                        {"name": "Ada", "tip": 3.0, "total": 33.0},
                        {"name": "Bob", "tip": 1.26, "total": 13.81},
                    ],
                },
            ),
            step(post("/split", {"parts": []}), 422),
        ),
        case(
            "refuse what makes no sense",
            step(get("/tip"), 422, contains=["bill"]),
            step(get("/tip", bill=0), 422, contains=["greater than 0"]),
            step(get("/tip", bill=-5), 422),
            step(get("/tip", bill="abc"), 422),
            step(get("/tip", bill=10.999), 422, contains=["2 decimal places"]),
            step(get("/tip", bill=10, percent=101), 422),
            step(get("/tip", bill=10, people=0), 422),
            step(get("/options", bill="nan"), 422),
        ),
    ),
)

_LOAN = Recipe(
    name="loan",
    title="Loan calculator",
    intents=(
        *("loan calculator", "loan calculate", "loan payment", "loan repayment", "loan cost"),
        *("loan interest", "loan schedule", "loan installment", "loan instalment", "mortgage"),
        *("amortization", "amortisation", "amortize", "emi calculate", "emi loan"),
        *("credit monthly payment", "loan monthly", "loan amount rate", "loan term interest"),
        *("monthly installment", "home loan", "car loan", "student loan"),
        *("borrow money interest", "repayment plan", "debt payoff", "pay off loan"),
        *("loan afford", "mortgage afford", "afford borrow", "borrow rate years"),
    ),
    words="""
        calculate calculator monthly month annual annually yearly year payment repayment pay pays
        paid back repay amount principal interest rate percent term duration length period schedule
        table plan breakdown total cost home house car auto student personal property equity
        instalment installment emi equated borrow borrowed borrower balance remaining owed due debt
        bank finance financial fixed afford affordable much long first last apr per input output
        credit financing repayments figure compute paying off payoff vehicle would will costs can
    """,
    tests=(
        case(
            "payment",
            step(
                get("/payment", principal=200_000, annual_rate=6, months=360),
                equals={
                    "monthly_payment": 1199.1,
                    "total_paid": 431_677.04,
                    "total_interest": 231_677.04,
                    "payments": 360,
                    "last_payment": 1200.14,
                },
            ),
            step(
                get("/payment", principal=15_000, annual_rate=4.9, months=48),
                has={"monthly_payment": 344.76, "total_interest": 1548.49},
            ),
            step(
                get("/payment", principal=1000, annual_rate=0, months=3),
                has={"monthly_payment": 333.33, "last_payment": 333.34, "total_interest": 0},
            ),
            step(
                get("/affordable", payment=100, annual_rate=12, months=12),
                equals={"principal": 1125.51},
            ),
        ),
        case(
            "schedule",
            step(
                get("/schedule", principal=1000, annual_rate=12, months=2),
                equals=[
                    {
                        "month": 1,
                        "payment": 507.51,
                        "interest": 10.0,
                        "principal": 497.51,
                        "balance": 502.49,
                    },
                    {
                        "month": 2,
                        "payment": 507.51,
                        "interest": 5.02,
                        "principal": 502.49,
                        "balance": 0.0,
                    },
                ],
            ),
            step(
                get("/schedule", principal=100, annual_rate=0, months=1),
                has=[{"month": 1, "payment": 100, "balance": 0}],
            ),
        ),
        case(
            "refuse what makes no sense",
            step(get("/payment", principal=1000, annual_rate=5), 422, contains=["months"]),
            step(get("/payment", principal=-1, annual_rate=5, months=12), 422),
            step(get("/payment", principal=1000, annual_rate=-5, months=12), 422),
            step(get("/payment", principal=1000, annual_rate=5, months=0), 422),
            step(get("/payment", principal=1000, annual_rate=5, months=601), 422),
            step(get("/schedule", principal="nan", annual_rate=5, months=12), 422),
        ),
    ),
)

_COMPOUND_INTEREST = Recipe(
    name="compound_interest",
    title="Compound interest calculator",
    intents=(
        *("compound interest calculator", "compound interest", "savings calculate"),
        *("savings grow", "saving grow", "savings growth", "saving goal calculate"),
        *("savings goal", "investment growth", "investment calculate", "investment grow"),
        *("interest savings", "future value", "deposit interest", "invest calculate"),
        *("saving calculate", "compounding", "interest years worth", "invest month percent"),
        *("invest rate year", "invest years", "money worth years", "money grow"),
        *("interest earned", "savings plan", "retirement saving", "simple interest"),
        *("investing month", "saving month", "save month year"),
    ),
    words="""
        calculate calculator compound interest saving savings saved save investment invest invested
        grow growth future value amount principal initial starting deposit contribution contribute
        monthly month yearly year annual annually quarterly daily weekly rate percent frequency per
        period term time final balance total money account bank earn earned return goal target
        reach project projection retirement pension much after over breakdown end plan regular add
        added long need worth dollar dollars euro euros have will would if 401k fund wealth put
        away set aside putting
    """,
    tests=(
        case(
            "growth",
            step(
                get("/growth", principal=1000, annual_rate=5, years=10),
                equals={"final_balance": 1628.89, "deposited": 1000.0, "interest": 628.89},
            ),
            step(
                get("/growth", principal=1000, annual_rate=5, years=10, compounding="monthly"),
                has={"final_balance": 1647.01},
            ),
            step(
                get("/growth", principal=1000, annual_rate=5, years=10, compounding="daily"),
                has={"final_balance": 1648.66},
            ),
            step(
                get("/growth", principal=1000, annual_rate=5, years=10, compounding="quarterly"),
                has={"final_balance": 1643.62},
            ),
            step(
                call(
                    "GET",
                    "/growth",
                    query={
                        "principal": 1000,
                        "annual_rate": 6,
                        "years": 10,
                        "compounding": "monthly",
                        "monthly_deposit": 100,
                    },
                ),
                has={"final_balance": 18_207.33, "deposited": 13_000, "interest": 5207.33},
            ),
        ),
        case(
            "year by year, and goals",
            step(
                get("/years", principal=100, annual_rate=10, years=3),
                has=[
                    {"year": 1, "final_balance": 110.0, "interest": 10.0},
                    {"year": 2, "final_balance": 121.0, "interest": 21.0},
                    {"year": 3, "final_balance": 133.1, "interest": 33.1},
                ],
            ),
            step(
                get("/goal", goal=10_000, annual_rate=6, years=10, compounding="monthly"),
                has={"monthly_deposit": 61.02, "deposited": 7322.4},
            ),
            step(
                get("/goal", goal=1200, annual_rate=0, years=1),
                equals={"monthly_deposit": 100.0, "deposited": 1200.0, "interest": 0.0},
            ),
            step(
                get("/goal", goal=100, principal=1000, annual_rate=5, years=1),
                has={"monthly_deposit": 0},
            ),
        ),
        case(
            "refuse what makes no sense",
            step(get("/growth", principal=1000, annual_rate=5), 422, contains=["years"]),
            step(get("/growth", principal=-1, annual_rate=5, years=1), 422),
            step(get("/growth", principal=1, annual_rate=101, years=1), 422),
            step(get("/growth", principal=1, annual_rate=5, years=0), 422),
            step(
                get("/growth", principal=1, annual_rate=5, years=1, compounding="hourly"),
                422,
                contains=["yearly", "half-yearly", "quarterly", "monthly", "daily"],
            ),
        ),
    ),
)

_CURRENCY = Recipe(
    name="currency",
    title="Currency converter",
    intents=(
        *("currency converter", "currency convert", "currency conversion", "currency exchange"),
        *("convert money", "currency calculate", "convert usd", "convert eur", "convert dollar"),
        *("convert euro", "exchange rate convert", "exchange rate manage"),
        *("convert amount currency", "exchange money", "dollars euros", "dollar euro", "usd eur"),
        *("usd gbp", "eur gbp", "money exchange rate", "money another currency"),
        *("exchange rates convert", "convert currencies", "foreign exchange convert", "usd inr"),
        *("usd jpy", "usd cad", "eur chf", "convert gbp", "convert inr", "currency rate mine"),
    ),
    words="""
        convert converter conversion currency currencies exchange rate rates amount money usd eur
        gbp jpy chf inr cad aud dollar euro pound yen rupee franc base target source set store
        stored save keep manage fixed custom own manual manually supply supplied provide provided
        given update code iso between another into list foreign calculate configurable hardcoded
        admin define defined static pass passed in travel travelers trip price prices my
    """,
    storage=True,
    tests=(
        case(
            "convert at rates that are set",
            step(get("/rates"), equals=[]),
            step(call("PUT", "/rates/EUR", body={"rate": 1}), has={"currency": "EUR", "rate": 1}),
            step(call("PUT", "/rates/usd", body={"rate": 1.25}), has={"currency": "USD"}),
            step(call("PUT", "/rates/GBP", body={"rate": 0.8})),
            step(
                call("GET", "/convert", query={"amount": 100, "from": "EUR", "to": "USD"}),
                equals={"amount": 100.0, "rate": 1.25, "result": 125.0},
            ),
            step(
                call("GET", "/convert", query={"amount": 10, "from": "usd", "to": "gbp"}),
                has={"rate": 0.64, "result": 6.4},
            ),
            step(call("PUT", "/rates/USD", body={"rate": 2})),
            step(
                call("GET", "/convert", query={"amount": 3, "from": "USD", "to": "EUR"}),
                has={"result": 1.5},
            ),
            step(
                get("/rates"),
                equals=[
                    {"currency": "EUR", "rate": 1.0},
                    {"currency": "GBP", "rate": 0.8},
                    {"currency": "USD", "rate": 2.0},
                ],
            ),
        ),
        case(
            "convert at a rate of one's own",
            step(get("/convert-at", amount=19.99, rate=1.1), has={"result": 21.99}),
            step(get("/convert-at", amount=0, rate=1.1), has={"result": 0}),
            step(get("/convert-at", amount=5, rate=0), 422),
        ),
        case(
            "refuse unknown currencies and wrong values",
            step(
                call("GET", "/convert", query={"amount": 1, "from": "EUR", "to": "USD"}),
                404,
                contains=["USD"],
            ),
            step(call("DELETE", "/rates/EUR"), 404),
            step(call("PUT", "/rates/EUR", body={"rate": 1})),
            step(call("DELETE", "/rates/EUR"), 204),
            step(call("PUT", "/rates/EURO", body={"rate": 1}), 422),
            step(call("PUT", "/rates/EUR", body={"rate": -1}), 422),
            step(call("GET", "/convert", query={"amount": -1, "from": "EUR", "to": "USD"}), 422),
        ),
    ),
)

MONEY: tuple[Recipe, ...] = (_TIP, _LOAN, _COMPOUND_INTEREST, _CURRENCY)
