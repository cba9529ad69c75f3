"""What the dashboard asks, on a ledger of ten million calls.

    python -m bench.database [--rows N] [--rounds N]

A month of calls of 20 Apis of 4 makers, 40 keys, is inserted as a gateway's batches are, rolled up
by the code that does it in production, and asked for as the dashboard asks: as `authenticated` with
a maker's token, held to row level security. `queries_ms` are medians; the bar is 50 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import statistics
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from apibuilder.store.postgres import Database, PostgresUsageStore
from apibuilder.store.postgres.queries import QUERIES
from tests.integration.conftest import fresh_database, migrate, running_server

RESULTS = Path(__file__).parent / "results/database.json"
DAYS = 30
BAR_MS = 50
MARKS = 20_000  # a transaction, when there is a month to catch up with

MAKERS = """
insert into profiles (id, handle, plan_id)
select ('00000000-0000-4000-8000-00000000a' || lpad(n::text, 3, '0'))::uuid, 'maker-' || n, 'pro'
from generate_series(0, 3) n
"""
APIS = """
insert into apis (id, user_id, name, slug, endpoint_url)
select ('00000000-0000-4000-8000-00000000b' || lpad(n::text, 3, '0'))::uuid,
  ('00000000-0000-4000-8000-00000000a' || lpad((n / 5)::text, 3, '0'))::uuid,
  'Api ' || n, 'api-' || n, 'http://127.0.0.1:8080/api-' || n
from generate_series(0, 19) n
"""
# Api 0 has a quarter of all calls; the rest is spread evenly. Ids rise as those of a gateway do.
CALLS = """
insert into usage_events
  (id, at, api_id, key_id, revision, status, duration_us, request_bytes, response_bytes)
select (lpad(to_hex($1::bigint), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
  $2::timestamptz + n * (interval '1 day' / $3::bigint),
  ('00000000-0000-4000-8000-00000000b' || lpad(api::text, 3, '0'))::uuid,
  ('00000000-0000-4000-8000-00000000c' || lpad((api * 2 + (n % 3) / 2)::text, 3, '0'))::uuid,
  1, case when n % 97 = 0 then 500 when n % 23 = 0 then 404 else 200 end,
  500 + (n * 7919) % 40000, n % 500, n % 3000
from (select n, case when n % 4 = 0 then 0 else (n * 31) % 20 end as api
      from generate_series(0, $3::bigint - 1) n) c
"""
API = "00000000-0000-4000-8000-00000000b000"
MAKER = "00000000-0000-4000-8000-00000000a000"
SERIES = f"select * from usage_series('{API}', now() - interval '%s', now(), '%s')"
QUERIES_OF_THE_DASHBOARD = {
    "my_apis_30_days": "select api_id, sum(calls), sum(errors) from usage_days"
    " where day > current_date - 30 group by api_id",
    "api_by_day_30_days": SERIES % ("30 days", "day"),
    "api_by_hour_24_hours": SERIES % ("24 hours", "hour"),
    "api_by_minute_1_hour": SERIES % ("1 hour", "minute"),
    "api_by_key_30_days": "select key_id, sum(calls), sum(errors) from usage_days"
    f" where api_id = '{API}' and day > current_date - 30 group by key_id",
    "latest_calls": f"select * from usage_events where api_id = '{API}' order by at desc limit 50",
    "latest_errors": f"select * from usage_events where api_id = '{API}' and status >= 500"
    " order by at desc limit 50",
}
QUERIES_OF_THE_PLATFORM = {
    "usage_of_an_api": (QUERIES["usage.calls_by_status"], (API, [])),
    "month_calls_at_a_gateways_start": (
        QUERIES["gateway.month_calls"],
        (datetime.now(UTC).date().replace(day=1), []),
    ),
}


async def main(rows: int, rounds: int) -> None:
    """Measure and write the results."""
    with running_server() as server:
        async with fresh_database(server) as dsn:
            await migrate(dsn)
            result = await measure(dsn, rows, rounds)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n")
    print(RESULTS.read_text())
    slow = {name: ms for name, ms in result["queries_ms"].items() if ms >= BAR_MS}
    if slow:
        raise SystemExit(f"slower than {BAR_MS} ms: {slow}")


async def measure(dsn: str, rows: int, rounds: int) -> dict[str, Any]:
    """Fill, roll up, ask."""
    async with Database(dsn) as database:
        usage = PostgresUsageStore(database)
        connection = await asyncpg.connect(dsn)
        inserted = await fill(connection, usage, rows)
        begun, taken = time.monotonic(), 0
        while marks := await usage.roll_up(MARKS):
            taken += marks
        rolled_up = time.monotonic() - begun
        await connection.execute("vacuum analyze")
        minutes = await connection.fetchval("select count(*) from usage_minutes")
        asked = await ask(connection, rounds)
        await connection.close()
    return {
        "machine": f"{platform.system()} {platform.release()} {platform.machine()}, 2 cores",
        "rows": rows,
        "insert_seconds": round(inserted, 1),
        "roll_up_seconds": round(rolled_up, 1),
        "rolled_up_calls_per_second": round(rows / rolled_up),
        "minutes": minutes,
        "queries_ms": asked,
    }


async def fill(connection: asyncpg.Connection, usage: PostgresUsageStore, rows: int) -> float:
    """A day at a time; today is the last one."""
    begun = time.monotonic()
    now = datetime.now(UTC)
    await connection.execute(MAKERS)
    await connection.execute(APIS)
    for number in range(DAYS):
        start = now - timedelta(days=DAYS - number)
        await usage.ensure_partitions(start.date(), start.date())
        await connection.execute(CALLS, number, start, rows // DAYS, timeout=600)
    return time.monotonic() - begun


async def ask(connection: asyncpg.Connection, rounds: int) -> dict[str, float]:
    """Medians in milliseconds; the platform's own first, then a maker's."""
    found: dict[str, float] = {}
    for name, (query, args) in QUERIES_OF_THE_PLATFORM.items():
        found[name] = await median(connection, query, args, rounds)
    claims = json.dumps({"role": "authenticated", "sub": MAKER})
    await connection.execute("select set_config('request.jwt.claims', $1, false)", claims)
    await connection.execute("set role authenticated")
    for name, query in QUERIES_OF_THE_DASHBOARD.items():
        found[name] = await median(connection, query, (), rounds)
    return found


async def median(
    connection: asyncpg.Connection, query: str, args: tuple[Any, ...], rounds: int
) -> float:
    """Of `rounds`, after one to warm up."""
    times: list[float] = []
    for _ in range(rounds + 1):
        begun = time.monotonic()
        answer = await connection.fetch(query, *args)
        times.append((time.monotonic() - begun) * 1000)
        assert answer, query
    return round(statistics.median(times[1:]), 2)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    asyncio.run(main(options.rows, options.rounds))
