"""Who may do what with which row: the promise of row level security, as data.

Each entry is one row that is there, with what five people get when they try the four verbs on it.
`test_matrix.py` tries every cell on a real Postgres; `matrix_docs.py` writes the table into
docs/security.md. What is not said here is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

Actor = Literal["owner", "maker", "subscriber", "other", "anonymous"]
Verb = Literal["select", "insert", "update", "delete"]
ACTORS: Final[tuple[Actor, ...]] = get_args(Actor)
VERBS: Final[tuple[Verb, ...]] = get_args(Verb)

# Outcomes: refused, allowed but without effect on this row, allowed; or the columns allowed.
DENIED: Final = "denied"
NO_ROWS: Final = "no rows"
ALLOWED: Final = "allowed"
ALL: Final = "all columns"
Outcome = str | frozenset[str]


def only(*columns: str) -> Outcome:
    """These columns, no others."""
    return frozenset(columns)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One row: in which table, whose, how it is found (`{name}` is an id of the seeded world)."""

    table: str
    state: str = ""
    row: str
    owner: str = "maker"  # a person of the seeded world
    select: Mapping[Actor, Outcome] = field(default_factory=dict[Actor, Outcome])
    insert: Mapping[Actor, Outcome] = field(default_factory=dict[Actor, Outcome])
    update: Mapping[Actor, Outcome] = field(default_factory=dict[Actor, Outcome])
    delete: Mapping[Actor, Outcome] = field(default_factory=dict[Actor, Outcome])
    new: str = ""  # what an insert is tried with; empty: default values

    def expected(self, verb: Verb, actor: Actor) -> Outcome:
        """What this person gets."""
        rules: Mapping[Actor, Outcome] = getattr(self, verb)
        return rules.get(actor, DENIED)

    @property
    def name(self) -> str:
        """Of the test, and of the line in the docs."""
        return f"{self.table}, {self.state}" if self.state else self.table


def own(columns: Outcome = ALL) -> Mapping[Actor, Outcome]:
    """The owner; others who are signed in may ask, and find nothing."""
    return {"owner": columns, "maker": NO_ROWS, "subscriber": NO_ROWS, "other": NO_ROWS}


def own_of_maker(columns: Outcome = ALL) -> Mapping[Actor, Outcome]:
    """The same where owner and maker are one."""
    return {**own(columns), "maker": columns}


EVERYBODY: Mapping[Actor, Outcome] = dict.fromkeys(ACTORS, ALL)
SIGNED_IN: Mapping[Actor, Outcome] = {**EVERYBODY, "anonymous": DENIED}
NOBODY: Mapping[Actor, Outcome] = {**dict.fromkeys(ACTORS, NO_ROWS), "anonymous": DENIED}
READABLE_KEY = only(
    "id", "api_id", "subscription_id", "name", "key_start", "scopes", "plan_id", "replaced_by",
    "requests_per_second", "burst", "created_at", "expires_at", "revoked_at", "last_used_at",
)  # fmt: skip

MATRIX: Final = (
    Subject(table="plans", row="id = 'pro'", select=SIGNED_IN),
    Subject(
        table="profiles",
        row="id = '{maker}'",
        select=own_of_maker(),
        update=own_of_maker(only("handle")),
    ),
    Subject(
        table="public_profiles",
        state="of a maker who lists",
        row="id = '{maker}'",
        select=EVERYBODY,
        update=own_of_maker(only("display_name", "bio")),
    ),
    Subject(
        table="public_profiles",
        state="of a reviewer",
        row="id = '{reviewer}'",
        owner="reviewer",
        select=EVERYBODY,
        update=own(only("display_name", "bio")),
    ),
    Subject(
        table="public_profiles",
        state="of a subscriber",
        row="id = '{subscriber}'",
        owner="subscriber",
        select={**own(), "maker": ALL, "subscriber": ALL, "anonymous": NO_ROWS},
        update={**own(), **dict.fromkeys(("owner", "subscriber"), only("display_name", "bio"))},
    ),
    Subject(
        table="public_profiles",
        state="of somebody else",
        row="id = '{loner}'",
        owner="loner",
        select={**own(), "anonymous": NO_ROWS},
        update=own(only("display_name", "bio")),
    ),
    Subject(
        table="apis",
        row="id = '{api}'",
        select=own_of_maker(),
        update=own_of_maker(only("name", "description")),
    ),
    Subject(
        table="apis", state="deleted", row="id = '{deleted_api}'", select=NOBODY, update=NOBODY
    ),
    Subject(table="revisions", row="api_id = '{api}'", select=own_of_maker()),
    Subject(table="deployments", row="api_id = '{api}'", select=own_of_maker()),
    Subject(table="canaries", row="api_id = '{api}'", select=own_of_maker()),
    Subject(table="usage_routes", row="api_id = '{api}'", select=own_of_maker()),
    Subject(
        table="api_keys",
        state="of a maker",
        row="api_id = '{api}' and subscription_id is null",
        select=own_of_maker(READABLE_KEY),
    ),
    Subject(
        table="api_keys",
        state="of a subscriber",
        row="id = '{subscriber_key}'",
        owner="subscriber",
        select={**own(READABLE_KEY), "maker": READABLE_KEY, "subscriber": READABLE_KEY},
    ),
    Subject(
        table="secrets",
        row="api_id = '{api}'",
        select=own_of_maker(only("id", "api_id", "name", "created_at", "updated_at")),
    ),
    Subject(table="generations", row="api_id = '{api}'", select=own_of_maker()),
    Subject(table="audit_log", row="api_id = '{api}'", select=own_of_maker()),
    Subject(table="api_logs", row="api_id = '{api}'", select=own_of_maker()),
    *(
        Subject(
            table=table,
            state="by a maker's key",
            row="key_id = '{maker_key}'",
            select=own_of_maker(),
        )
        for table in ("usage_events", "usage_minutes", "usage_hours", "usage_days")
    ),
    *(
        Subject(
            table=table,
            state="by a subscriber's key",
            row="key_id = '{subscriber_key}'",
            owner="subscriber",
            select={**own(), "maker": ALL, "subscriber": ALL},
        )
        for table in ("usage_events", "usage_minutes", "usage_hours", "usage_days")
    ),
    Subject(table="categories", row="id = 'text'", select=EVERYBODY),
    # The marketplace is read directly and written by the control API alone.
    Subject(
        table="listings",
        state="draft",
        row="id = '{draft}'",
        select={**own_of_maker(), "anonymous": NO_ROWS},
        new="(api_id, title) values ('{unlisted_api}', 'New')",
    ),
    Subject(
        table="listings",
        state="published",
        row="id = '{published}'",
        select=EVERYBODY,
        new="(api_id, title, status) values ('{unlisted_api}', 'New', 'published')",
    ),
    Subject(
        table="listings",
        state="unlisted",
        row="id = '{unlisted}'",
        select={**own_of_maker(), "subscriber": ALL, "anonymous": NO_ROWS},
    ),
    Subject(
        table="listings",
        state="suspended",
        row="id = '{suspended}'",
        select={**own_of_maker(), "anonymous": NO_ROWS},
    ),
    Subject(
        table="listing_plans",
        state="of a draft",
        row="listing_id = '{draft}'",
        select={**own_of_maker(), "anonymous": NO_ROWS},
        new="(listing_id, name, requests_per_second, burst, monthly_quota)"
        " values ('{draft}', 'New', 1, 1, 1)",
    ),
    Subject(
        table="listing_plans",
        state="of a published listing",
        row="listing_id = '{published}'",
        select=EVERYBODY,
        new="(listing_id, name, requests_per_second, burst, monthly_quota)"
        " values ('{published}', 'New', 1, 1, 1)",
    ),
    Subject(
        table="test_replays",
        state="of a published listing",
        row="listing_id = '{published}'",
        select=EVERYBODY,
    ),
    Subject(
        table="test_replays",
        state="of a draft",
        row="listing_id = '{draft}'",
        select={**own_of_maker(), "anonymous": NO_ROWS},
    ),
    Subject(
        table="subscriptions",
        row="id = '{subscription}'",
        owner="subscriber",
        select={**own(), "maker": ALL, "subscriber": ALL},
        new="(listing_id, listing_plan_id, user_id) values"
        " ('{published}', '{published_plan}', '{other}')",
    ),
    Subject(
        table="subscription_terms",
        row="subscription_id = '{subscription}'",
        owner="subscriber",
        select={**own(), "maker": ALL, "subscriber": ALL},
    ),
    Subject(
        table="invoices",
        row="subscription_id = '{subscription}'",
        owner="subscriber",
        select={**own(), "maker": ALL, "subscriber": ALL},
    ),
    Subject(
        table="invoice_payments",
        row="user_id = '{subscriber}'",
        owner="subscriber",
        select={**own(), "subscriber": ALL},
    ),
    Subject(
        table="reviews",
        row="user_id = '{reviewer}' and listing_id = '{published}'",
        owner="reviewer",
        select=EVERYBODY,
        new="(listing_id, rating) values ('{published}', 4)",
    ),
    Subject(
        table="reviews",
        state="of an unlisted listing",
        row="user_id = '{reviewer}' and listing_id = '{unlisted}'",
        owner="reviewer",
        select={**own(), "maker": ALL, "subscriber": ALL, "anonymous": NO_ROWS},
        new="(listing_id, rating) values ('{unlisted}', 4)",
    ),
    Subject(table="usage_segments", row="name = 'world'"),
    Subject(table="idempotency_keys", row="user_id = '{maker}'"),
)
