"""Levels 1 and 2: APIs that compute and keep nothing."""

from __future__ import annotations

from apibuilder.generator.recipes.steps import get, post, step
from bench.generation.task import task

TASKS = (
    task("double", 1, "GET /double?n=4 returns {\"result\": 8}: twice the integer n.",
        step(get("/double", n=4), has={"result": 8}), step(get("/double", n=-3), has={"result": -6}),
        step(get("/double", n="x"), 422), step(get("/double"), 422)),
    task("rectangle", 1, """A rectangle API: POST /rectangle takes {"width": number, "height": number}
        and answers {"area": number, "perimeter": number}.""",
        step(post("/rectangle", {"width": 3, "height": 4}), has={"area": 12, "perimeter": 14}),
        step(post("/rectangle", {"width": 0.5, "height": 2}), has={"area": 1, "perimeter": 5}),
        step(post("/rectangle", {"width": 3}), 422)),
    task("reverse", 1, "GET /reverse?text=abc returns {\"reversed\": \"cba\"}.",
        step(get("/reverse", text="abc"), equals={"reversed": "cba"}),
        step(get("/reverse", text="Hello"), has={"reversed": "olleH"}), step(get("/reverse"), 422)),
    task("even", 1, "GET /even/{n} tells whether the integer n is even: {\"even\": boolean}.",
        step(get("/even/4"), has={"even": True}), step(get("/even/7"), has={"even": False}),
        step(get("/even/0"), has={"even": True}), step(get("/even/x"), 422)),
    task("vowels", 1, """POST /vowels takes {"text": string} and returns {"count": integer}, the number
        of vowels (a, e, i, o, u, in either case) in the text.""",
        step(post("/vowels", {"text": "Hello World"}), has={"count": 3}),
        step(post("/vowels", {"text": "AEIOU"}), has={"count": 5}),
        step(post("/vowels", {"text": "xyz"}), has={"count": 0}), step(post("/vowels", {}), 422)),
    task("greet", 1, """GET /greet/{name} answers {"message": "Hello, Ada!"} for the name Ada. With the
        query parameter polite=true (boolean, default false) it says "Good day, Ada!" instead.""",
        step(get("/greet/Ada"), has={"message": "Hello, Ada!"}),
        step(get("/greet/Bo", polite="true"), has={"message": "Good day, Bo!"}),
        step(get("/greet/Bo", polite="maybe"), 422)),
    task("clamp", 1, """GET /clamp?value=15&low=0&high=10 returns {"value": 10}: value held between low
        and high, all numbers. 400 if low is greater than high.""",
        step(get("/clamp", value=15, low=0, high=10), has={"value": 10}),
        step(get("/clamp", value=-2, low=0, high=10), has={"value": 0}),
        step(get("/clamp", value=5.5, low=0, high=10), has={"value": 5.5}),
        step(get("/clamp", value=5, low=10, high=0), 400)),
    task("fizzbuzz", 1, """GET /fizzbuzz/{n} returns {"result": string}: "Fizz" if the integer n is
        divisible by 3, "Buzz" if by 5, "FizzBuzz" if by both, else the number as text.""",
        step(get("/fizzbuzz/9"), has={"result": "Fizz"}), step(get("/fizzbuzz/10"), has={"result": "Buzz"}),
        step(get("/fizzbuzz/30"), has={"result": "FizzBuzz"}), step(get("/fizzbuzz/7"), has={"result": "7"})),
    task("divide", 2, """A calculator with four endpoints: GET /add, GET /subtract, GET /multiply and
        GET /divide?a=6&b=3. Each takes the numbers a and b as query parameters and returns
        {"result": number}. Division by zero answers 400.""",
        step(get("/add", a=2, b=3), has={"result": 5}), step(get("/subtract", a=2, b=3), has={"result": -1}),
        step(get("/multiply", a=2.5, b=4), has={"result": 10}), step(get("/divide", a=6, b=3), has={"result": 2}),
        step(get("/divide", a=6, b=0), 400), step(get("/add", a="x", b=3), 422)),
    task("temperature", 2, """POST /convert takes {"value": number, "from": "C"|"F"|"K", "to": "C"|"F"|"K"}
        and answers {"value": number} rounded to 2 digits. A temperature below absolute zero is
        refused with 400.""",
        step(post("/convert", {"value": 100, "from": "C", "to": "F"}), has={"value": 212}),
        step(post("/convert", {"value": 0, "from": "K", "to": "C"}), has={"value": -273.15}),
        step(post("/convert", {"value": 50, "from": "F", "to": "F"}), has={"value": 50}),
        step(post("/convert", {"value": -300, "from": "C", "to": "K"}), 400),
        step(post("/convert", {"value": 1, "from": "X", "to": "K"}), 422)),
    task("wordstats", 2, """POST /stats takes {"text": string} and returns {"words": integer,
        "characters": integer, "longest": string}: words are split at spaces, longest is the first
        of the longest words, empty for an empty text.""",
        step(post("/stats", {"text": "the quick brown fox"}), has={"words": 4, "characters": 19, "longest": "quick"}),
        step(post("/stats", {"text": ""}), has={"words": 0, "characters": 0, "longest": ""}),
        step(post("/stats", {"text": "a  b"}), has={"words": 2, "characters": 4})),
    task("median", 2, """POST /summary takes {"numbers": list of numbers} and answers {"mean": number,
        "median": number, "min": number, "max": number}. An empty list is refused with 400.""",
        step(post("/summary", {"numbers": [1, 2, 3, 4]}), has={"mean": 2.5, "median": 2.5, "min": 1, "max": 4}),
        step(post("/summary", {"numbers": [5]}), has={"mean": 5, "median": 5, "min": 5, "max": 5}),
        step(post("/summary", {"numbers": []}), 400), step(post("/summary", {"numbers": ["a"]}), 422)),
    task("caesar", 2, """A Caesar cipher: POST /encode takes {"text": string, "shift": integer} and
        returns {"text": string} with each letter shifted, case kept, all else unchanged.
        POST /decode takes the same fields {"text": string, "shift": integer} and undoes it,
        returning {"text": string}.""",
        step(post("/encode", {"text": "Abc xyz!", "shift": 3}), has={"text": "Def abc!"}),
        step(post("/decode", {"text": "Def abc!", "shift": 3}), has={"text": "Abc xyz!"}),
        step(post("/encode", {"text": "a", "shift": 27}), has={"text": "b"}),
        step(post("/encode", {"text": "a"}), 422)),
    task("leap", 2, """GET /leap/{year} returns {"leap": boolean} for an integer year, and
        GET /days/{year}/{month} returns {"days": integer}, the days of that month; 400 if the month
        is not from 1 to 12.""",
        step(get("/leap/2000"), has={"leap": True}), step(get("/leap/1900"), has={"leap": False}),
        step(get("/days/2024/2"), has={"days": 29}), step(get("/days/2023/4"), has={"days": 30}),
        step(get("/days/2023/13"), 400), step(get("/leap/x"), 422)),
    task("bill", 2, """POST /split takes {"total": number >= 0, "people": integer >= 1, "tip_percent":
        number optional default 0} and returns {"per_person": number, "total_with_tip": number},
        rounded to 2 digits.""",
        step(post("/split", {"total": 100, "people": 4}), has={"per_person": 25, "total_with_tip": 100}),
        step(post("/split", {"total": 100, "people": 3, "tip_percent": 10}), has={"per_person": 36.67, "total_with_tip": 110}),
        step(post("/split", {"total": 100, "people": 0}), 422), step(post("/split", {"total": -1, "people": 2}), 422)),
    task("anagram", 2, """POST /anagram takes {"a": string, "b": string} and returns {"anagram": boolean},
        ignoring case and spaces. POST /palindrome takes {"text": string} and returns
        {"palindrome": boolean}, ignoring case, spaces and punctuation.""",
        step(post("/anagram", {"a": "Dormitory", "b": "dirty room"}), has={"anagram": True}),
        step(post("/anagram", {"a": "abc", "b": "abd"}), has={"anagram": False}),
        step(post("/palindrome", {"text": "A man, a plan, a canal: Panama"}), has={"palindrome": True}),
        step(post("/palindrome", {"text": "hello"}), has={"palindrome": False})),
)  # fmt: skip
