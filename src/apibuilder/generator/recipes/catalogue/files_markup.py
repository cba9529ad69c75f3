"""Recipes about Markdown and HTML."""

from __future__ import annotations

from apibuilder.generator.recipes.recipe import Recipe
from apibuilder.generator.recipes.steps import case, post, step

_HTML = (
    "<html><head><title>A &amp; B</title><style>p {}</style>"
    '<meta name="description" content="About it"></head><body><h1>Hello</h1>'
    '<p>One <b>two</b>\n three.</p><script>alert(1)</script><p><a href="/x">Link</a></p>'
    '<img src="a.png"></body></html>'
)

MARKUP = (
    Recipe(
        name="markdown_html",
        title="Markdown to HTML",
        intents=(
            "markdown html",
            "markdown notes html",
            "markdown web",
            "markdown viewer",
            "preview markdown",
            "markdown to html",
            "markdown processor",
            "markdown rendering",
            "parse markdown",
            "md html",
            "markdown renderer",
            "render markdown",
            "convert markdown",
            "markdown converter",
            "markdown parser",
            "markdown preview",
        ),
        words="""
            markdown md html convert converts converter conversion render renders rendering
            renderer parse parser preview page safe sanitize sanitized sanitised tables table
            code fenced blocks headings toc contents into document documents readme blog text
            formatted github flavored flavoured syntax lists links web sanitization xss-free
            output rendered specify specified choose chosen version later self hosted own
            between under notes note articles article pages site static files posts send sends
            sent over via friendly whether where maker creator clone viewer pagination paginated
        """,
        packages=("markdown",),
        tests=(
            case(
                "Markdown is rendered",
                step(
                    post("/render", {"markdown": "# Hello *you*\n\n- a\n- `b`\n"}),
                    equals={
                        "html": (
                            '<h1 id="hello-you">Hello <em>you</em></h1>\n'
                            "<ul>\n<li>a</li>\n<li><code>b</code></li>\n</ul>"
                        ),
                        "headings": [{"level": 1, "text": "Hello you", "id": "hello-you"}],
                    },
                ),
                step(
                    post("/render", {"markdown": "|a|b|\n|-|-|\n|1|2|\n\n```py\nx < 1\n```\n"}),
                    contains=["<table>", "<td>1</td>", "x &lt; 1"],
                ),
                step(post("/render", {"markdown": ""}), equals={"html": "", "headings": []}),
            ),
            case(
                "nothing in it can run",
                step(
                    post("/render", {"markdown": "<script>alert(1)</script>\n\na <b onclick=x>b"}),
                    contains=["&lt;script&gt;"],
                    lacks=["<script", "<b "],
                ),
                step(
                    post(
                        "/render",
                        {
                            "markdown": "[a](javascript:alert(1)) [b](javascript&#58;alert(1))"
                            " ![c](data:text/html,x) [d](https://example.org/) [e](#top)"
                        },
                    ),
                    contains=["https://example.org/", "#top"],
                    lacks=["javascript", "data:"],
                ),
            ),
            case(
                "whole pages, and limits",
                step(
                    post("/page", {"markdown": "Hi", "title": "<b>"}),
                    headers={"content-type": "text/html", "content-security-policy": "default-src"},
                    contains=["<!DOCTYPE html>", "&lt;b&gt;", "<p>Hi</p>"],
                ),
                step(post("/render", {"markdown": "[" * 1000}), 422, contains=["brackets"]),
                step(post("/render", {"markdown": "x" * 20_001}), 422),
                step(post("/render", {}), 422),
            ),
        ),
    ),
    Recipe(
        name="html_text",
        title="HTML to text",
        intents=(
            "html text",
            "html markup",
            "strip markup",
            "remove markup",
            "html stripper",
            "html tags text",
            "tags from html",
            "html cleaner",
            "clean html",
            "html links",
            "html headings",
            "html extractor",
            "html content text",
            "html tag remover",
            "text from html",
            "strip html",
            "strip tags",
            "html plain",
            "remove html tags",
            "extract html links",
            "html parser",
            "parse html",
            "html to markdown text",
        ),
        words="""
            html text plain strip strips remove removes tag tags extract extracts extraction
            links link headings images title meta description parse parses parser clean convert
            converter readable content out document get web source markup without formatting
            entities decode scripts styles body article cleaner cleans page string snippet urls
            anchors specify specified choose chosen version later self hosted own between under
            all entirely email emails newsletter send sends sent over via friendly whether where
            pages maker creator clone viewer pagination paginated
        """,
        tests=(
            case(
                "the text of a page",
                step(
                    post("/text", {"html": _HTML}),
                    equals={
                        "title": "A & B",
                        "text": "Hello\nOne two three.\nLink",
                        "words": 5,
                        "characters": 25,
                    },
                ),
                step(post("/text", {"html": "a &lt;b&gt; &eacute;"}), has={"text": "a <b> \u00e9"}),
                step(post("/text", {"html": ""}), has={"text": "", "title": None, "words": 0}),
            ),
            case(
                "the outline of a page",
                step(
                    post("/outline", {"html": _HTML}),
                    equals={
                        "title": "A & B",
                        "description": "About it",
                        "headings": ["Hello"],
                        "links": [{"text": "Link", "href": "/x"}],
                        "images": ["a.png"],
                    },
                ),
                step(
                    post("/outline", {"html": '<h2><a href="#x">A <b>b</b></a></h2>'}),
                    has={"headings": ["A b"], "links": [{"text": "A b", "href": "#x"}]},
                ),
            ),
            case(
                "broken HTML is read, endless HTML is not",
                step(post("/text", {"html": "<p>a<div>b</p><"}), contains=["a\\nb"]),
                step(post("/text", {"html": "<p>" * 10_001}), 422, contains=["10,000 tags"]),
                step(post("/text", {"html": "<!--" * 1000}), 422),
                step(post("/text", {}), 422),
            ),
        ),
    ),
)
