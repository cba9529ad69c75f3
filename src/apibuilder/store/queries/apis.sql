-- name: count
select count(*) from public.apis where user_id = $1 and deleted_at is null;

-- name: insert
-- No row if the slug is taken.
insert into public.apis
  (id, user_id, name, slug, prompt, description, endpoint_url, remixed_from, attribution)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (slug) where deleted_at is null do nothing
returning id;

-- name: list
select d.*, a.egress_hosts, a.min_instances
from internal.api_details d join public.apis a on a.id = d.id
where d.user_id = $1 order by d.created_at desc, d.id;

-- name: get
select d.*, a.egress_hosts, a.min_instances
from internal.api_details d join public.apis a on a.id = d.id
where d.user_id = $1 and (d.id = $2::uuid or d.slug = $3);

-- name: lock
select a.id, r.number as current_revision
from public.apis a left join public.revisions r on r.id = a.current_revision_id
where a.user_id = $1 and (a.id = $2::uuid or a.slug = $3) and a.deleted_at is null
for no key update of a;

-- name: rename
update public.apis set name = $2 where id = $1;

-- name: set_wishes
update public.apis
set egress_hosts = coalesce($2, egress_hosts), min_instances = coalesce($3, min_instances)
where id = $1;

-- name: set_target
update public.apis set target = $2 where id = $1 and target <> $2;

-- name: delete
update public.apis set deleted_at = now() where id = $1 returning deleted_at;

-- name: revoke_keys
update public.api_keys set revoked_at = now() where api_id = $1 and revoked_at is null;

-- name: set_endpoint_urls
-- The gateway's address is a setting; it may have changed since these were written.
update public.apis set endpoint_url = $1::text || '/' || id::text
where deleted_at is null and endpoint_url <> $1::text || '/' || id::text;
