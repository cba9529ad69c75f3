-- name: count_today
select count(*) from public.generations
where user_id = $1
  and created_at >= date_trunc('day', now() at time zone 'UTC') at time zone 'UTC';

-- name: start
insert into public.generations (user_id, api_id, prompt) values ($1, $2, $3) returning id;

-- name: finish
update public.generations g
set status = $2, model = $4, plan = $5, error = $6, finished_at = now(),
  api_id = coalesce(g.api_id, d.api_id), revision_id = d.revision_id
from (select $3::uuid as id) made left join public.deployments d on d.id = made.id
where g.id = $1 and g.status = 'running';

-- name: abandon
-- Runs that a dead process left behind; no run takes an hour.
update public.generations
set status = 'failed', finished_at = now(),
  error = '{"code": "internal_error", "detail": "The platform stopped while this ran; try again."}'
where status = 'running' and created_at < now() - interval '1 hour';
