"""Recipes about arithmetic: calculators, primes, sequences and ways to write numbers."""

from __future__ import annotations

from pydantic import JsonValue

from apibuilder.generator.cases import StepRequest
from apibuilder.generator.recipes.recipe import Recipe
from apibuilder.generator.recipes.steps import call, case, get, post, step


def _base(number: JsonValue, source: JsonValue, target: JsonValue) -> StepRequest:
    return call("GET", "/convert", query={"number": number, "from": source, "to": target})


def _calculate(expression: str) -> StepRequest:
    return post("/calculate", {"expression": expression})


_EXPRESSION = Recipe(
    name="expression",
    title="Calculator",
    intents=(
        *("math expression calculator", "math expression", "arithmetic expression"),
        *("evaluate expression", "scientific calculate", "add subtract multiply"),
        *("add subtract divide", "arithmetic operation", "math operation"),
        *("addition subtraction", "math calculate", "expression calculate"),
        *("arithmetic calculate", "mathematical expression", "mathematic operation"),
        *("expression evaluate", "simple calculator", "calculator api", "basic calculator"),
        *("calculator service", "calculator app", "online calculator", "basic arithmetic"),
        *("four operations", "calculate sum product", "mathematical calculate"),
        *("pocket calculate", "mathematical operation", "evaluate formula", "formula answer"),
        *("evaluate math", "addition multiplication", "add numbers", "add two numbers"),
        *("subtract numbers", "multiply numbers", "sum two numbers", "math expressions"),
        *("arithmetic", "math equation result", "do math", "perform math", "addition"),
    ),
    words="""
        calculate calculator calculates evaluate evaluates evaluator evaluation expression
        expressions math maths mathematical mathematics arithmetic operation operations operator
        add addition subtract subtraction multiply multiplication divide division sum difference
        product quotient power root square sqrt exponent modulo scientific pocket basic function
        functions sin cos tan log parentheses brackets plus minus times safe safely formula string
        parse trigonometry trigonometric desk standard four precedence post posts get answer
        equation like numbers sums do perform performing operators
    """,
    tests=(
        case(
            "arithmetic",
            step(_calculate("2 * (3 + 4) ^ 2"), has={"result": 98}),
            step(_calculate("0.1 + 0.2"), equals={"expression": "0.1 + 0.2", "result": 0.3}),
            step(_calculate("-2 ** 2"), has={"result": -4}),
            step(_calculate("10 / 4 - 7 % 4"), has={"result": -0.5}),
            step(_calculate("1 / 3"), has={"result": 0.333333333333333}),
            step(get("/calculate", expression="2*(3-4)"), has={"result": -2}),
        ),
        case(
            "functions",
            step(_calculate("sqrt(16) + abs(-3)"), has={"result": 7}),
            step(_calculate("sin(pi / 2)"), has={"result": 1}),
            step(_calculate("ln(e) + log(1000)"), has={"result": 4}),
            step(_calculate("max(1, 2, 3) - min(1, 2)"), has={"result": 2}),
            step(_calculate("round(2.5) + floor(-1.5) + ceil(1.2)"), has={"result": 3}),
            step(get("/functions"), has={"constants": ["e", "pi"]}),
        ),
        case(
            "refuse everything else",
            step(_calculate("1 / 0"), 422, contains=["divides by zero"]),
            step(_calculate("9 ^ 9 ^ 9"), 422, contains=["too large"]),
            step(_calculate("1e999"), 422, contains=["too large"]),
            step(_calculate("sqrt(-1)"), 422, contains=["real numbers"]),
            step(_calculate("(1 + 2"), 422, contains=["bracket"]),
            step(_calculate("__import__('os').getcwd()"), 422, contains=["sqrt"]),
            step(_calculate("().__class__"), 422),
            step(_calculate("1 " * 101), 422),
            step(get("/calculate"), 422, contains=["expression"]),
        ),
    ),
)

_PRIMES = Recipe(
    name="primes",
    title="Prime numbers",
    intents=(
        *("prime number checker", "prime", "factorise", "factorize", "factorization"),
        *("factorisation", "prime factor", "primality", "prime numbers"),
    ),
    words="""
        prime primes number numbers check checker checks test tests is factor factors factorise
        factorize factorization factorisation decompose list lists generate first next up range
        between below divisor integer whether find nth under sieve primality integers all
        decomposition twin lister mersenne
    """,
    tests=(
        case(
            "check and factorise",
            step(get("/check/97"), equals={"number": 97, "prime": True, "smallest_divisor": None}),
            step(get("/check/91"), has={"prime": False, "smallest_divisor": 7}),
            step(get("/check/1"), has={"prime": False, "smallest_divisor": None}),
            step(get("/check/999999999989"), has={"prime": True}),
            step(
                get("/factors/360"),
                has={
                    "text": "2^3 * 3^2 * 5",
                    "factors": [
                        {"prime": 2, "exponent": 3},
                        {"prime": 3, "exponent": 2},
                        {"prime": 5, "exponent": 1},
                    ],
                },
            ),
            step(get("/factors/1"), has={"factors": [], "text": "1"}),
        ),
        case(
            "lists",
            step(
                call("GET", "/primes", query={"to": 30}),
                equals={"count": 10, "primes": [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]},
            ),
            step(
                call("GET", "/primes", query={"from": 24, "to": 29}),
                has={"count": 1, "primes": [29]},
            ),
            step(call("GET", "/primes", query={"to": 0}), has={"count": 0}),
            step(get("/next/13"), equals={"number": 13, "next_prime": 17}),
            step(call("GET", "/primes", query={"to": 1_000_000}), 422, contains=["78498"]),
        ),
        case(
            "refuse what is out of range",
            step(get("/check/0"), 422),
            step(get("/check/-7"), 422),
            step(get("/check/1.5"), 422),
            step(get("/check/1000000000001"), 422, contains=["1000000000000"]),
            step(call("GET", "/primes", query={"to": 1_000_001}), 422),
        ),
    ),
)

_SEQUENCES = Recipe(
    name="sequences",
    title="Fibonacci and factorial calculator",
    intents=(
        *("fibonacci and factorial calculator", "fibonacci", "factorial", "collatz"),
        *("number sequence calculate", "combination permutation", "permutation calculate"),
        *("binomial coefficient", "integer sequence", "n factorial", "first fibonacci"),
        *("fibbonacci", "fibonnaci", "permutations combinations", "n choose k"),
    ),
    words="""
        calculate calculator fibonacci factorial factorials collatz number numbers sequence
        sequences series nth n first term terms up generate list integer combinations permutations
        combinatorics choose binomial big large exact math count compute ten twenty recursive fast
    """,
    tests=(
        case(
            "fibonacci",
            step(get("/fibonacci/10"), equals={"n": 10, "value": 55, "text": "55", "digits": 2}),
            step(get("/fibonacci/0"), has={"value": 0}),
            step(get("/fibonacci/100"), has={"text": "354224848179261915075", "digits": 21}),
            step(
                get("/fibonacci", count=8),
                equals={"count": 8, "values": [0, 1, 1, 2, 3, 5, 8, 13]},
            ),
        ),
        case(
            "factorials and others",
            step(get("/factorial/5"), has={"value": 120}),
            step(get("/factorial/0"), has={"value": 1}),
            step(get("/factorial/25"), has={"text": "15511210043330985984000000"}),
            step(get("/factorial/1000"), has={"digits": 2568}),
            step(get("/collatz/6"), has={"values": [6, 3, 10, 5, 16, 8, 4, 2, 1]}),
            step(get("/choose", n=5, k=2), has={"combinations": "10", "permutations": "20"}),
            step(get("/choose", n=2, k=5), has={"combinations": "0", "permutations": "0"}),
        ),
        case(
            "refuse what is out of range",
            step(get("/factorial/1001"), 422, contains=["1000"]),
            step(get("/fibonacci/-1"), 422),
            step(get("/fibonacci/ten"), 422),
            step(get("/fibonacci", count=0), 422),
        ),
    ),
)

_ROMAN = Recipe(
    name="roman",
    title="Roman numeral converter",
    intents=(
        *("roman numeral converter", "roman numeral", "roman number", "roman integer"),
        "arabic roman",
    ),
    words="""
        convert converter conversion converts roman numeral numerals number numbers integer
        integers arabic decimal translate translator validate check valid back vice versa between
        both directions year parse what's into 1 3999 old ancient
    """,
    tests=(
        case(
            "both ways",
            step(get("/to-roman/2024"), equals={"number": 2024, "roman": "MMXXIV"}),
            step(get("/to-roman/1994"), has={"roman": "MCMXCIV"}),
            step(get("/to-roman/3999"), has={"roman": "MMMCMXCIX"}),
            step(get("/from-roman/MCMXCIV"), has={"number": 1994}),
            step(get("/from-roman/xlii"), equals={"number": 42, "roman": "XLII"}),
        ),
        case(
            "check",
            step(get("/check/IV"), equals={"valid": True}),
            step(get("/check/IIII"), equals={"valid": False}),
            step(get("/check/hello"), equals={"valid": False}),
        ),
        case(
            "refuse what is none",
            step(get("/to-roman/0"), 422),
            step(get("/to-roman/4000"), 422, contains=["3999"]),
            step(get("/to-roman/ten"), 422),
            step(get("/from-roman/IIII"), 422, contains=["standard form"]),
            step(get("/from-roman/VX"), 422),
        ),
    ),
)

_NUMBER_BASES = Recipe(
    name="number_bases",
    title="Number base converter",
    intents=(
        *("number base converter", "number base convert", "binary decimal", "decimal hex"),
        *("binary hex", "binary convert", "hex convert", "decimal hexadecimal"),
        *("base conversion", "hexadecimal convert", "decimal octal", "binary octal"),
        *("numeral system convert", "number system convert", "base convert number", "radix"),
        *("decimal binary", "hex binary", "hex decimal", "octal decimal", "hex octal"),
        *("binary number", "decimal to binary", "base 2", "base 16", "base 10", "base 8"),
    ),
    words="""
        convert converter conversion converts number numbers numeral base bases binary octal
        decimal hex hexadecimal radix system systems between integer any digit digits 2 8 10 16 36
        back into and to from representation representations numeric
    """,
    tests=(
        case(
            "between bases",
            step(
                _base("101", 2, 10),
                equals={"number": "101", "from": 2, "to": 10, "result": "5"},
            ),
            step(_base("FF", 16, 2), has={"result": "11111111"}),
            step(_base("-255", 10, 16), has={"result": "-ff"}),
            step(_base("zz", 36, 10), has={"result": "1295"}),
            step(_base("0", 10, 2), has={"result": "0"}),
            step(
                _base("ffffffffffffffffffff", 16, 10), has={"result": "1208925819614629174706175"}
            ),
        ),
        case(
            "the usual bases",
            step(
                get("/usual", number="255"),
                equals={
                    "binary": "11111111",
                    "octal": "377",
                    "decimal": "255",
                    "hexadecimal": "ff",
                },
            ),
            step(call("GET", "/usual", query={"number": "1010", "from": 2}), has={"decimal": "10"}),
        ),
        case(
            "refuse what is no number",
            step(_base("102", 2, 10), 422, contains=["base 2", "01"]),
            step(_base("10", 1, 10), 422),
            step(_base("10", 10, 37), 422, contains=["36"]),
            step(_base("1_0", 10, 2), 422),
            step(get("/usual", number=""), 422),
        ),
    ),
)

ARITHMETIC: tuple[Recipe, ...] = (_EXPRESSION, _PRIMES, _SEQUENCES, _ROMAN, _NUMBER_BASES)
