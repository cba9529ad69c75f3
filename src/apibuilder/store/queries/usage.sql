-- name: offsets
select name, shipped from public.usage_segments;

-- name: calls_by_status
select status, count(*) as calls from public.usage_events
where api_id = $1 and not (id = any ($2::uuid[]))
group by status;

-- name: ensure_partition
select internal.ensure_usage_partition($1::date);
