-- name: insert
insert into public.deployments (api_id, revision_id, backend) values ($1, $2, $3) returning id;

-- name: list
select d.*, r.number as revision
from public.deployments d join public.revisions r on r.id = d.revision_id
where d.api_id = $1 order by d.sequence desc limit 100;

-- name: get
select d.*, r.number as revision
from public.deployments d
join public.revisions r on r.id = d.revision_id
join public.apis a on a.id = d.api_id
where d.id = $2 and a.user_id = $1 and a.deleted_at is null;

-- name: remember
insert into public.idempotency_keys (user_id, key, request_hash, deployment_id)
values ($1, $2, $3, $4);

-- name: remembered
select k.request_hash, k.deployment_id, d.api_id
from public.idempotency_keys k join public.deployments d on d.id = k.deployment_id
where k.user_id = $1 and k.key = $2;

-- name: forget_old
delete from public.idempotency_keys where created_at < now() - interval '1 day';
