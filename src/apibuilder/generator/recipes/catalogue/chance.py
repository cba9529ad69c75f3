"""Recipes about chance: dice, coins and random numbers."""

from __future__ import annotations

from apibuilder.generator.recipes.recipe import Recipe
from apibuilder.generator.recipes.steps import case, get, post, step

_DICE = Recipe(
    name="dice",
    title="Dice roller",
    intents=(
        *("dice roller", "dice", "roll die", "coin flip", "coin toss", "flip coin", "d20", "2d6"),
        *("head tail", "heads tails", "coin tosser", "roll d6", "roll dice", "flip coins"),
    ),
    words="""
        dice die roll rolls roller rolling throw throws thrower side sides sided notation modifier
        coin coins flip flips flipper toss tosser head heads tail tails random randomly number seed
        seeded d6 d20 2d6 d4 d8 d12 game rpg tabletop dungeons dragons dnd d simulate simulator
        simulation total sum result fair virtual six choose decide reproducible custom individual
        board night party role playing roleplaying rpgs dungeon master fun yahtzee times ten
        hundred
    """,
    tests=(
        case(
            "roll dice",
            step(get("/roll", dice="2d6+1", seed=7), capture={"rolls": "rolls", "total": "total"}),
            step(
                get("/roll", dice="2d6+1", seed=7),
                equals={
                    "dice": "2d6+1",
                    "rolls": "{rolls}",
                    "modifier": 1,
                    "total": "{total}",
                },
            ),
            step(get("/roll", dice="3D1000-2"), has={"dice": "3d1000-2", "modifier": -2}),
            step(get("/roll", dice="d20"), has={"dice": "1d20", "modifier": 0}),
            step(get("/roll"), has={"dice": "1d6"}),
            step(get("/roll", dice="d%"), has={"dice": "1d100"}),
        ),
        case(
            "flip coins",
            step(get("/flip", count=1000, seed=1), capture={"heads": "heads", "tails": "tails"}),
            step(get("/flip", count=1000, seed=1), has={"heads": "{heads}", "tails": "{tails}"}),
            step(get("/flip"), contains=["flips"]),
        ),
        case(
            "refuse what is no dice",
            step(get("/roll", dice="lots"), 422, contains=["2d6+1"]),
            step(get("/roll", dice="0d6"), 422),
            step(get("/roll", dice="101d6"), 422, contains=["1 to 100 dice"]),
            step(get("/roll", dice="1d1"), 422),
            step(get("/roll", dice="1d1001"), 422),
            step(get("/roll", seed=-1), 422),
            step(get("/flip", count=0), 422),
        ),
    ),
)

_RANDOM_NUMBERS = Recipe(
    name="random_numbers",
    title="Random number generator",
    intents=(
        *("random number generator", "random number", "random integer", "random float"),
        *("random pick", "random choice", "shuffle list", "raffle", "lottery number"),
        *("random winner", "lucky draw", "shuffle", "random element list", "random item list"),
        *("pick winner", "draw winner", "decision maker", "lotto number"),
        *("pick random", "randomize list", "random order", "random selection", "draw names"),
        *("secret santa draw", "giveaway winner", "random numbers", "random pick list"),
        *("randomly pick", "randomly choose", "choose random", "random list", "select random"),
        "random person",
    ),
    words="""
        random randomly randomizer randomiser randomize number numbers integer integers float
        floats decimal generate generator generates range min minimum max maximum between seed
        seeded unique pick picks picker choose chooses chooser choice select item items element
        elements list shuffle shuffles raffle lottery lotto winner winners draw draws name names
        lucky count several true reproducible repeat without duplicate duplicates option options
        array decision decisions maker participant participants giveaway contest give gives order
        people students student team members roll from
    """,
    tests=(
        case(
            "numbers",
            step(get("/integers", min=5, max=5, count=3), equals={"numbers": [5, 5, 5]}),
            step(
                get("/integers", min=1, max=1_000_000, count=5, seed=42),
                capture={"numbers": "numbers"},
            ),
            step(
                get("/integers", min=1, max=1_000_000, count=5, seed=42),
                equals={"numbers": "{numbers}"},
            ),
            step(get("/decimals", min=2, max=2, count=2), equals={"numbers": [2.0, 2.0]}),
            step(get("/decimals", seed=3, places=2), capture={"decimals": "numbers"}),
            step(get("/decimals", seed=3, places=2), equals={"numbers": "{decimals}"}),
        ),
        case(
            "lists",
            step(post("/pick", {"items": ["a"]}), equals={"items": ["a"]}),
            step(post("/shuffle", {"items": ["x", "x"]}), equals={"items": ["x", "x"]}),
            step(
                post("/shuffle", {"items": ["a", "b", "c", "d"], "seed": 5}),
                capture={"items": "items"},
            ),
            step(
                post("/shuffle", {"items": ["a", "b", "c", "d"], "seed": 5}),
                equals={"items": "{items}"},
            ),
        ),
        case(
            "refuse what cannot be drawn",
            step(get("/integers", min=2, max=1), 422, contains=["must not be larger"]),
            step(get("/integers", min=1, max=3, count=4, unique=True), 422, contains=["only 3"]),
            step(get("/integers", count=1001), 422),
            step(get("/integers", max="lots"), 422),
            step(post("/pick", {"items": ["a"], "count": 2}), 422, contains=["at most 1"]),
            step(post("/pick", {"items": []}), 422),
        ),
    ),
)

CHANCE: tuple[Recipe, ...] = (_DICE, _RANDOM_NUMBERS)
