-- Usage by Revision and by route of an Api, beside that by Key.

-- The operations of an OpenAPI document, "GET /items/{id}". Their place in this list, from 1 on, is
-- what a gateway notes of a call: one byte in the ledger, so that there are 255 at most.
create function internal.openapi_operations(document jsonb) returns text[]
language sql immutable parallel safe set search_path = '' as $$
  select coalesce(array_agg(name order by place), '{}')
  from (
    select upper(m.method) || ' ' || p.path as name,
      row_number() over (order by p.path collate "C", m.method collate "C") as place
    from jsonb_each(
      case when jsonb_typeof(document -> 'paths') = 'object' then document -> 'paths' else '{}' end
    ) p (path, item)
    cross join lateral jsonb_object_keys(
      case when jsonb_typeof(p.item) = 'object' then p.item else '{}' end
    ) m (method)
    where m.method in ('get', 'put', 'post', 'delete', 'patch', 'options', 'head', 'trace')
      and length(p.path) <= 200
  ) named
  where place <= 255
$$;

alter table public.revisions add column operations text[] not null
  generated always as (internal.openapi_operations(openapi)) stored;
comment on column public.revisions.operations is
  'Its routes; usage_events.route is a place in this list.';

-- As before, but for the column that is derived from the document.
create or replace function internal.refuse_revision_change() returns trigger
language plpgsql set search_path = '' as $$
begin
  -- The OpenAPI document is known once the source has run; it is filled in once.
  if old.openapi is null
    and to_jsonb(new) - '{openapi,operations}'::text[]
      = to_jsonb(old) - '{openapi,operations}'::text[]
  then
    return new;
  end if;
  raise exception 'a revision is immutable: store a new one'
    using errcode = 'restrict_violation';
end
$$;

alter table public.usage_events add column route smallint not null default 0
  check (route between 0 and 255);
comment on column public.usage_events.route is
  'Place in operations of the call''s Revision; 0: none of them, or not known.';

create table public.usage_routes (
  api_id uuid not null,
  unit text not null check (unit in ('minute', 'hour')),
  at timestamptz not null,
  revision integer not null,
  route smallint not null,
  calls bigint not null,
  errors bigint not null,
  client_errors bigint not null,
  duration_us numeric not null,
  latency jsonb not null,
  primary key (api_id, unit, at, revision, route)
);
comment on table public.usage_routes is
  'As usage_minutes and usage_hours, by Revision and route instead of by Key. Kept as long as those.';
create index usage_routes_at on public.usage_routes (at);

alter table public.usage_routes enable row level security;
alter table public.usage_routes force row level security;
revoke all on public.usage_routes from anon, authenticated;
grant all on public.usage_routes to service_role;
grant select on public.usage_routes to authenticated;
create policy "routes of own apis" on public.usage_routes
  for select to authenticated using (api_id in (select id from public.apis));

-- Calls since before this table are counted anew, so that it holds them too.
insert into internal.usage_marks (api_id, minute)
select api_id, date_trunc('minute', at) from public.usage_events
where at >= now() - interval '8 days'
except select api_id, minute from internal.usage_marks;

-- One Api's calls over a time, in steps, whole or apart by Key, Revision or route. The dashboard may
-- ask it too: row level security decides whose calls these are.
create function public.usage_breakdown(
  api uuid, since timestamptz, until timestamptz, step text, split text default 'none'
) returns table (
  name text, at timestamptz, calls bigint, errors bigint, client_errors bigint,
  p50_ms double precision, p95_ms double precision, p99_ms double precision
)
language sql stable set search_path = '' as $$
  with slice as (
    select case split when 'key' then m.key_id::text else '' end as name, m.minute as at, m.calls,
      m.errors, m.client_errors, m.latency
    from public.usage_minutes m
    where split in ('none', 'key') and step = 'minute'
      and m.api_id = api and m.minute >= since and m.minute < until
    union all
    select case split when 'key' then h.key_id::text else '' end, h.hour, h.calls, h.errors,
      h.client_errors, h.latency
    from public.usage_hours h
    where split in ('none', 'key') and step = 'hour'
      and h.api_id = api and h.hour >= since and h.hour < until
    union all
    select case split when 'revision' then u.revision::text
                      else coalesce(r.operations[u.route], '') end,
      u.at, u.calls, u.errors, u.client_errors, u.latency
    from public.usage_routes u
    left join public.revisions r on r.api_id = u.api_id and r.number = u.revision
    where split in ('revision', 'route')
      and u.api_id = api and u.unit = step and u.at >= since and u.at < until
  ), total as (
    -- A line without a time is the whole of its name.
    select s.name, s.at, sum(s.calls)::bigint as calls, sum(s.errors)::bigint as errors,
      sum(s.client_errors)::bigint as client_errors
    from slice s group by grouping sets ((s.name, s.at), (s.name))
  ), histogram as (
    select b.name, b.at, jsonb_object_agg(b.key, b.calls) as latency
    from (
      select s.name, s.at, l.key, sum(l.value::bigint) as calls
      from slice s cross join lateral jsonb_each_text(s.latency) l
      group by grouping sets ((s.name, s.at, l.key), (s.name, l.key))
    ) b
    group by b.name, b.at
  )
  select t.name, t.at, t.calls, t.errors, t.client_errors,
    public.latency_percentile(h.latency, 0.5), public.latency_percentile(h.latency, 0.95),
    public.latency_percentile(h.latency, 0.99)
  from total t
  left join histogram h on h.name = t.name and h.at is not distinct from t.at
  order by t.name, t.at nulls first
$$;
comment on function public.usage_breakdown(uuid, timestamptz, timestamptz, text, text) is
  'step: minute or hour; split: none, key, revision or route. A few seconds behind the calls.';

create or replace function internal.drop_usage_before(day date) returns integer
language plpgsql security definer set search_path = '' as $$
declare
  start timestamptz := day::timestamp at time zone 'UTC';
  partition text;
  dropped integer := 0;
begin
  if exists (select from internal.usage_marks m
             where m.minute < start and m.minute >= (select at from internal.usage_floor)) then
    return 0;  -- not all of it is rolled up: another time
  end if;
  -- Dropping one waits for whoever reads the ledger, and makes others wait meanwhile: not for long.
  perform set_config('lock_timeout', '2s', true);
  for partition in
    select c.relname from pg_catalog.pg_inherits i
    join pg_catalog.pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'public.usage_events'::regclass
      and c.relname ~ '^usage_events_\d{8}$'
      and c.relname < 'usage_events_' || to_char(day, 'YYYYMMDD')
    order by c.relname
  loop
    execute format('drop table internal.%I', partition);
    dropped := dropped + 1;
  end loop;
  delete from internal.usage_events_default where at < start;
  delete from public.usage_minutes where minute < start;
  delete from public.usage_hours where hour < start;
  delete from public.usage_routes where at < start;
  update internal.usage_floor set at = greatest(at, start);
  return dropped;
end
$$;
