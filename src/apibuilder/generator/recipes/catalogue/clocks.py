"""Recipes about time: zones, timestamps and countdowns."""

from __future__ import annotations

from pydantic import JsonValue

from apibuilder.generator.cases import StepRequest
from apibuilder.generator.recipes.recipe import Recipe
from apibuilder.generator.recipes.steps import call, case, get, step


def _convert(time: JsonValue, source: JsonValue, target: JsonValue) -> StepRequest:
    return call("GET", "/convert", query={"time": time, "from": source, "to": target})


_TIMEZONES = Recipe(
    name="timezones",
    title="Time zone converter",
    intents=(
        *("time zone converter", "timezone", "time zone", "world clock", "time city"),
        *("convert utc local", "time convert utc", "current time zone", "world time"),
        *("local time convert", "meeting time", "time in cities", "local time"),
        *("time difference cities", "time in tokyo", "utc convert", "convert time between"),
        *("current time city", "gmt convert", "convert est", "convert pst", "convert gmt"),
        *("convert utc", "convert cet", "convert ist", "time in another", "time abroad"),
        *("time noon", "time when in", "what time in", "time there"),
    ),
    words="""
        convert converter conversion converts time times timezone timezones zone zones world clock
        current local date datetime between utc gmt offset daylight saving dst city cities country
        two now difference list different iana meeting new york london berlin paris tokyo sydney
        los angeles est pst cet ist what across international global teams moscow india usa edt pdt
        cest bst jst abroad noon midnight when there here
    """,
    tests=(
        case(
            "convert",
            step(
                _convert("2024-07-01T12:00:00", "Europe/Paris", "America/New_York"),
                has={
                    "from": {"time": "2024-07-01T12:00:00+02:00", "dst": True},
                    "to": {
                        "zone": "America/New_York",
                        "time": "2024-07-01T06:00:00-04:00",
                        "utc_offset": "-04:00",
                        "abbreviation": "EDT",
                    },
                    "difference_hours": -6,
                },
            ),
            step(
                _convert("2024-01-01T00:30", "utc", "asia/kolkata"),
                has={"to": {"time": "2024-01-01T06:00:00+05:30", "zone": "Asia/Kolkata"}},
            ),
            step(
                _convert("2024-12-31T20:00", "America/Los_Angeles", "Asia/Tokyo"),
                has={"to": {"time": "2025-01-01T13:00:00+09:00"}, "difference_hours": 17},
            ),
            step(
                _convert("2024-03-31T02:30", "Europe/Berlin", "UTC"),
                has={"from": {"time": "2024-03-31T03:30:00+02:00"}},
            ),
        ),
        case(
            "zones",
            step(get("/now", zone="UTC"), has={"zone": "UTC", "utc_offset": "+00:00"}),
            step(get("/now", zone="Asia/Tokyo"), has={"utc_offset": "+09:00", "dst": False}),
            step(get("/zones", search="new york"), equals=["America/New_York"]),
            step(get("/zones", search="nowhere"), equals=[]),
        ),
        case(
            "refuse what is no zone or time",
            step(_convert("2024-07-01T12:00", "Mars/Olympus", "UTC"), 422, contains=["`from`"]),
            step(_convert("2024-07-01T12:00", "UTC", "../etc/passwd"), 422, contains=["`to`"]),
            step(_convert("noon", "UTC", "UTC"), 422),
            step(_convert("2024-07-01T12:00:00+02:00", "UTC", "UTC"), 422, contains=["timezone"]),
            step(get("/now", zone="Nowhere"), 422, contains=["/zones"]),
        ),
    ),
)

_TIMESTAMPS = Recipe(
    name="timestamps",
    title="Unix timestamp converter",
    intents=(
        *("unix timestamp converter", "unix timestamp", "epoch", "timestamp convert"),
        *("timestamp date", "unix time", "timestamp human readable", "timestamp"),
        *("epoch seconds", "epoch date", "unix date", "epoch convert", "iso date seconds"),
    ),
    words="""
        convert converter conversion converts unix epoch timestamp timestamps time date dates
        datetime human readable iso 8601 seconds milliseconds current now utc between vice versa
        back both directions format posix times into
    """,
    tests=(
        case(
            "both ways",
            step(
                get("/to-date", timestamp=1704067200),
                equals={
                    "seconds": 1704067200,
                    "milliseconds": 1704067200000,
                    "iso": "2024-01-01T00:00:00Z",
                    "date": "2024-01-01",
                    "weekday": "Monday",
                    "http": "Mon, 01 Jan 2024 00:00:00 GMT",
                },
            ),
            step(
                get("/to-date", timestamp=1704067200123, unit="milliseconds"),
                has={"iso": "2024-01-01T00:00:00Z", "milliseconds": 1704067200123},
            ),
            step(get("/to-date", timestamp=-1), has={"iso": "1969-12-31T23:59:59Z"}),
            step(
                get("/to-timestamp", date="2024-01-01T02:00:00+02:00"), has={"seconds": 1704067200}
            ),
            step(get("/to-timestamp", date="2024-01-01"), has={"seconds": 1704067200}),
            step(get("/to-timestamp", date="1970-01-01T00:00:00"), has={"seconds": 0}),
        ),
        case("now", step(get("/now"), contains=["milliseconds", "GMT"])),
        case(
            "refuse what is no moment",
            step(get("/to-date", timestamp="soon"), 422),
            step(get("/to-date", timestamp=1704067200000), 422, contains=["unit"]),
            step(get("/to-date", timestamp=1, unit="hours"), 422, contains=["milliseconds"]),
            step(get("/to-timestamp", date="2024-13-01"), 422),
            step(get("/to-timestamp"), 422, contains=["date"]),
        ),
    ),
)

_COUNTDOWN = Recipe(
    name="countdown",
    title="Countdown",
    intents=(
        *("countdown to a date", "countdown", "count down", "time until", "days until"),
        *("time left", "time remaining", "days left", "days remaining", "hours until"),
        *("new year", "how long until", "until event", "time to event", "days till", "time till"),
        *("until christmas", "days to go", "until date", "days to christmas", "remaining until"),
        *("seconds until", "weeks until", "hours left"),
    ),
    words="""
        countdown count down time until till left remaining days day hours minutes seconds date
        event launch new year deadline holiday christmas wedding timer calculate calculator tell
        target many specific given future certain moment remain next birthday my years eve vacation
        trip party exam olympics
    """,
    tests=(
        case(
            "until a moment",
            step(
                call(
                    "GET",
                    "/countdown",
                    query={"until": "2030-01-01T00:00:00Z", "from": "2029-12-28T19:54:54Z"},
                ),
                equals={
                    "until": "2030-01-01T00:00:00Z",
                    "passed": False,
                    "days": 3,
                    "hours": 4,
                    "minutes": 5,
                    "seconds": 6,
                    "total_seconds": 273_906,
                    "text": "3 days, 4 hours, 5 minutes, 6 seconds",
                },
            ),
            step(
                call(
                    "GET",
                    "/countdown",
                    query={"until": "2024-06-01", "from": "2024-06-02T01:00:00"},
                ),
                has={"passed": True, "days": 1, "hours": 1, "minutes": 0},
            ),
            step(get("/countdown", until="2001-01-01"), has={"passed": True}),
        ),
        case(
            "until the new year",
            step(
                call("GET", "/new-year", query={"from": "2024-12-31T23:59:00Z"}),
                has={"until": "2025-01-01T00:00:00Z", "total_seconds": 60, "minutes": 1},
            ),
            step(get("/new-year"), has={"passed": False}),
        ),
        case(
            "refuse what is no moment",
            step(get("/countdown"), 422, contains=["until"]),
            step(get("/countdown", until="soon"), 422),
            step(get("/countdown", until="2024-02-30"), 422),
            step(call("GET", "/new-year", query={"from": "9999-06-01T00:00:00Z"}), 422),
        ),
    ),
)

CLOCKS: tuple[Recipe, ...] = (_TIMEZONES, _TIMESTAMPS, _COUNTDOWN)
