-- Rollups know each status, so that a total needs no look at the ledger; percentiles; retention.

alter table public.usage_minutes add column statuses jsonb not null default '{}';
alter table public.usage_days add column statuses jsonb not null default '{}';
create index usage_days_day on public.usage_days (day);
comment on column public.usage_days.statuses is 'Calls by HTTP status.';

-- The dashboard asks for percentiles too, so the bounds are where it reaches them.
drop function internal.latency_bounds();
create function public.latency_bounds() returns bigint[]
language sql immutable parallel safe set search_path = '' as $$
  select '{500,1000,1500,2000,3000,5000,7500,10000,15000,20000,30000,50000,75000,100000,150000,
    200000,300000,500000,750000,1000000,1500000,2000000,3000000,5000000,10000000,20000000,
    30000000,60000000}'::bigint[]
$$;
comment on function public.latency_bounds() is
  'Microseconds. Bucket 0 is below the first bound, bucket n from the n-th bound on.';
comment on column public.usage_minutes.latency is
  'Calls by number of the bucket in latency_bounds(); streams that still run are in none.';

create function public.latency_percentile(latency jsonb, fraction double precision)
returns double precision
language sql immutable parallel safe set search_path = '' as $$
  with bucket as (
    select b.key::integer as number, b.value::bigint as calls,
      sum(b.value::bigint) over (order by b.key::integer) as reached,
      sum(b.value::bigint) over () as total
    from jsonb_each_text(latency) b
  ), hit as (
    select number, calls, reached, greatest(fraction * total, 1) as wanted
    from bucket where reached >= fraction * total and calls > 0 order by number limit 1
  )
  select (low + (high - low) * (wanted - (reached - calls)) / calls) / 1000.0
  from hit, lateral (
    select coalesce((public.latency_bounds())[number], 0)::double precision as low,
      coalesce((public.latency_bounds())[number + 1], 120000000)::double precision as high) edge
$$;
comment on function public.latency_percentile(jsonb, double precision) is
  'Milliseconds, interpolated in the bucket: latency_percentile(latency, 0.95).';

create function internal.add_counts(a jsonb, b jsonb) returns jsonb
language sql immutable parallel safe set search_path = '' as $$
  select coalesce(jsonb_object_agg(key, total), '{}')
  from (select key, sum(value::bigint) as total
        from (select * from jsonb_each_text(a) union all select * from jsonb_each_text(b)) c
        group by key) summed
  where total <> 0
$$;

alter table internal.usage_marks add column id bigint generated always as identity primary key;

-- What the rollups do not hold yet, as a correction: the ledger's count of each marked minute, less
-- what was rolled up of it.
create view internal.usage_pending with (security_invoker = true) as
with marked as (
  select distinct api_id, minute from internal.usage_marks
  where minute >= (select at from internal.usage_floor)
)
select m.api_id, m.minute, e.status, count(*) as calls
from marked m
join public.usage_events e
  on e.api_id = m.api_id and e.at >= m.minute and e.at < m.minute + interval '1 minute'
group by m.api_id, m.minute, e.status
union all
select m.api_id, m.minute, s.key::smallint, -s.value::bigint
from marked m
join public.usage_minutes u on u.api_id = m.api_id and u.minute = m.minute
cross join lateral jsonb_each_text(u.statuses) s;

-- For the dashboard; row level security decides whose calls these are.
create function public.usage_series(
  api uuid, since timestamptz, until timestamptz default now(), step text default 'day'
) returns table (
  at timestamptz, calls bigint, errors bigint, client_errors bigint, request_bytes numeric,
  response_bytes numeric, p50_ms double precision, p95_ms double precision, p99_ms double precision
)
language sql stable set search_path = '' as $$
  with slice as (
    select date_trunc(step, m.minute, 'UTC') as at, m.calls, m.errors, m.client_errors,
      m.request_bytes, m.response_bytes, m.latency
    from public.usage_minutes m
    where step in ('minute', 'hour') and m.api_id = api and m.minute >= since and m.minute < until
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
comment on function public.usage_series(uuid, timestamptz, timestamptz, text) is
  'Calls of one Api by minute, hour or day (of UTC), a few seconds after they were made.';

create or replace function internal.ensure_usage_partition(day date) returns void
language plpgsql security definer set search_path = '' as $$
declare
  partition text := 'usage_events_' || to_char(day, 'YYYYMMDD');
  -- A day of UTC, whatever the session's time zone.
  start timestamptz := day::timestamp at time zone 'UTC';
  stop timestamptz := (day + 1)::timestamp at time zone 'UTC';
begin
  if to_regclass('internal.' || partition) is not null then
    return;
  end if;
  -- Two that meet here wait for each other; the second finds it done.
  perform pg_advisory_xact_lock(hashtextextended('apibuilder usage partitions', 0));
  if to_regclass('internal.' || partition) is not null then
    return;
  end if;
  execute format('create table internal.%I (like public.usage_events including defaults '
                 'including constraints)', partition);
  execute format('alter table internal.%I enable row level security', partition);
  execute format('alter table internal.%I force row level security', partition);
  execute format('create policy "platform only" on internal.%I for all to service_role '
                 'using (true) with check (true)', partition);
  -- Rows that the net caught move in, or attaching would be refused.
  execute format('with moved as (delete from internal.usage_events_default '
                 'where at >= %L and at < %L returning *) '
                 'insert into internal.%I select * from moved', start, stop, partition);
  execute format('alter table public.usage_events attach partition internal.%I '
                 'for values from (%L) to (%L)', partition, start, stop);
end
$$;

do $$
declare
  partition regclass;
begin
  for partition in
    select inhrelid::regclass from pg_catalog.pg_inherits
    where inhparent = 'public.usage_events'::regclass
  loop
    execute format('create policy "platform only" on %s for all to service_role '
                   'using (true) with check (true)', partition);
  end loop;
end
$$;

-- The caller holds the lock of the rollups.
create function internal.drop_usage_before(day date) returns integer
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
  update internal.usage_floor set at = greatest(at, start);
  return dropped;
end
$$;
revoke all on function internal.drop_usage_before(date) from public;
