-- name: offsets
select name, shipped from public.usage_segments;

-- name: calls_by_status
-- The days that are rolled up, what has changed since, less the rows with these ids.
select status, sum(calls)::bigint as calls from (
  select s.key::smallint as status, s.value::bigint as calls
  from public.usage_days d cross join lateral jsonb_each_text(d.statuses) s
  where d.api_id = $1
  union all
  select status, calls from internal.usage_pending where api_id = $1
  union all
  select status, -count(*) from public.usage_events
  where api_id = $1 and id = any ($2::uuid[]) and at >= (select at from internal.usage_floor)
  group by status
) all_of_it
group by status having sum(calls) <> 0;

-- name: ensure_partition
select internal.ensure_usage_partition($1::date);
