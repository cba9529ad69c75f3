-- name: try_lock
-- Rollups and retention take turns; the lock goes with the transaction.
select pg_try_advisory_xact_lock(hashtextextended('apibuilder usage rollups', 0));

-- name: plan
-- For what follows: of rows that a statement makes itself the planner knows no number, takes them for
-- few and would join them one by one. Where that is meant, it is said by `lateral`.
set local enable_nestloop = off;

-- name: roll_up
-- Counts marked minutes anew and moves the difference into their hours and days. A mark that is seen here was
-- committed together with the rows it stands for, so these are seen too; one that is not seen waits
-- for the next time.
with taken as (
  delete from internal.usage_marks
  where id in (select id from internal.usage_marks order by id limit $1)
  returning api_id, minute
), wanted as materialized (
  select distinct api_id, minute from taken
  where minute >= (select at from internal.usage_floor)
), counted as materialized (
  select w.api_id, w.minute, e.key_id, e.revision, e.route, e.status, e.bucket, count(*) as calls,
    sum(e.duration_us) as duration_us, sum(e.request_bytes) as request_bytes,
    sum(e.response_bytes) as response_bytes
  from wanted w
  cross join lateral (
    select u.key_id, u.revision, u.route, u.status, u.duration_us, u.request_bytes,
      u.response_bytes,
      case when u.duration_us > 0
           then width_bucket(u.duration_us, public.latency_bounds()) end as bucket
    from public.usage_events u
    where u.api_id = w.api_id and u.at >= w.minute and u.at < w.minute + interval '1 minute'
    offset 0  -- one look into the index a minute, whatever the statistics say
  ) e
  group by w.api_id, w.minute, e.key_id, e.revision, e.route, e.status, e.bucket
), statuses as (
  select api_id, minute, key_id, jsonb_object_agg(status, calls) as statuses
  from (select api_id, minute, key_id, status, sum(calls) as calls from counted
        group by api_id, minute, key_id, status) s
  group by api_id, minute, key_id
), latencies as (
  select api_id, minute, key_id, jsonb_object_agg(bucket, calls) as latency
  from (select api_id, minute, key_id, bucket, sum(calls) as calls from counted
        where bucket is not null group by api_id, minute, key_id, bucket) b
  group by api_id, minute, key_id
), fresh as materialized (
  select c.*, s.statuses, coalesce(l.latency, '{}') as latency
  from (
    select api_id, minute, key_id, sum(calls)::bigint as calls,
      coalesce(sum(calls) filter (where status >= 500), 0)::bigint as errors,
      coalesce(sum(calls) filter (where status between 400 and 499), 0)::bigint as client_errors,
      sum(duration_us) as duration_us, sum(request_bytes) as request_bytes,
      sum(response_bytes) as response_bytes
    from counted group by api_id, minute, key_id
  ) c
  join statuses s using (api_id, minute, key_id)
  left join latencies l using (api_id, minute, key_id)
), changed as materialized (
  select api_id, minute, key_id, 1 as sign, calls, errors, client_errors, duration_us,
    request_bytes, response_bytes, latency, statuses
  from fresh
  union all
  select w.api_id, w.minute, m.key_id, -1, m.calls, m.errors, m.client_errors, m.duration_us,
    m.request_bytes, m.response_bytes, m.latency, m.statuses
  from wanted w
  cross join lateral (
    select u.* from public.usage_minutes u
    where u.api_id = w.api_id and u.minute = w.minute
    offset 0
  ) m
), written as (
  insert into public.usage_minutes (api_id, minute, key_id, calls, errors, client_errors,
    duration_us, request_bytes, response_bytes, latency, statuses)
  select api_id, minute, key_id, calls, errors, client_errors, duration_us, request_bytes,
    response_bytes, latency, statuses
  from fresh
  on conflict (api_id, minute, key_id) do update set
    calls = excluded.calls, errors = excluded.errors, client_errors = excluded.client_errors,
    duration_us = excluded.duration_us, request_bytes = excluded.request_bytes,
    response_bytes = excluded.response_bytes, latency = excluded.latency,
    statuses = excluded.statuses
), moved as (
  select unit, date_trunc(unit, minute, 'UTC') as at, api_id, key_id, sign, calls, errors,
    client_errors, duration_us, request_bytes, response_bytes, latency, statuses
  from changed cross join (values ('hour'), ('day')) units (unit)
), moved_latencies as (
  select unit, at, api_id, key_id, jsonb_object_agg(key, calls) as latency
  from (select unit, at, api_id, key_id, b.key, sum(sign * b.value::bigint) as calls
        from moved cross join lateral jsonb_each_text(latency) b group by 1, 2, 3, 4, 5) b
  group by unit, at, api_id, key_id
), moved_statuses as (
  select unit, at, api_id, key_id, jsonb_object_agg(key, calls) as statuses
  from (select unit, at, api_id, key_id, s.key, sum(sign * s.value::bigint) as calls
        from moved cross join lateral jsonb_each_text(statuses) s group by 1, 2, 3, 4, 5) s
  group by unit, at, api_id, key_id
), summed as materialized (
  select m.*, coalesce(l.latency, '{}') as latency, s.statuses
  from (
    select unit, at, api_id, key_id, sum(sign * calls)::bigint as calls,
      sum(sign * errors)::bigint as errors, sum(sign * client_errors)::bigint as client_errors,
      sum(sign * duration_us) as duration_us, sum(sign * request_bytes) as request_bytes,
      sum(sign * response_bytes) as response_bytes
    from moved group by unit, at, api_id, key_id
  ) m
  join moved_statuses s using (unit, at, api_id, key_id)
  left join moved_latencies l using (unit, at, api_id, key_id)
), hours as (
  insert into public.usage_hours as h (api_id, hour, key_id, calls, errors, client_errors,
    duration_us, request_bytes, response_bytes, latency, statuses)
  select api_id, at, key_id, calls, errors, client_errors, duration_us, request_bytes,
    response_bytes, latency, statuses
  from summed where unit = 'hour'
  on conflict (api_id, hour, key_id) do update set
    calls = h.calls + excluded.calls, errors = h.errors + excluded.errors,
    client_errors = h.client_errors + excluded.client_errors,
    duration_us = h.duration_us + excluded.duration_us,
    request_bytes = h.request_bytes + excluded.request_bytes,
    response_bytes = h.response_bytes + excluded.response_bytes,
    latency = internal.add_counts(h.latency, excluded.latency),
    statuses = internal.add_counts(h.statuses, excluded.statuses)
), days as (
  insert into public.usage_days as d (api_id, day, key_id, calls, errors, client_errors,
    duration_us, request_bytes, response_bytes, latency, statuses)
  select api_id, (at at time zone 'UTC')::date, key_id, calls, errors, client_errors, duration_us,
    request_bytes, response_bytes, latency, statuses
  from summed where unit = 'day'
  on conflict (api_id, day, key_id) do update set
    calls = d.calls + excluded.calls, errors = d.errors + excluded.errors,
    client_errors = d.client_errors + excluded.client_errors,
    duration_us = d.duration_us + excluded.duration_us,
    request_bytes = d.request_bytes + excluded.request_bytes,
    response_bytes = d.response_bytes + excluded.response_bytes,
    latency = internal.add_counts(d.latency, excluded.latency),
    statuses = internal.add_counts(d.statuses, excluded.statuses)
), route_latencies as (
  select api_id, minute, revision, route, jsonb_object_agg(bucket, calls) as latency
  from (select api_id, minute, revision, route, bucket, sum(calls) as calls from counted
        where bucket is not null group by api_id, minute, revision, route, bucket) b
  group by api_id, minute, revision, route
), route_changes as materialized (
  -- The same by Revision and route: what there is now, less what was there.
  select c.*, 1 as sign, coalesce(l.latency, '{}') as latency
  from (
    select api_id, minute, revision, route, sum(calls)::bigint as calls,
      coalesce(sum(calls) filter (where status >= 500), 0)::bigint as errors,
      coalesce(sum(calls) filter (where status between 400 and 499), 0)::bigint as client_errors,
      sum(duration_us) as duration_us
    from counted group by api_id, minute, revision, route
  ) c
  left join route_latencies l using (api_id, minute, revision, route)
  union all
  select w.api_id, w.minute, r.revision, r.route, r.calls, r.errors, r.client_errors,
    r.duration_us, -1, r.latency
  from wanted w
  cross join lateral (
    select u.* from public.usage_routes u
    where u.api_id = w.api_id and u.unit = 'minute' and u.at = w.minute
    offset 0
  ) r
), routes_moved as (
  select unit, date_trunc(unit, minute, 'UTC') as at, api_id, revision, route, sign, calls, errors,
    client_errors, duration_us, latency
  from route_changes cross join (values ('minute'), ('hour')) units (unit)
), routes_latencies as (
  select unit, at, api_id, revision, route, jsonb_object_agg(key, calls) as latency
  from (select unit, at, api_id, revision, route, b.key, sum(sign * b.value::bigint) as calls
        from routes_moved cross join lateral jsonb_each_text(latency) b
        group by 1, 2, 3, 4, 5, 6) b
  group by unit, at, api_id, revision, route
), routes_summed as materialized (
  select m.*, coalesce(l.latency, '{}') as latency
  from (
    select unit, at, api_id, revision, route, sum(sign * calls)::bigint as calls,
      sum(sign * errors)::bigint as errors, sum(sign * client_errors)::bigint as client_errors,
      sum(sign * duration_us) as duration_us
    from routes_moved group by unit, at, api_id, revision, route
  ) m
  left join routes_latencies l using (unit, at, api_id, revision, route)
), routes as (
  insert into public.usage_routes as r (api_id, unit, at, revision, route, calls, errors,
    client_errors, duration_us, latency)
  select api_id, unit, at, revision, route, calls, errors, client_errors, duration_us, latency
  from routes_summed
  on conflict (api_id, unit, at, revision, route) do update set
    calls = r.calls + excluded.calls, errors = r.errors + excluded.errors,
    client_errors = r.client_errors + excluded.client_errors,
    duration_us = r.duration_us + excluded.duration_us,
    latency = internal.add_counts(r.latency, excluded.latency)
)
select count(*) from taken;

-- name: drop_usage_before
select internal.drop_usage_before($1::date);

-- name: drop_logs_before
delete from public.api_logs where at < $1;

-- name: refresh_listings
-- Measured, never claimed: the last 30 days of what is listed.
update public.listings l
set calls_30_days = coalesce(m.calls, 0), success_rate = 1 - m.errors / nullif(m.calls, 0)::float8,
  p95_ms = m.p95_ms, uptime = u.uptime
from public.listings o
left join lateral (
  select sum(d.calls)::bigint as calls, sum(d.errors)::bigint as errors,
    (select public.latency_percentile(jsonb_object_agg(key, calls), 0.95)
     from (select b.key, sum(b.value::bigint) as calls
           from public.usage_days h cross join lateral jsonb_each_text(h.latency) b
           where h.api_id = o.api_id and h.day > (now() at time zone 'UTC')::date - 30
           group by b.key) b) as p95_ms
  from public.usage_days d
  where d.api_id = o.api_id and d.day > (now() at time zone 'UTC')::date - 30
) m on true
left join lateral (
  -- Each hour that had calls counts the same, so that one busy hour does not hide a long outage.
  select avg(h.answered) as uptime
  from (select sum(n.calls - n.errors)::float8 / sum(n.calls) as answered
        from public.usage_hours n
        where n.api_id = o.api_id and n.hour > now() - interval '30 days'
        group by n.hour having sum(n.calls) > 0) h
) u on true
where l.id = o.id and l.status = 'published'
  and (l.calls_30_days, l.p95_ms, l.uptime)
    is distinct from (coalesce(m.calls, 0), m.p95_ms, u.uptime);
