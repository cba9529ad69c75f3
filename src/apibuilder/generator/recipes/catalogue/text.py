"""Recipes about text: counting, rewriting and checking it."""

from __future__ import annotations

from apibuilder.generator.recipes.recipe import Recipe
from apibuilder.generator.recipes.steps import case, get, post, step

_TEXT_COUNTER = Recipe(
    name="text_counter",
    title="Word counter",
    intents=(
        *("count words in a text", "word count", "character count", "letter count"),
        *("reading time", "word frequency", "count sentence", "text statistic"),
        *("text analysis word", "count word", "count vowel", "text analyze", "text analyse"),
        *("most common word", "text length", "line count", "how many words", "frequent words"),
        *("words sentences", "number of words", "text analyze words", "count characters"),
        *("word statistics", "words paragraphs", "count letters", "word length"),
        *("reading estimate", "readability time", "character counter", "word counter"),
        *("text stats", "how long text"),
    ),
    words="""
        count counts counter counting word words character characters letter letters sentence
        sentences paragraph paragraphs line lines reading time read estimate speaking text texts
        string length frequency frequencies frequent most common top occurrence occurrences unique
        statistics analysis analyze analyse analyzer analyser article document essay blog post
        space spaces without average longest total number whitespace per minute paste piece
        frequently used info given
    """,
    tests=(
        case(
            "count",
            step(
                post("/count", {"text": "Hello there. How are you?\n\nI'm fine!"}),
                equals={
                    "characters": 36,
                    "characters_without_spaces": 29,
                    "words": 7,
                    "unique_words": 7,
                    "sentences": 3,
                    "paragraphs": 2,
                    "lines": 3,
                    "average_word_length": 3.71,
                    "longest_word": "Hello",
                    "reading_seconds": 3,
                    "speaking_seconds": 4,
                },
            ),
            step(
                post("/count", {"text": ""}),
                has={"characters": 0, "words": 0, "sentences": 0, "longest_word": ""},
            ),
            step(
                post("/count", {"text": "one two " * 100, "words_per_minute": 100}),
                has={"words": 200, "reading_seconds": 120, "unique_words": 2},
            ),
        ),
        case(
            "frequency",
            step(
                post("/frequency", {"text": "To be or not to be", "top": 2}),
                equals=[
                    {"word": "to", "count": 2, "percent": 33.33},
                    {"word": "be", "count": 2, "percent": 33.33},
                ],
            ),
            step(
                post("/frequency", {"text": "a bb ccc bb", "shortest": 3}),
                equals=[{"word": "ccc", "count": 1, "percent": 100.0}],
            ),
            step(post("/frequency", {"text": "..."}), equals=[]),
        ),
        case(
            "refuse what is no text",
            step(post("/count", {}), 422, contains=["text"]),
            step(post("/count", {"text": 5}), 422),
            step(post("/count", {"text": "a", "words_per_minute": 0}), 422),
            step(post("/count", {"text": "a" * 100_001}), 422, contains=["100000"]),
        ),
    ),
)

_SLUGS = Recipe(
    name="slugs",
    title="Slug generator",
    intents=(
        *("slug generator", "slug", "slugify", "url friendly", "seo friendly", "permalink"),
        *("seo url title", "url title", "title to url", "seo urls"),
    ),
    words="""
        slug slugs slugify slugifier generate generator create make convert turn turns title titles
        text string url urls friendly seo permalink blog post article unique heading hyphen hyphens
        dash lowercase clean accents accented unicode special characters separator address into
        posts headline name names product pages readable
    """,
    tests=(
        case(
            "slugs",
            step(get("/slug", text="Hello, World!"), equals={"slug": "hello-world"}),
            step(
                get("/slug", text="Crème Brûlée & Straße"), has={"slug": "creme-brulee-and-strasse"}
            ),
            step(get("/slug", text="  What's   new? "), has={"slug": "whats-new"}),
            step(
                post("/slug", {"text": "Hello World", "separator": "_", "lowercase": False}),
                has={"slug": "Hello_World"},
            ),
            step(
                post("/slug", {"text": "Привет мир", "keep_unicode": True}),
                has={"slug": "привет-мир"},
            ),
        ),
        case(
            "length and uniqueness",
            step(
                post("/slug", {"text": "one two three four", "max_length": 10}),
                has={"slug": "one-two"},
            ),
            step(post("/slug", {"text": "abcdefgh", "max_length": 3}), has={"slug": "abc"}),
            step(
                post("/slug", {"text": "News", "taken": ["news", "news-2"]}), has={"slug": "news-3"}
            ),
        ),
        case(
            "refuse what gives no slug",
            step(get("/slug", text="!!!"), 422, contains=["A to Z"]),
            step(get("/slug", text=""), 422),
            step(get("/slug"), 422, contains=["text"]),
            step(post("/slug", {"text": "a", "separator": "/"}), 422),
            step(post("/slug", {"text": "a", "max_length": 0}), 422),
        ),
    ),
)

_CASE_CONVERTER = Recipe(
    name="case_converter",
    title="Case converter",
    intents=(
        *("case converter", "case convert", "camelcase", "snake case", "camel case"),
        *("uppercase lowercase", "text case", "title case", "kebab case", "string case"),
        *("uppercase text", "capitalize", "capitalise", "lowercase text", "change case"),
        *("upper lower case", "snakecase", "convert uppercase", "pascal case", "pascalcase"),
        *("uppercase string", "snake camel", "camelcase snakecase", "snake_case camelcase"),
        *("lower case text", "upper case text", "capitalize words", "camel kebab"),
        *("naming convention convert", "title case text"),
    ),
    words="""
        convert converter conversion converts change changer transform case cases text string
        strings camel camelcase snake snakecase kebab kebabcase pascal pascalcase title titlecase
        sentence upper uppercase lower lowercase constant capitalize capitalise capitalization word
        words name names variable identifier between different letters into swap dot format
        uppercased naming conventions convention styles style programming first
    """,
    tests=(
        case(
            "names",
            step(
                post("/convert", {"text": "hello world", "to": "camel"}),
                equals={"case": "camel", "result": "helloWorld"},
            ),
            step(
                post("/convert", {"text": "HTTPServer error-code", "to": "snake"}),
                has={"result": "http_server_error_code"},
            ),
            step(post("/convert", {"text": "fooBar2", "to": "kebab"}), has={"result": "foo-bar2"}),
            step(post("/convert", {"text": "foo bar", "to": "pascal"}), has={"result": "FooBar"}),
            step(post("/convert", {"text": "fooBar", "to": "constant"}), has={"result": "FOO_BAR"}),
        ),
        case(
            "texts",
            step(
                post("/convert", {"text": "the 3rd don't", "to": "title"}),
                has={"result": "The 3rd Don't"},
            ),
            step(
                post("/convert", {"text": "HELLO. how ARE you? fine", "to": "sentence"}),
                has={"result": "Hello. How are you? Fine"},
            ),
            step(post("/convert", {"text": "aBc", "to": "swap"}), has={"result": "AbC"}),
            step(post("/convert", {"text": "", "to": "camel"}), has={"result": ""}),
            step(
                get("/all", text="Foo bar"),
                has={"camel": "fooBar", "dot": "foo.bar", "upper": "FOO BAR", "title": "Foo Bar"},
            ),
        ),
        case(
            "refuse unknown cases",
            step(post("/convert", {"text": "a", "to": "spongebob"}), 422, contains=["camel"]),
            step(post("/convert", {"text": "a"}), 422, contains=["to"]),
            step(post("/convert", {"text": ["a"], "to": "camel"}), 422),
            step(get("/all"), 422),
        ),
    ),
)

_PALINDROMES = Recipe(
    name="palindromes",
    title="Palindrome and anagram checker",
    intents=(
        *("palindrome checker", "palindrome", "anagram", "reads same backward"),
        *("same backward forward", "anagrams", "same backwards", "palindromic"),
        "backwards forwards",
    ),
    words="""
        palindrome palindromes anagram anagrams check checker checks detect detector test word
        words phrase phrases sentence text string strings number reads same backwards backward
        forward forwards reverse reversed two compare group find ignore ignoring case punctuation
        spaces other each letters whether does this read given
    """,
    tests=(
        case(
            "palindromes",
            step(
                get("/palindrome", text="Racecar"),
                equals={"palindrome": True, "letters": "racecar", "backwards": "racecar"},
            ),
            step(get("/palindrome", text="hello"), has={"palindrome": False}),
            step(
                post("/palindrome", {"text": "A man, a plan, a canal: Panama"}),
                has={"palindrome": True, "letters": "amanaplanacanalpanama"},
            ),
            step(get("/palindrome", text="12321"), has={"palindrome": True}),
            step(get("/palindrome", text="?!"), has={"palindrome": False}),
        ),
        case(
            "anagrams",
            step(
                post("/anagram", {"first": "Listen", "second": "Silent"}), equals={"anagram": True}
            ),
            step(post("/anagram", {"first": "cat", "second": "dog"}), equals={"anagram": False}),
            step(post("/anagram", {"first": "Cat", "second": "cat"}), equals={"anagram": False}),
            step(
                post("/groups", {"words": ["listen", "cat", "silent", "act", "dog"]}),
                equals=[["listen", "silent"], ["cat", "act"], ["dog"]],
            ),
        ),
        case(
            "refuse what is no text",
            step(get("/palindrome"), 422, contains=["text"]),
            step(get("/palindrome", text=""), 422),
            step(post("/anagram", {"first": "a"}), 422, contains=["second"]),
            step(post("/groups", {"words": []}), 422),
        ),
    ),
)

TEXT: tuple[Recipe, ...] = (_TEXT_COUNTER, _SLUGS, _CASE_CONVERTER, _PALINDROMES)
