"""A database that served with the first schema, brought to this one with all that is in it."""

from __future__ import annotations

import asyncpg

from tests.integration.conftest import BOOTSTRAP, MIGRATIONS, Server, fresh_database

FIRST = "20261123"  # the day of the first schema's migrations

OLD_ROWS = """
insert into profiles (id, handle, plan_id)
values ('00000000-0000-4000-8000-000000000001', 'operator', 'business');
insert into apis (id, user_id, name, slug, endpoint_url)
values ('00000000-0000-4000-8000-0000000000a1', '00000000-0000-4000-8000-000000000001',
        'Old', 'old', 'http://x/old');
insert into revisions (id, api_id, number, source)
values ('00000000-0000-4000-8000-0000000000b1', '00000000-0000-4000-8000-0000000000a1', 1, 'x');
insert into deployments (id, api_id, revision_id, backend, status)
values ('00000000-0000-4000-8000-0000000000d1', '00000000-0000-4000-8000-0000000000a1',
        '00000000-0000-4000-8000-0000000000b1', 'fork', 'active');
update apis set current_revision_id = '00000000-0000-4000-8000-0000000000b1',
  current_deployment_id = '00000000-0000-4000-8000-0000000000d1';
insert into api_keys (id, api_id, key_hash, key_start)
values ('00000000-0000-4000-8000-0000000000c1', '00000000-0000-4000-8000-0000000000a1',
        sha256('old'), 'ak_live_olds');
insert into usage_events
select gen_random_uuid(), now() - n * interval '1 minute', '00000000-0000-4000-8000-0000000000a1',
  '00000000-0000-4000-8000-0000000000c1', 1, 200, 1000, 0, 10
from generate_series(1, 50) n;
"""
DUMP = """
select jsonb_build_object(
  'profiles', (select jsonb_agg(p) from (select id, handle, plan_id, created_at from profiles) p),
  'apis', (select jsonb_agg(a) from (select id, slug, status, current_deployment_id from apis) a),
  'keys', (select jsonb_agg(k) from (select id, key_hash, revoked_at from api_keys) k),
  'calls', (select count(*) from usage_events))::text
"""


async def apply(connection: asyncpg.Connection, *, first: bool) -> None:
    for file in sorted(MIGRATIONS.glob("*.sql")):
        if file.name.startswith(FIRST) is first:
            async with connection.transaction():
                await connection.execute(file.read_text())


async def test_an_old_database_keeps_what_it_has(server: Server) -> None:
    async with fresh_database(server) as dsn:
        connection = await asyncpg.connect(dsn)
        await connection.execute(BOOTSTRAP.read_text())
        await apply(connection, first=True)
        await connection.execute(OLD_ROWS)
        before = await connection.fetchval(DUMP)
        await apply(connection, first=False)
        assert await connection.fetchval(DUMP) == before
        assert await connection.fetchval("select scopes from api_keys") == ["call"]
        assert await connection.fetchval("select handle from public_profiles") == "operator"
        # What was called before there were rollups waits to be counted.
        assert await connection.fetchval("select count(*) from internal.usage_marks") == 50
        await connection.close()
