-- name: wanted
select a.id as api_id, a.target = 'paused' as paused, a.deleted_at is not null as deleted,
  a.current_deployment_id as current,
  (select c.deployment_id from public.canaries c where c.api_id = a.id and c.status = 'running')
    as canary,
  coalesce(
    jsonb_agg(
      jsonb_build_object(
        'id', d.id, 'sequence', d.sequence, 'status', d.status,
        'fresh', d.status = 'active' and d.error is null
          and d.updated_at > now() - interval '10 minutes',
        'settled', d.status <> 'draining' or d.updated_at <= now() - make_interval(secs => $1))
      order by d.sequence
    ) filter (where d.id is not null),
    '[]') as deployments
from public.apis a
left join public.deployments d
  on d.api_id = a.id and d.status in ('pending', 'starting', 'active', 'draining')
where a.purged_at is null
group by a.id;

-- name: spec
select d.id as deployment_id, d.api_id, r.number as revision, r.source, a.limits,
  a.egress_hosts, a.min_instances, to_jsonb(p) as plan
from public.deployments d
join public.revisions r on r.id = d.revision_id
join public.apis a on a.id = d.api_id
join public.profiles u on u.id = a.user_id
join public.plans p on p.id = u.plan_id
where d.id = $1;

-- name: starting
update public.deployments set status = 'starting' where id = $1 and status = 'pending';

-- name: lock
select a.id as api_id, a.deleted_at is not null as deleted, d.revision_id, d.status, d.sequence,
  exists (select from public.canaries c where c.deployment_id = d.id) as is_canary,
  coalesce((select c.sequence from public.deployments c where c.id = a.current_deployment_id), 0)
    as current_sequence
from public.deployments d join public.apis a on a.id = d.api_id
where d.id = $1
for no key update of a, d;

-- name: activate
update public.deployments set status = 'active', checks = $2 where id = $1;

-- name: set_openapi
update public.revisions set openapi = $2 where id = $1 and openapi is null;

-- name: set_current
update public.apis a
set current_deployment_id = $2, current_revision_id = r.id, code_snapshot = r.source,
  container_id = $4
from public.revisions r
where a.id = $1 and r.id = $3;

-- name: drain_others
update public.deployments set target = 'stopped', status = 'draining'
where api_id = $1 and id <> $2 and status = 'active';

-- name: drain
update public.deployments set target = 'stopped', status = 'draining'
where id = $1 and status in ('pending', 'starting');

-- name: fail
update public.deployments set target = 'stopped', status = 'failed', error = $2
where id = $1 and status in ('pending', 'starting');

-- name: crashing
update public.deployments set error = $2
where id = $1 and status = 'active' and error is null returning id;

-- name: roll_back
insert into public.deployments (api_id, revision_id, backend)
select d.api_id, r.id, d.backend
from public.deployments d
join public.revisions c on c.id = d.revision_id
join public.revisions r on r.api_id = d.api_id and r.number < c.number
where d.id = $1
  and exists (select from public.deployments s
              where s.revision_id = r.id and s.status in ('draining', 'stopped')
                and s.error is null
                and not exists (select from public.canaries x
                                where x.deployment_id = s.id and x.status <> 'promoted'))
order by r.number desc
limit 1
returning id;

-- name: stopped
update public.deployments set status = 'stopped' where id = $1 and status = 'draining';

-- name: purge_source
delete from public.revisions
where api_id = (select id from public.apis where id = $1 and deleted_at is not null);

-- name: purge_secrets
delete from public.secrets
where api_id = (select id from public.apis where id = $1 and deleted_at is not null);

-- name: purged
update public.apis set purged_at = now(), code_snapshot = null, container_id = null, prompt = null
where id = $1 and deleted_at is not null and purged_at is null;
