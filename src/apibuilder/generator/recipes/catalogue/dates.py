"""Recipes about dates: differences, ages, working days and calendars."""

from __future__ import annotations

from pydantic import JsonValue

from apibuilder.generator.recipes.recipe import Recipe
from apibuilder.generator.recipes.steps import call, case, get, post, step

_DATE_DIFFERENCE = Recipe(
    name="date_difference",
    title="Date calculator",
    intents=(
        *("days between two dates", "date difference", "between two dates", "days between"),
        *("date calculate", "date add", "add day date", "subtract day date", "duration dates"),
        *("time between date", "date math", "date arithmetic", "week between", "month between"),
        *("days date subtract", "day apart date", "date interval", "date days"),
        *("how long between", "date from now", "days from now", "weeks from date"),
        *("months between", "date weeks", "add months date", "years between dates"),
        *("dates difference", "date plus days", "date subtract", "how many days"),
    ),
    words="""
        calculate calculator date dates difference between two day days week weeks month months
        year years add subtract adding subtracting time duration elapsed count number math
        arithmetic start end passed many apart later before after from interval plus minus ago
        future past today now long what given january february march april may june july august
        september october november december
    """,
    tests=(
        case(
            "difference",
            step(
                get("/difference", start="2024-01-31", end="2025-03-01"),
                equals={
                    "days": 395,
                    "weeks": 56.4286,
                    "years": 1,
                    "remaining_months": 1,
                    "remaining_days": 1,
                    "text": "1 year, 1 month, 1 day",
                },
            ),
            step(
                get("/difference", start="2024-01-01", end="2024-12-31"),
                has={"days": 365, "years": 0, "remaining_months": 11, "remaining_days": 30},
            ),
            step(
                get("/difference", start="2024-03-01", end="2024-02-01"),
                has={"days": -29, "remaining_months": -1, "remaining_days": 0},
            ),
            step(get("/difference", start="2024-05-05", end="2024-05-05"), has={"days": 0}),
        ),
        case(
            "add",
            step(
                get("/add", date="2024-01-31", months=1),
                equals={"date": "2024-02-29", "weekday": "Thursday"},
            ),
            step(get("/add", date="2024-02-29", years=1), has={"date": "2025-02-28"}),
            step(get("/add", date="2024-12-25", days=10), has={"date": "2025-01-04"}),
            step(get("/add", date="2024-03-01", days=-1), has={"date": "2024-02-29"}),
            step(get("/add", date="2024-01-01", weeks=2), has={"date": "2024-01-15"}),
            step(get("/add", date="9999-12-31", days=1), 422, contains=["1 to 9999"]),
            step(get("/add", date="2024-01-01", years=-3000), 422),
        ),
        case(
            "refuse what is no date",
            step(get("/difference", start="2024-02-30", end="2024-03-01"), 422),
            step(get("/difference", start="yesterday", end="2024-03-01"), 422),
            step(get("/difference", start="2024-01-01"), 422, contains=["end"]),
            step(get("/add", date="2024-01-01", days=1.5), 422),
        ),
    ),
)

_AGE = Recipe(
    name="age",
    title="Age calculator",
    intents=(
        *("age calculator", "age calculate", "birthday calculate", "next birthday", "how old"),
        *("age birth", "age birthday", "days until birthday", "birthday countdown", "age date"),
        *("birthdate age", "exact age", "age years", "birth date age", "age from birth"),
        *("old born", "date of birth years", "birthday days", "age someone", "age in days"),
    ),
    words="""
        calculate calculator age exact birth birthday birthdate born date person someone old how
        years months days weeks next until left current today given dob countdown turning turn many
        lived alive enter enters somebody gets exactly precise now on their zodiac
    """,
    tests=(
        case(
            "age",
            step(
                get("/age", born="1990-05-15", on="2024-05-14"),
                equals={
                    "years": 33,
                    "months": 11,
                    "days": 29,
                    "total_days": 12_418,
                    "total_weeks": 1774,
                    "born_on_a": "Tuesday",
                },
            ),
            step(
                get("/age", born="1990-05-15", on="2024-05-15"),
                has={"years": 34, "months": 0, "days": 0},
            ),
            step(get("/age", born="2000-02-29", on="2023-02-28"), has={"years": 23, "days": 0}),
            step(
                get("/age", born="2024-01-31", on="2024-03-01"),
                has={"years": 0, "months": 1, "days": 1, "total_days": 30},
            ),
        ),
        case(
            "next birthday",
            step(
                get("/next-birthday", born="1990-05-15", on="2024-05-16"),
                equals={
                    "date": "2025-05-15",
                    "weekday": "Thursday",
                    "days_left": 364,
                    "turning": 35,
                },
            ),
            step(
                get("/next-birthday", born="1990-05-15", on="2024-05-15"),
                has={"days_left": 0, "turning": 34},
            ),
            step(
                get("/next-birthday", born="2000-02-29", on="2022-12-31"),
                has={"date": "2023-02-28"},
            ),
        ),
        case(
            "refuse what is no birth",
            step(get("/age", born="2024-05-15", on="2024-05-14"), 422, contains=["later"]),
            step(get("/age", born="9999-01-01"), 422),
            step(get("/age", born="15.5.1990"), 422),
            step(get("/age"), 422, contains=["born"]),
        ),
    ),
)

_HOLIDAYS: JsonValue = ["2024-12-25", "2024-12-26"]
_BUSINESS_DAYS = Recipe(
    name="business_days",
    title="Business day calculator",
    intents=(
        *("count business days between two dates", "business day", "working day", "workday"),
        *("work days", "weekday between", "delivery date", "workdays", "weekdays between"),
        *("working days", "days excluding weekends", "business days", "skip weekends holidays"),
    ),
    words="""
        calculate calculator business working work workday workdays weekday weekdays day days
        between two date dates add count number holiday holidays weekend weekends exclude excluding
        skip skipping ignore ignoring given list start end is next deadline delivery due ship
        shipping public bank many custom subtract range minus within period excluded without off
        off-days nth calendar office adder
    """,
    tests=(
        case(
            "count",
            step(
                post("/count", {"start": "2024-12-23", "end": "2024-12-31", "holidays": _HOLIDAYS}),
                equals={
                    "business_days": 5,
                    "weekend_days": 2,
                    "holidays": 2,
                    "total_days": 9,
                },
            ),
            step(
                post("/count", {"start": "2024-01-01", "end": "2024-12-31"}),
                has={"business_days": 262, "total_days": 366},
            ),
            step(
                post(
                    "/count",
                    {"start": "2024-06-03", "end": "2024-06-09", "weekend": ["friday", "saturday"]},
                ),
                has={"business_days": 5},
            ),
            step(
                post("/count", {"start": "2024-01-02", "end": "2024-01-01"}),
                422,
                contains=["before start"],
            ),
        ),
        case(
            "add and check",
            step(
                post("/add", {"start": "2024-12-20", "days": 3, "holidays": _HOLIDAYS}),
                equals={"date": "2024-12-27", "weekday": "friday"},
            ),
            step(post("/add", {"start": "2024-06-10", "days": -1}), has={"date": "2024-06-07"}),
            step(post("/add", {"start": "2024-06-08", "days": 0}), has={"date": "2024-06-08"}),
            step(
                post("/check", {"date": "2024-12-25", "holidays": _HOLIDAYS}),
                equals={"business_day": False, "weekday": "wednesday"},
            ),
            step(post("/check", {"date": "2024-12-24"}), has={"business_day": True}),
            step(post("/check", {"date": "2024-12-28"}), has={"business_day": False}),
        ),
        case(
            "refuse what makes no sense",
            step(post("/add", {"start": "2024-06-10", "days": 5001}), 422),
            step(post("/add", {"start": "2024-06-10"}), 422, contains=["days"]),
            step(
                post("/add", {"start": "2024-06-10", "days": 1, "weekend": ["funday"]}),
                422,
                contains=["sunday"],
            ),
            step(post("/count", {"start": "1800-01-01", "end": "1801-01-01"}), 422),
        ),
    ),
)

_YEAR_CALENDAR = Recipe(
    name="year_calendar",
    title="Calendar and leap years",
    intents=(
        *("leap year checker", "leap year", "calendar month", "day of week date", "weekday date"),
        *("week number", "iso week", "day of year", "monthly calendar", "calendar year"),
        *("calendar generate", "which weekday", "day of the week", "day of week"),
        *("week day date", "which day week", "leap years", "weekday finder"),
        *("calendar for month", "what weekday", "week of year", "weekday was", "weekday of date"),
        "day of the year",
    ),
    words="""
        check checker leap year years calendar month monthly day days of week weekday number iso
        date is generate grid quarter given list between whether which what falls find calculate
        calculator fall print finder tell any born was were
    """,
    tests=(
        case(
            "leap years",
            step(get("/leap/2024"), equals={"year": 2024, "leap": True, "days": 366}),
            step(get("/leap/1900"), has={"leap": False, "days": 365}),
            step(get("/leap/2000"), has={"leap": True}),
            step(
                call("GET", "/leap-years", query={"from": 1895, "to": 1910}),
                equals=[1896, 1904, 1908],
            ),
            step(call("GET", "/leap-years", query={"from": 2, "to": 1}), 422, contains=["before"]),
        ),
        case(
            "months and days",
            step(
                get("/month/2024/2"),
                has={
                    "name": "February",
                    "days": 29,
                    "weeks": [
                        [None, None, None, 1, 2, 3, 4],
                        [5, 6, 7, 8, 9, 10, 11],
                        [12, 13, 14, 15, 16, 17, 18],
                        [19, 20, 21, 22, 23, 24, 25],
                        [26, 27, 28, 29, None, None, None],
                    ],
                },
            ),
            step(
                get("/month/2024/9", first="sunday"), has={"days": 30}, contains=["[1,2,3,4,5,6,7]"]
            ),
            step(
                get("/day/2024-12-30"),
                equals={
                    "date": "2024-12-30",
                    "weekday": "Monday",
                    "weekend": False,
                    "day_of_year": 365,
                    "days_left_in_year": 1,
                    "iso_year": 2025,
                    "iso_week": 1,
                    "quarter": 4,
                    "leap_year": True,
                },
            ),
        ),
        case(
            "refuse what is not in a calendar",
            step(get("/leap/0"), 422),
            step(get("/leap/10000"), 422, contains=["9999"]),
            step(get("/month/2024/13"), 422, contains=["12"]),
            step(get("/day/2023-02-29"), 422),
            step(get("/month/2024/2", first="friday"), 422, contains=["sunday"]),
        ),
    ),
)

DATES: tuple[Recipe, ...] = (_DATE_DIFFERENCE, _AGE, _BUSINESS_DAYS, _YEAR_CALENDAR)
