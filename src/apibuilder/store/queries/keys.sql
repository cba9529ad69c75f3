-- name: count_live
select count(*) from public.api_keys
where api_id = $1 and revoked_at is null and (expires_at is null or expires_at > now());

-- name: insert
insert into public.api_keys
  (api_id, name, key_hash, key_start, requests_per_second, burst, expires_at, scopes,
   subscription_id, plan_id)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
returning *;

-- name: list
select * from public.api_keys where api_id = $1 order by created_at, id;

-- name: lock
-- By its holder, or by the maker of the Api that it calls.
select k.*, coalesce(s.user_id, a.user_id) = $1 as held
from public.api_keys k
join public.apis a on a.id = k.api_id
left join public.subscriptions s on s.id = k.subscription_id
where k.id = $2 and $1 in (a.user_id, s.user_id) and a.deleted_at is null
for update of k;

-- name: revoke
update public.api_keys set revoked_at = now() where id = $1 and revoked_at is null;

-- name: replace
-- With no grace it is revoked; else it ends when that is over, or as it would have anyway.
update public.api_keys
set replaced_by = $2,
  revoked_at = case when $3::interval = interval '0' then now() end,
  expires_at = case when $3::interval = interval '0' then expires_at
                    else least(expires_at, now() + $3::interval) end
where id = $1;

-- name: get
select * from public.api_keys where id = $1;
