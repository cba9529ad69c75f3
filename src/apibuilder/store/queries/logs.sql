-- name: position
select epoch, last from internal.log_positions where source = $1;

-- name: advance
-- No row if somebody else has stored these lines meanwhile.
insert into internal.log_positions (source, epoch, last) values ($1, $2, $3)
on conflict (source) do update set epoch = excluded.epoch, last = excluded.last
where (log_positions.epoch, log_positions.last) = ($4::text, $5::bigint)
returning last;

-- name: insert
-- Lines of test runs and of deleted Apis belong to nobody.
insert into public.api_logs (api_id, at, level, stream, message, request_id, revision)
select a.id, n.at, n.level, n.stream, n.message, n.request_id, n.revision
from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[],
            $7::integer[])
  with ordinality as n (api_id, at, level, stream, message, request_id, revision, place)
join public.apis a on a.id = n.api_id and a.deleted_at is null
order by n.place;

-- name: trim
-- The newest lines of each Api stay.
delete from public.api_logs l
using public.apis a
cross join lateral (
  select o.at, o.id from public.api_logs o where o.api_id = a.id
  order by o.at desc, o.id desc offset $1 limit 1
) edge
where l.api_id = a.id and (l.at, l.id) <= (edge.at, edge.id);
