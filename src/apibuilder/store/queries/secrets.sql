-- name: count_others
select count(*) from public.secrets where api_id = $1 and name <> $2;

-- name: set
insert into public.secrets (api_id, name, key_id, sealed) values ($1, $2, $3, $4)
on conflict (api_id, name) do update set key_id = excluded.key_id, sealed = excluded.sealed
returning id, name, created_at, updated_at;

-- name: list
select id, name, created_at, updated_at from public.secrets where api_id = $1 order by name;

-- name: delete
delete from public.secrets where api_id = $1 and name = $2 returning id;

-- name: of_deployment
select s.name, s.key_id, s.sealed
from public.secrets s join public.deployments d on d.api_id = s.api_id
where d.id = $1;

-- name: sealed_otherwise
-- By another key than the one that seals now.
select id, api_id, name, key_id, sealed from public.secrets where key_id <> $1
limit 100 for update skip locked;

-- name: reseal
update public.secrets set key_id = $2, sealed = $3 where id = $1;
