-- name: routes
-- Of all Apis, or of one.
select a.id as api_id, a.slug, a.status, a.current_deployment_id as deployment_id,
  r.number as revision, a.limits, to_jsonb(p) as plan
from public.apis a
join public.profiles u on u.id = a.user_id
join public.plans p on p.id = u.plan_id
left join public.revisions r on r.id = a.current_revision_id
where a.deleted_at is null and ($1::uuid is null or a.id = $1);

-- name: grants
-- Of all Apis, or of one.
-- The lowest of the Key's own limits, its plan's and those of the plan that was subscribed to.
select k.id as key_id, k.api_id, k.key_hash, k.expires_at, k.scopes,
  least(k.requests_per_second, p.requests_per_second, l.requests_per_second)
    as requests_per_second,
  least(k.burst, p.burst, l.burst) as burst
from public.api_keys k
left join public.plans p on p.id = k.plan_id
left join public.subscriptions s on s.id = k.subscription_id
left join public.listing_plans l on l.id = s.listing_plan_id
where k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
  and (s.id is null or s.status = 'active')
  and ($1::uuid is null or k.api_id = $1);

-- name: month_calls
-- The days that are rolled up, and what has changed since.
select api_id, sum(calls)::bigint as calls from (
  select api_id, calls from public.usage_days
  where day >= date_trunc('month', now() at time zone 'UTC')::date
  union all
  select api_id, calls from internal.usage_pending
  where minute >= date_trunc('month', now(), 'UTC')
) all_of_it
group by api_id;

-- name: shipped
select shipped from public.usage_segments where name = $1;

-- name: advance
-- No row unless the offset was $2.
insert into public.usage_segments (name, shipped)
select $1::text, $3::bigint
where $2::bigint = coalesce((select shipped from public.usage_segments where name = $1::text), 0)
on conflict (name) do update set shipped = excluded.shipped where usage_segments.shipped = $2
returning shipped;

-- name: batch
-- Kept for the connection's life and empty between transactions, so that shipping a batch does
-- not write to the catalogue.
create temporary table if not exists usage_batch (
  id uuid, at timestamptz, api_id uuid, key_id uuid, revision integer, status smallint,
  duration_us bigint, request_bytes bigint, response_bytes bigint
) on commit delete rows;

-- name: merge
insert into public.usage_events select * from usage_batch
on conflict (id, at) do update set
  status = excluded.status, duration_us = excluded.duration_us,
  request_bytes = excluded.request_bytes, response_bytes = excluded.response_bytes;

-- name: touch_keys
update public.api_keys k
set last_used_at = greatest(k.last_used_at, used.at)
from unnest($1::uuid[], $2::timestamptz[]) as used (id, at)
where k.id = used.id;
