-- name: plan_behind
-- Of the last generated Revision at or before what serves: by hand it may have been changed since.
select g.plan
from public.generations g
join public.revisions r on r.id = g.revision_id
where r.api_id = $1 and r.number <= $2 and g.plan is not null
order by r.number desc, g.created_at desc
limit 1;

-- name: subscribers
-- Of others than its owner, who may call it today.
select count(*) from public.subscriptions s
join public.listings l on l.id = s.listing_id
where l.api_id = $1 and s.status <> 'cancelled' and s.user_id <> l.user_id;
