"""Recipes that keep something besides a list of things: counts, votes, carts, flags."""

from __future__ import annotations

from apibuilder.generator.recipes.recipe import Recipe
from apibuilder.generator.recipes.steps import call, case, get, post, step

STORE = (
    Recipe(
        name="key_value",
        title="Key-value store",
        intents=(
            "key value",
            "persistent dictionary",
            "persistent key",
            "remember key",
            "dictionary http",
            "hash map api",
            "persistent cache",
            "keys values",
            "json under key",
            "store json key",
            "value under key",
            "key time live",
            "get set delete key",
            "set get key",
            "values by key",
            "put get key",
            "set key get key",
            "cache api",
            "simple cache",
            "key cache",
            "dictionary store",
            "key store",
            "store values key",
            "redis clone",
            "cache ttl",
            "keyvalue",
            "kv store",
            "kv storage",
            "key to json",
            "ttl store",
        ),
        words="""
            store storage json put set get delete fetch expire expires expiry expiration ttl
            increment atomic counter prefix namespace cache caching redis like persistent any
            arbitrary string strings pair pairs lookup memcached dictionary hash map entry
            entries keys key simple session sessions setting settings configuration config
            memory minutes seconds lists namespaced namespaces item specify specified choose
            chosen version later self hosted own between under read reads back time live again
            write writes data value send sends sent over via friendly whether where http maker
            creator clone viewer pagination paginated page pages
        """,
        storage=True,
        tests=(
            case(
                "a value is kept, replaced and deleted",
                step(call("PUT", "/values/theme", body={"value": {"dark": True}})),
                step(get("/values/theme"), has={"value": {"dark": True}, "expires_at": None}),
                step(call("PUT", "/values/theme", body={"value": [1, "two", None]})),
                step(get("/values/theme"), has={"value": [1, "two", None]}),
                step(call("DELETE", "/values/theme"), 204),
                step(get("/values/theme"), 404),
                step(call("DELETE", "/values/theme"), 404),
            ),
            case(
                "numbers are counted and keys are listed",
                step(post("/values/visits:home/increment", {}), has={"value": 1}),
                step(post("/values/visits:home/increment", {"by": 41}), has={"value": 42}),
                step(call("PUT", "/values/name", body={"value": "Ada"})),
                step(post("/values/name/increment", {}), 409, contains=["whole number"]),
                step(
                    get("/values", prefix="visits:"), equals={"keys": ["visits:home"], "total": 1}
                ),
                step(get("/values"), has={"keys": ["name", "visits:home"], "total": 2}),
            ),
            case(
                "values are valid JSON of a bounded size and life",
                step(call("PUT", "/values/a", body={"value": "x", "ttl_seconds": 60})),
                step(call("PUT", "/values/a", body={"value": "x", "ttl_seconds": 0}), 422),
                step(call("PUT", "/values/a", text='{"value": NaN}'), 422, contains=["NaN"]),
                step(call("PUT", "/values/a", text='{"value": "\\ud800"}'), 422),
                step(call("PUT", "/values/a", text='{"value": {"\\ud800": 1}}'), 422),
                step(call("PUT", "/values/a", body={"value": "x" * 64_000}), 422),
            ),
        ),
    ),
    Recipe(
        name="hit_counter",
        title="Hit counter",
        intents=(
            "hit counter",
            "counter",
            "view counts",
            "visitor count",
            "hit count",
            "number of visits",
            "page visited",
            "like counter",
            "click counter",
            "count clicks",
            "tally counter",
            "count likes",
            "visits counter",
            "download counter",
            "counter endpoint",
            "increment counter",
            "count how many times visited",
            "visitor counter",
            "visit counter",
            "view counter",
            "page view counter",
            "page views",
            "count visits",
            "count page hits",
            "counter api",
            "counter increment",
            "counter badge",
            "counters",
        ),
        words="""
            count counts counting counter counters hits visits visitors views page pages site
            badge svg image embed readme github named name increment increments increase
            decrement decrements decrease reset set up down atomic total number how often times
            button click clicks visited visit like likes thumbs upvote upvotes tally clicker
            loads load been app press presses per separate per-page counted specify specified
            choose chosen version later self hosted own between under http static over simple
            global shared send sends sent via friendly whether where download downloads maker
            creator clone viewer pagination paginated
        """,
        storage=True,
        tests=(
            case(
                "hits are counted",
                step(call("POST", "/counters/home/hit"), has={"name": "home", "value": 1}),
                step(call("POST", "/counters/home/hit"), has={"value": 2}),
                step(post("/counters/home/hit", {"by": -5}), has={"value": -3}),
                step(get("/counters/home"), has={"value": -3}),
                step(call("PUT", "/counters/home", body={"value": 10}), has={"value": 10}),
                step(get("/counters"), contains=['"home"']),
                step(call("DELETE", "/counters/home"), 204),
                step(get("/counters/home"), 404),
            ),
            case(
                "the badge counts what it shows",
                step(
                    get("/counters/readme/badge.svg", label="<visitors>"),
                    headers={"content-type": "image/svg+xml", "cache-control": "no-store"},
                    contains=["&lt;visitors&gt;", ">1</text>"],
                    prefix=b"<svg".hex(),
                ),
                step(get("/counters/readme/badge.svg"), contains=[">2</text>", ">hits</text>"]),
                step(get("/counters/readme"), has={"value": 2}),
            ),
            case(
                "steps and colours are checked",
                step(post("/counters/a/hit", {"by": 1_000_001}), 422),
                step(post("/counters/a/hit", {"by": "many"}), 422),
                step(get("/counters/a/badge.svg", color="red"), 422),
                step(get("/counters/a"), 404),
            ),
        ),
    ),
    Recipe(
        name="polls",
        title="Polls",
        intents=(
            "poll",
            "election vote candidates",
            "voting api",
            "polling app",
            "votes options",
            "voting",
            "vote",
            "cast votes",
            "survey votes",
            "ballot",
            "straw poll",
        ),
        words="""
            poll polls vote votes voting voter voters question questions option options answer
            answers choice choices result results count counts tally percent percentage
            percentages winner once per person only cast multiple ballot election majority close
            closing strawpoll straw survey start see live favorite favourite best office lunch
            team dinner movie night anonymous group class classroom meeting date decide decision
            preference preferences people users someone topic create creates open closed
            participants every user colleagues friends restaurant yes no specify specified
            choose chosen version later self hosted own between under where show thing ideas
            idea favourites send sends sent over via friendly whether elections candidates
            candidate referendum president chair club society members member maker creator clone
            viewer pagination paginated page pages proposal proposals motion motions petition
            agenda feature
        """,
        storage=True,
        tests=(
            case(
                "everybody votes once",
                step(
                    post("/polls", {"question": "Lunch?", "options": ["Pizza", "Sushi"]}),
                    201,
                    has={"total_votes": 0, "leaders": [], "closed": False},
                    capture={"id": "id"},
                ),
                step(post("/polls/{id}/votes", {"voter": "ada", "option": "Pizza"}), 201),
                step(post("/polls/{id}/votes", {"voter": "bob", "option": "Pizza"}), 201),
                step(post("/polls/{id}/votes", {"voter": "cyd", "option": "Sushi"}), 201),
                step(post("/polls/{id}/votes", {"voter": "ada", "option": "Sushi"}), 409),
                step(
                    get("/polls/{id}"),
                    has={
                        "total_votes": 3,
                        "leaders": ["Pizza"],
                        "results": [
                            {"option": "Pizza", "votes": 2, "percent": 66.7},
                            {"option": "Sushi", "votes": 1, "percent": 33.3},
                        ],
                    },
                ),
            ),
            case(
                "a closed poll takes no votes",
                step(post("/polls", {"question": "A?", "options": ["yes", "no"]}), 201),
                step(post("/polls/1/votes", {"voter": "a", "option": "perhaps"}), 422),
                step(call("POST", "/polls/1/close"), has={"closed": True}),
                step(post("/polls/1/votes", {"voter": "a", "option": "yes"}), 409),
                step(call("DELETE", "/polls/1"), 204),
                step(get("/polls/1"), 404),
                step(get("/polls"), equals=[]),
            ),
            case(
                "a poll has two to twenty different options",
                step(post("/polls", {"question": "A?", "options": ["only"]}), 422),
                step(post("/polls", {"question": "A?", "options": ["b", "b"]}), 422),
                step(post("/polls", {"question": "", "options": ["a", "b"]}), 422),
                step(post("/polls/7/votes", {"voter": "a", "option": "b"}), 404),
            ),
        ),
    ),
    Recipe(
        name="leaderboard",
        title="Leaderboard",
        intents=(
            "leaderboard",
            "highscores",
            "scores ranking",
            "ranking scores",
            "leader boards",
            "best scores",
            "top scores",
            "ranking players",
            "ranking points",
            "game scores",
            "player ranking",
            "top players",
            "rankings points",
            "leader board",
            "high score",
            "highscore",
            "scoreboard",
            "rank players",
        ),
        words="""
            leaderboard leaderboards scoreboard highscores high score scores scoring game games
            gaming player players rank ranks ranking rankings top best ten 10 submit send points
            position sorted highest first their arcade track tracks records record tournament
            contest competition quiz season level levels boards board user users name names
            descending ties ordered keep all-time daily-less standings table gamers specify
            specified choose chosen version later self hosted own between under snake tetris
            chess ping pong trivia puzzle mobile retro sends sent over via friendly whether
            where maker creator clone viewer pagination paginated page pages
        """,
        storage=True,
        tests=(
            case(
                "the best score of each player counts",
                step(
                    post("/scores", {"player": "ada", "score": 50}),
                    201,
                    has={"rank": 1, "score": 50, "games": 1, "improved": True},
                ),
                step(post("/scores", {"player": "bob", "score": 70}), 201, has={"rank": 1}),
                step(
                    post("/scores", {"player": "ada", "score": 40}),
                    201,
                    has={"rank": 2, "score": 50, "games": 2, "improved": False},
                ),
                step(post("/scores", {"player": "ada", "score": 90}), 201, has={"rank": 1}),
                step(get("/players/bob"), has={"rank": 2, "score": 70}),
                step(
                    get("/leaderboard", limit=1),
                    has={"players": 2, "items": [{"rank": 1, "player": "ada", "score": 90}]},
                ),
            ),
            case(
                "equal scores share a rank",
                step(post("/scores", {"player": "a", "score": 3}), 201),
                step(post("/scores", {"player": "b", "score": 2}), 201),
                step(post("/scores", {"player": "c", "score": 2}), 201),
                step(post("/scores", {"player": "d", "score": 1}), 201, has={"rank": 4}),
                step(
                    get("/leaderboard"),
                    has={"items": [{"rank": 1}, {"rank": 2}, {"rank": 2}, {"rank": 4}]},
                ),
                step(call("DELETE", "/players/a"), 204),
                step(get("/players/d"), has={"rank": 3}),
            ),
            case(
                "boards are apart, and scores are numbers",
                step(
                    call("POST", "/scores", query={"board": "b"}, body={"player": "a", "score": 1}),
                    201,
                ),
                step(get("/players/a"), 404),
                step(get("/players/a", board="b"), has={"rank": 1}),
                step(call("POST", "/scores", text='{"player": "a", "score": NaN}'), 422),
                step(post("/scores", {"player": "", "score": 1}), 422),
                step(get("/leaderboard", limit=0), 422),
            ),
        ),
    ),
)
