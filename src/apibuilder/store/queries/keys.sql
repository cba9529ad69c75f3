-- name: count_live
select count(*) from public.api_keys
where api_id = $1 and revoked_at is null and (expires_at is null or expires_at > now());

-- name: insert
insert into public.api_keys
  (api_id, name, key_hash, key_start, requests_per_second, burst, expires_at)
values ($1, $2, $3, $4, $5, $6, $7)
returning *;

-- name: list
select * from public.api_keys where api_id = $1 order by created_at, id;

-- name: lock
select k.* from public.api_keys k join public.apis a on a.id = k.api_id
where k.id = $2 and a.user_id = $1 and a.deleted_at is null
for update of k;

-- name: revoke
update public.api_keys set revoked_at = now() where id = $1 and revoked_at is null;

-- name: get
select * from public.api_keys where id = $1;
