-- name: breakdown
select * from public.usage_breakdown($1, $2, $3, $4, $5);

-- name: keys
select id, name, key_start from public.api_keys where api_id = $1;

-- name: deploys
-- What began to serve, or was tried, in this time; a Deployment changes when it does.
select d.id as deployment_id, d.created_at as at, r.number as revision, d.status,
  c.status as canary, d.error
from public.deployments d
join public.revisions r on r.id = d.revision_id
left join public.canaries c on c.deployment_id = d.id
where d.api_id = $1 and d.created_at >= $2 and d.created_at < $3
order by d.sequence desc
limit 100;
