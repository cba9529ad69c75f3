"""Recipes about texts: comparing them, trying patterns on them, and filling space with them."""

from __future__ import annotations

from apibuilder.generator.recipes.recipe import Recipe
from apibuilder.generator.recipes.steps import case, get, post, step

_TEXT_DIFF = Recipe(
    name="text_diff",
    title="Text diff",
    intents=(
        *("compare two texts", "text diff", "diff", "compare two texts difference"),
        *("difference two texts", "compare text", "compare line", "text difference"),
        *("text compare", "difference between texts", "diff text", "compare document"),
        *("compare file line", "compare version text", "string difference"),
        *("changed between text", "changes between texts", "compare string", "show changed text"),
        *("difference documents", "changes document", "compare texts", "file diff"),
        *("line comparison", "compare files", "comparison two files", "comparison texts"),
    ),
    words="""
        diff diffs differ text texts compare compares comparison difference differences two between
        line lines document documents file files version versions change changes changed added
        removed unified show highlight string strings word old new code patch inserted deleted
        piece pieces what of txt paragraph paragraphs config side
    """,
    tests=(
        case(
            "changes",
            step(
                post("/diff", {"old": "one\ntwo\nthree", "new": "one\n2\nthree\nfour"}),
                equals={
                    "equal": False,
                    "added": 2,
                    "removed": 1,
                    "similarity": 0.5714,
                    "changes": [
                        {
                            "kind": "replace",
                            "old_line": 2,
                            "new_line": 2,
                            "removed": ["two"],
                            "added": ["2"],
                        },
                        {
                            "kind": "insert",
                            "old_line": 4,
                            "new_line": 4,
                            "removed": [],
                            "added": ["four"],
                        },
                    ],
                },
            ),
            step(post("/diff", {"old": "same", "new": "same"}), has={"equal": True, "changes": []}),
            step(
                post(
                    "/diff",
                    {"old": "A  b", "new": "a b ", "ignore_case": True, "ignore_space": True},
                ),
                has={"equal": True},
            ),
        ),
        case(
            "unified",
            step(
                post("/unified", {"old": "one\ntwo\nthree", "new": "one\n2\nthree\nfour"}),
                equals={"diff": "--- old\n+++ new\n@@ -1,3 +1,4 @@\n one\n-two\n+2\n three\n+four"},
            ),
            step(post("/unified", {"old": "a", "new": "a"}), equals={"diff": ""}),
            step(
                post("/unified", {"old": "", "new": "a"}),
                equals={"diff": "--- old\n+++ new\n@@ -0,0 +1 @@\n+a"},
            ),
        ),
        case(
            "refuse what is too long",
            step(post("/diff", {"old": "a"}), 422, contains=["new"]),
            step(post("/diff", {"old": "\n" * 1001, "new": ""}), 422, contains=["1000 lines"]),
            step(post("/diff", {"old": 1, "new": "a"}), 422),
        ),
    ),
)

_TEXT_SIMILARITY = Recipe(
    name="text_similarity",
    title="Text similarity",
    intents=(
        *("text similarity", "string similarity", "levenshtein", "edit distance", "fuzzy match"),
        *("similar text", "similar string", "how similar", "similarity score", "closest match"),
        *("fuzzy search list", "fuzzy string", "similarity between", "similar word", "jaccard"),
        *("how close sentences", "close strings", "closeness text", "compare strings similarity"),
        *("similarity percentage", "string matching", "spell suggestion list", "did you mean"),
        *("duplicate text detection", "how close text", "nearest word", "closest word"),
        "closest string",
    ),
    words="""
        text texts string strings similarity similar score compare compares comparison two between
        levenshtein edit distance fuzzy match matching matches search find closest best word words
        ratio percentage percent measure candidates list names document documents difflib typo
        sentence sentences jaccard overlap calculate close how closeness alike duplicate
        plagiarised name near nearest suggestions suggest
    """,
    tests=(
        case(
            "compare",
            step(
                post("/compare", {"first": "kitten", "second": "sitting"}),
                equals={"similarity": 0.5714, "edit_distance": 3, "word_overlap": 0.0},
            ),
            step(
                post("/compare", {"first": "Hello", "second": "hello"}),
                equals={"similarity": 1.0, "edit_distance": 0, "word_overlap": 1.0},
            ),
            step(
                post("/compare", {"first": "Hello", "second": "hello", "ignore_case": False}),
                has={"edit_distance": 1, "similarity": 0.8},
            ),
            step(
                post("/compare", {"first": "the quick fox", "second": "the lazy fox"}),
                has={"word_overlap": 0.5},
            ),
            step(post("/compare", {"first": "", "second": ""}), has={"similarity": 1}),
        ),
        case(
            "closest",
            step(
                post("/closest", {"text": "aple", "candidates": ["banana", "ape", "Apple"]}),
                equals=[{"text": "Apple", "similarity": 0.8}, {"text": "ape", "similarity": 0.75}],
            ),
            step(
                post("/closest", {"text": "xyz", "candidates": ["apple"]}),
                equals=[],
            ),
        ),
        case(
            "refuse what is too long",
            step(post("/compare", {"first": "a" * 1001, "second": "b"}), 422, contains=["1000"]),
            step(post("/compare", {"first": "a"}), 422, contains=["second"]),
            step(post("/closest", {"text": "a", "candidates": []}), 422),
            step(post("/closest", {"text": "a", "candidates": ["a"], "at_least": 2}), 422),
        ),
    ),
)

_REGEX_TESTER = Recipe(
    name="regex_tester",
    title="Regex tester",
    intents=(
        *("regex tester", "regex test", "regular expression", "regex match", "regex", "regexp"),
        *("pattern match text", "test pattern", "regex replace", "pattern matching text"),
        *("try regular expression", "pattern string match"),
    ),
    words="""
        regex regexp regexes regular expression expressions test tester tests testing try match
        matches matching matcher pattern patterns text string group groups capture captured replace
        replacement find flags against given validate validator online playground position
        positions checker named extract all out sample samples debug debugger check checking
        highlight live
    """,
    tests=(
        case(
            "find",
            step(
                post("/test", {"pattern": r"(?P<who>\w+)@(\w+)", "text": "ada@one bob@two"}),
                equals={
                    "matches": True,
                    "full_match": False,
                    "found": [
                        {
                            "text": "ada@one",
                            "start": 0,
                            "end": 7,
                            "groups": ["ada", "one"],
                            "named_groups": {"who": "ada"},
                        },
                        {
                            "text": "bob@two",
                            "start": 8,
                            "end": 15,
                            "groups": ["bob", "two"],
                            "named_groups": {"who": "bob"},
                        },
                    ],
                },
            ),
            step(
                post("/test", {"pattern": "HELLO", "text": "hello", "flags": ["ignore_case"]}),
                has={"full_match": True},
            ),
            step(
                post("/test", {"pattern": "x", "text": "abc"}), has={"matches": False, "found": []}
            ),
            step(
                post("/test", {"pattern": r"\d+(,\d+)*", "text": "1,20,300"}),
                has={"full_match": True},
            ),
        ),
        case(
            "replace",
            step(
                post(
                    "/replace",
                    {"pattern": r"(\w+) (\w+)", "text": "hello world", "replacement": r"\2 \1"},
                ),
                equals={"text": "world hello", "count": 1},
            ),
            step(
                post("/replace", {"pattern": "a", "text": "banana", "replacement": "o"}),
                has={"text": "bonono", "count": 3},
            ),
            step(
                post("/replace", {"pattern": "a", "text": "a", "replacement": r"\7"}),
                422,
                contains=["replacement"],
            ),
        ),
        case(
            "refuse what cannot be tried",
            step(
                post("/test", {"pattern": "(", "text": "a"}), 422, contains=["regular expression"]
            ),
            step(post("/test", {"pattern": "(a+)+$", "text": "aaaa"}), 422, contains=["for ever"]),
            step(post("/test", {"pattern": r"(\w+\s?)*$", "text": "aaaa"}), 422),
            step(post("/test", {"pattern": "a" * 201, "text": "a"}), 422, contains=["200"]),
            step(post("/test", {"pattern": "a", "text": "a", "flags": ["fast"]}), 422),
        ),
    ),
)

_LOREM_IPSUM = Recipe(
    name="lorem_ipsum",
    title="Lorem ipsum generator",
    intents=(
        *("lorem ipsum generator", "lorem ipsum", "lorem", "placeholder text", "dummy text"),
        *("filler text", "sample text", "placeholder paragraph", "dummy paragraphs"),
        *("filler paragraphs", "random text paragraphs", "random paragraphs", "fake text"),
        "ipsum",
    ),
    words="""
        lorem ipsum generate generator generates placeholder dummy filler sample random text texts
        paragraph paragraphs sentence sentences word words number count html seed latin mockup
        mockups design designer designers length fake website websites some mock mocks layouts
        layout
    """,
    tests=(
        case(
            "text",
            step(
                get("/words", count=8),
                equals={
                    "text": "lorem ipsum dolor sit amet consectetur adipiscing elit",
                    "words": 8,
                },
            ),
            step(get("/words", count=2000), has={"words": 2000}),
            step(get("/sentences", count=2), contains=["Lorem ipsum dolor"]),
            step(get("/paragraphs", count=2, html=True), contains=["<p>Lorem", "</p>\\n\\n<p>"]),
        ),
        case(
            "the same again",
            step(get("/paragraphs", seed=5, classic=False), capture={"text": "text"}),
            step(get("/paragraphs", seed=5, classic=False), has={"text": "{text}"}),
        ),
        case(
            "refuse too much",
            step(get("/paragraphs", count=51), 422, contains=["50"]),
            step(get("/words", count=0), 422),
            step(get("/sentences", count="many"), 422),
        ),
    ),
)

TEXT_TOOLS: tuple[Recipe, ...] = (_TEXT_DIFF, _TEXT_SIMILARITY, _REGEX_TESTER, _LOREM_IPSUM)
