"""Recipes that make data up, and that publish them."""

from __future__ import annotations

from pydantic import JsonValue

from apibuilder.generator.recipes.recipe import Recipe
from apibuilder.generator.recipes.steps import call, case, get, post, step

_ENTRY: dict[str, JsonValue] = {
    "title": "Hello <b>",
    "link": "https://example.org/hello?a=1&b=2",
    "summary": "A & B",
}

DATA = (
    Recipe(
        name="fake_data",
        title="Fake data",
        intents=(
            "fake data",
            "fake user profiles",
            "test data names",
            "random data names",
            "fake records",
            "fake data generator",
            "fake customers",
            "fake companies",
            "fake products",
            "fake persons",
            "fake identities",
            "fake identity",
            "fake contacts",
            "fake employees",
            "random employees",
            "random customers",
            "mock users",
            "mock user",
            "dummy users",
            "test users",
            "user generator",
            "random names emails",
            "fake users",
            "fake user",
            "mock data",
            "dummy data",
            "test data",
            "random user",
            "random users",
            "fake people",
            "fake names",
            "random names",
            "name generator",
            "random profiles",
            "fake profiles",
            "sample data",
        ),
        words="""
            fake fakes faker mock dummy test testing sample random data user users person people
            profile profiles name names first last email emails address addresses phone phones
            company companies product products birthday birthdays seed seeded sentences demo
            demos prototypes count reproducible username usernames job jobs city cities
            realistic made up customers customer employees employee staff clients client
            contacts contact orders-less database frontend development qa populate records
            record list identities identity full generator e-commerce fictional anonymous
            seeding unit specify specified choose chosen version later self hosted own between
            under app fixture fixtures dataset datasets bulk send sends sent over via friendly
            whether where maker creator clone viewer pagination paginated page pages
        """,
        tests=(
            case(
                "the same seed gives the same data",
                step(
                    get("/people", count=2, seed=7),
                    capture={"first": "0.email", "second": "1.email"},
                ),
                step(
                    get("/people", count=2, seed=7),
                    has=[{"email": "{first}"}, {"email": "{second}"}],
                ),
                step(get("/people", count=1, seed=8), lacks=["null"], contains=["@example."]),
            ),
            case(
                "companies, products and sentences",
                step(get("/companies", count=1), contains=['"founded"', ".example/"]),
                step(get("/products", count=1, seed=1), contains=['"sku"', '"price"']),
                step(get("/sentences", count=3), contains=["."]),
                step(get("/people", count=1000, seed=0), contains=["+1-555-01"]),
            ),
            case(
                "bounded",
                step(get("/people", count=0), 422),
                step(get("/people", count=1001), 422, contains=["1000"]),
                step(get("/people", seed=-1), 422),
                step(get("/products", seed="abc"), 422),
            ),
        ),
    ),
    Recipe(
        name="rss_feed",
        title="RSS feeds",
        intents=(
            "rss feed",
            "news atom",
            "publish atom",
            "atom xml",
            "articles atom",
            "posts atom",
            "rss",
            "atom feed",
            "feed generator",
            "feed xml",
            "podcast feed",
            "blog feed",
        ),
        words="""
            rss atom feed feeds xml entry entries item items post posts article articles blog
            news publish publishes serve serves title link links description author date
            generate builder build valid podcast episodes episode website site show updates
            changelog announcements subscribe subscribers validates 2 0 my releases specify
            specified choose chosen version later self hosted own between under generator send
            sends sent over via friendly whether where maker creator clone viewer pagination
            paginated page pages
        """,
        storage=True,
        tests=(
            case(
                "what is published is in the feed",
                step(
                    call(
                        "PUT",
                        "/settings",
                        body={"title": "News & more", "link": "https://example.org/"},
                    ),
                    has={"description": "News"},
                ),
                step(post("/entries", _ENTRY), 201, has={"id": 1, "title": "Hello <b>"}),
                step(
                    get("/feed.xml"),
                    headers={"content-type": "application/rss+xml"},
                    prefix=b"<?xml".hex(),
                    contains=[
                        "<title>News &amp; more</title>",
                        "<title>Hello &lt;b&gt;</title>",
                        "<link>https://example.org/hello?a=1&amp;b=2</link>",
                        "<pubDate>",
                    ],
                ),
                step(
                    get("/atom.xml"),
                    headers={"content-type": "application/atom+xml"},
                    contains=["<id>https://example.org/#entry-1</id>", "A &amp; B"],
                ),
            ),
            case(
                "entries come and go, the newest first",
                step(get("/feed.xml"), contains=["My feed"], lacks=["<item>"]),
                step(post("/entries", _ENTRY), 201),
                step(post("/entries", {**_ENTRY, "title": "Second"}), 201),
                step(get("/entries"), has=[{"title": "Second"}, {"id": 1}]),
                step(call("DELETE", "/entries/2"), 204),
                step(get("/feed.xml"), lacks=["Second"]),
                step(call("DELETE", "/entries/2"), 404),
            ),
            case(
                "wrong input is refused",
                step(post("/entries", {**_ENTRY, "link": "javascript:alert(1)"}), 422),
                step(post("/entries", {**_ENTRY, "title": ""}), 422),
                step(post("/entries", {"title": "No link"}), 422, contains=["link"]),
                step(call("PUT", "/settings", body={"link": "nowhere"}), 422),
                step(post("/entries", {**_ENTRY, "summary": "a\x00b"}), 201),
                step(get("/feed.xml"), lacks=["\x00"]),
            ),
        ),
    ),
)
