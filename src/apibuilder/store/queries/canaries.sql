-- name: insert
insert into public.canaries (api_id, deployment_id, share, bake_seconds, min_calls)
values ($1, $2, $3, $4, $5);

-- name: running
select exists (
  select from public.canaries where api_id = $1 and status in ('starting', 'running')
);

-- name: serves
select current_deployment_id is not null from public.apis where id = $1;

-- name: latest
select c.*, n.number as revision, o.number as stable_revision
from public.canaries c
join public.deployments d on d.id = c.deployment_id
join public.revisions n on n.id = d.revision_id
left join lateral (
  -- What served while it ran: the newest that began before it and is not the canary itself.
  select r.number from public.deployments s join public.revisions r on r.id = s.revision_id
  where s.api_id = c.api_id and s.sequence < d.sequence
    and s.status in ('active', 'draining', 'stopped')
    and not exists (select from public.canaries x
                    where x.deployment_id = s.id and x.status <> 'promoted')
  order by s.sequence desc limit 1
) o on true
where c.api_id = $1
order by c.created_at desc
limit 1;

-- name: trials
select c.*, n.number as revision, o.number as stable_revision,
  extract(epoch from now() - c.started_at)::double precision as age_seconds
from public.canaries c
join public.deployments d on d.id = c.deployment_id
join public.revisions n on n.id = d.revision_id
join public.apis a on a.id = c.api_id
join public.revisions o on o.id = a.current_revision_id
where c.status = 'running' and a.target = 'active' and a.deleted_at is null;

-- name: arms
-- By Revision and latency bucket; calls without a bucket are streams that still run.
select revision, sum(calls)::bigint as calls, sum(errors)::bigint as errors,
  (select coalesce(jsonb_object_agg(key, calls), '{}')
   from (select l.key, sum(l.value::bigint) as calls
         from public.usage_routes b cross join lateral jsonb_each_text(b.latency) l
         where b.api_id = $1 and b.unit = 'minute' and b.revision = u.revision
           and b.at >= date_trunc('minute', $3::timestamptz, 'UTC') and b.at <= $4::timestamptz
         group by l.key) summed) as latency
from public.usage_routes u
where api_id = $1 and unit = 'minute' and revision = any ($2::integer[])
  and at >= date_trunc('minute', $3::timestamptz, 'UTC') and at <= $4::timestamptz
group by revision;

-- name: looked
update public.canaries set looks = looks + 1, verdict = $2 where id = $1 and status = 'running';

-- name: lock
select c.status, c.deployment_id, c.api_id, d.revision_id, a.current_deployment_id
from public.canaries c
join public.deployments d on d.id = c.deployment_id
join public.apis a on a.id = c.api_id
where c.id = $1
for no key update of a, c;

-- name: end
update public.canaries
set status = $2, reason = $3, verdict = coalesce($4, verdict), ended_at = now()
where id = $1;

-- name: begin
update public.canaries set status = 'running', started_at = now()
where deployment_id = $1 and status = 'starting';

-- name: set_current
update public.apis a
set current_deployment_id = $2, current_revision_id = r.id, code_snapshot = r.source
from public.revisions r
where a.id = $1 and r.id = $3;

-- name: touch
-- From now on it is the one that serves, so that a crash loop is rolled back from.
update public.deployments set target = 'active' where id = $1;

-- name: give_up
update public.deployments set target = 'stopped', status = 'draining', error = coalesce($2, error)
where id = $1 and status in ('pending', 'starting', 'active');

-- name: crashed
update public.canaries set status = 'rolled_back', reason = $2, ended_at = now()
where deployment_id = $1 and status = 'running';
