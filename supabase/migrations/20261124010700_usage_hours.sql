-- Usage by hour, between minutes (too many for a day's chart) and days (too few).

create table public.usage_hours (
  api_id uuid not null,
  hour timestamptz not null,
  key_id uuid not null,
  calls bigint not null,
  errors bigint not null,
  client_errors bigint not null,
  duration_us numeric not null,
  request_bytes numeric not null,
  response_bytes numeric not null,
  latency jsonb not null,
  statuses jsonb not null,
  primary key (api_id, hour, key_id)
);
comment on table public.usage_hours is 'As usage_minutes, an hour of UTC. Kept as long as those.';
create index usage_hours_hour on public.usage_hours (hour);
create index usage_hours_key_id on public.usage_hours (key_id, hour);

alter table public.usage_hours enable row level security;
alter table public.usage_hours force row level security;
revoke all on public.usage_hours from anon, authenticated;
grant all on public.usage_hours to service_role;
grant select on public.usage_hours to authenticated;
create policy "usage of own apis and keys" on public.usage_hours
  for select to authenticated
  using (api_id in (select id from public.apis)
         or key_id in (select id from public.api_keys where subscription_id is not null));

create or replace function public.usage_series(
  api uuid, since timestamptz, until timestamptz default now(), step text default 'day'
) returns table (
  at timestamptz, calls bigint, errors bigint, client_errors bigint, request_bytes numeric,
  response_bytes numeric, p50_ms double precision, p95_ms double precision, p99_ms double precision
)
language sql stable set search_path = '' as $$
  with slice as (
    select m.minute as at, m.calls, m.errors, m.client_errors, m.request_bytes,
      m.response_bytes, m.latency
    from public.usage_minutes m
    where step = 'minute' and m.api_id = api and m.minute >= since and m.minute < until
    union all
    select h.hour, h.calls, h.errors, h.client_errors, h.request_bytes, h.response_bytes, h.latency
    from public.usage_hours h
    where step = 'hour' and h.api_id = api
      and h.hour >= date_trunc('hour', since, 'UTC') and h.hour < until
    union all
    select d.day::timestamp at time zone 'UTC', d.calls, d.errors, d.client_errors,
      d.request_bytes, d.response_bytes, d.latency
    from public.usage_days d
    where step = 'day' and d.api_id = api
      and d.day >= (since at time zone 'UTC')::date and d.day <= (until at time zone 'UTC')::date
  ), bucket as (
    select s.at, b.key, sum(b.value::bigint) as calls
    from slice s cross join lateral jsonb_each_text(s.latency) b
    group by s.at, b.key
  ), histogram as (
    select b.at, jsonb_object_agg(b.key, b.calls) as latency from bucket b group by b.at
  ), total as (
    select s.at, sum(s.calls)::bigint as calls, sum(s.errors)::bigint as errors,
      sum(s.client_errors)::bigint as client_errors, sum(s.request_bytes) as request_bytes,
      sum(s.response_bytes) as response_bytes
    from slice s group by s.at
  )
  select t.at, t.calls, t.errors, t.client_errors, t.request_bytes, t.response_bytes,
    public.latency_percentile(h.latency, 0.5), public.latency_percentile(h.latency, 0.95),
    public.latency_percentile(h.latency, 0.99)
  from total t left join histogram h on h.at = t.at
  order by t.at
$$;

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
  update internal.usage_floor set at = greatest(at, start);
  return dropped;
end
$$;
