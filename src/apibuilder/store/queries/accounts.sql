-- name: ensure
insert into public.profiles (id, handle, plan_id) values ($1, $2, $3)
on conflict (id) do update set plan_id = excluded.plan_id
where profiles.plan_id <> excluded.plan_id;

-- name: plan
select p.* from public.plans p join public.profiles u on u.plan_id = p.id where u.id = $1;

-- name: plan_ids
select id from public.plans order by id;

-- name: lock
-- Whatever an account makes, it makes one after the other: so counts hold and repeats are found.
select p.max_apis, p.generations_per_day
from public.profiles u join public.plans p on p.id = u.plan_id
where u.id = $1
for no key update of u;
