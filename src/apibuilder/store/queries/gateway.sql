-- name: routes
-- Of all Apis, or of one.
select a.id as api_id, a.slug, a.status, a.current_deployment_id as deployment_id,
  r.number as revision, coalesce(r.operations, '{}') as operations,
  coalesce(s.checks @> '[{"name": "cors", "passed": true}]', false) as cors, a.limits, to_jsonb(p) as plan,
  canary.deployment_id as canary_id, canary.share as canary_share,
  canary.number as canary_revision, canary.operations as canary_operations
from public.apis a
join public.profiles u on u.id = a.user_id
join public.plans p on p.id = u.plan_id
left join public.revisions r on r.id = a.current_revision_id
left join public.deployments s on s.id = a.current_deployment_id
left join lateral (
  select d.id as deployment_id, c.share, n.number, n.operations
  from public.canaries c
  join public.deployments d on d.id = c.deployment_id
  join public.revisions n on n.id = d.revision_id
  where c.api_id = a.id and c.status = 'running' and a.current_deployment_id is not null
) canary on true
where a.deleted_at is null and ($1::uuid is null or a.id = $1);

-- name: grants
-- Of all Apis, or of one.
-- The lower of the Key's own limits and its plan's; what its subscriber bought is shared by all of
-- the subscriber's Keys.
select k.id as key_id, k.api_id, k.key_hash, k.expires_at, k.scopes,
  least(k.requests_per_second, p.requests_per_second) as requests_per_second,
  least(k.burst, p.burst) as burst,
  'subscriber:' || s.listing_id || ':' || s.user_id as subscriber,
  l.requests_per_second as subscriber_rate, l.burst as subscriber_burst,
  coalesce(s.monthly_calls, l.monthly_quota) as subscriber_quota,
  coalesce(s.held_by = 'spending_cap', false) as subscriber_capped
from public.api_keys k
left join public.plans p on p.id = k.plan_id
left join public.subscriptions s on s.id = k.subscription_id
left join public.listing_plans l on l.id = s.listing_plan_id
where k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
  and (s.id is null or s.status = 'active')
  and ($1::uuid is null or k.api_id = $1);

-- name: month_calls
-- Calls from the first of a month ($1, a date) on by Api and by subscriber, and how far these
-- segments ($2) are in them: one statement, so one snapshot. Days that are rolled up, and the minutes
-- that have changed since.
with marked as (
  select distinct m.api_id, m.minute from internal.usage_marks m
  where m.minute >= (select at from internal.usage_floor)
    and m.minute >= ($1::date)::timestamp at time zone 'UTC'
), counted as (
  select api_id, key_id, calls from public.usage_days where day >= $1::date
  union all
  select e.api_id, e.key_id, 1 from marked m join public.usage_events e
    on e.api_id = m.api_id and e.at >= m.minute and e.at < m.minute + interval '1 minute'
  union all
  select u.api_id, u.key_id, -u.calls from marked m join public.usage_minutes u
    on u.api_id = m.api_id and u.minute = m.minute
), by_key as (
  select api_id, key_id, sum(calls)::bigint as calls from counted group by api_id, key_id
)
select 'calls' as what, 'api:' || api_id as name, sum(calls)::bigint as count
from by_key group by api_id
union all
select 'calls', 'subscriber:' || s.listing_id || ':' || s.user_id, sum(b.calls)::bigint
from by_key b
join public.api_keys k on k.id = b.key_id
join public.subscriptions s on s.id = k.subscription_id
group by s.listing_id, s.user_id
union all
select 'shipped', name, shipped from public.usage_segments where name = any ($2::text[]);

-- name: subscribers
-- Of these keys, those that are a subscriber's.
select k.id as key_id, 'subscriber:' || s.listing_id || ':' || s.user_id as name
from public.api_keys k
join public.subscriptions s on s.id = k.subscription_id
where k.id = any ($1::uuid[]);

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
  duration_us bigint, request_bytes bigint, response_bytes bigint, route smallint
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
