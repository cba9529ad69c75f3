-- name: put
insert into internal.schedules (api_id, name, cron, method, path, next_at)
values ($1, $2, $3, $4, $5, $6)
on conflict (api_id, name) do update
set cron = excluded.cron, method = excluded.method, path = excluded.path,
  next_at = excluded.next_at
returning *;

-- name: count_others
select count(*) from internal.schedules where api_id = $1 and name <> $2;

-- name: list
select * from internal.schedules where api_id = $1 order by name;

-- name: delete
delete from internal.schedules where api_id = $1 and name = $2 returning id;

-- name: due
-- Of an Api that is gone nothing is due; one that does not serve misses its runs.
select s.*, a.status = 'active' as serving
from internal.schedules s join public.apis a on a.id = s.api_id
where s.next_at <= $1 and a.deleted_at is null
order by s.next_at limit 100
for update of s skip locked;

-- name: advance
update internal.schedules
set next_at = $2, missed = missed + $3, running_until = coalesce($4, running_until)
where id = $1;

-- name: finish
update internal.schedules
set running_until = null, runs = runs + 1, last_at = $2, last_status = $3, last_error = $4,
  failures = failures + case when $4::text is null then 0 else 1 end
where id = $1;
