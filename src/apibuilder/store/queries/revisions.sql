-- name: insert
-- The caller holds the lock on the Api, so the number is free.
insert into public.revisions (api_id, number, source, prompt, model, tests, checks)
select $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6
from public.revisions where api_id = $1
returning id;

-- name: list
select id, api_id, number, source, prompt, model, checks, created_at
from public.revisions where api_id = $1 order by number desc limit 1000;

-- name: get
select * from public.revisions where api_id = $1 and number = $2;

-- name: current
-- What serves; of an Api where nothing does, the newest.
select r.id from public.revisions r join public.apis a on a.id = r.api_id
where a.id = $1
order by (r.id = a.current_revision_id) desc nulls last, r.number desc
limit 1;

-- name: previous
-- The last one before what serves that has served itself.
select r.id from public.revisions r
where r.api_id = $1
  and r.number < (select c.number from public.revisions c
                  join public.apis a on a.current_revision_id = c.id where a.id = $1)
  and exists (select from public.deployments d
              where d.revision_id = r.id and d.status in ('active', 'draining', 'stopped')
                and not exists (select from public.canaries x
                                where x.deployment_id = d.id and x.status <> 'promoted'))
order by r.number desc
limit 1;
