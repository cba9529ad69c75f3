-- name: allowance
-- What the Api's owner may offer at most.
select p.requests_per_second, p.burst, p.monthly_quota
from public.apis a
join public.profiles u on u.id = a.user_id
join public.plans p on p.id = u.plan_id
where a.id = $1;

-- name: put
-- No row for one that the platform has suspended.
insert into public.listings as l (api_id, title, summary, description, category, tags, allow_remix)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (api_id) do update set
  title = excluded.title, summary = excluded.summary, description = excluded.description,
  category = excluded.category, tags = excluded.tags, allow_remix = excluded.allow_remix
where l.status <> 'suspended'
returning l.id, l.status;

-- name: set_status
update public.listings set status = $2 where id = $1 and status <> 'suspended' returning *;

-- name: of_api
select * from public.listings where api_id = $1;

-- name: plans
select * from public.listing_plans where listing_id = $1 and retired_at is null
order by position, name;

-- name: retire_plan
-- One that nobody ever had is gone, another one stays for those who have it.
with gone as (
  delete from public.listing_plans p
  where p.id = $1 and not exists (select from public.subscription_terms t
                                  where t.listing_plan_id = p.id)
    and not exists (select from public.subscriptions s where s.next_plan_id = p.id)
  returning id
)
update public.listing_plans set retired_at = now()
where id = $1 and not exists (select from gone);

-- name: move_plan
update public.listing_plans set description = $2, position = $3 where id = $1;

-- name: add_plan
insert into public.listing_plans (listing_id, name, description, requests_per_second, burst,
  monthly_quota, price_cents, currency, included_calls, price_per_call, position)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: offered
-- A plan that is on offer, with its listing.
select l.id as listing_id, l.api_id, l.user_id as maker_id, l.slug, l.endpoint_url,
  p.id as plan_id, p.price_cents
from public.listings l join public.listing_plans p on p.listing_id = l.id
where l.id = $1 and p.id = $2 and l.status = 'published' and p.retired_at is null
for key share of l;

-- name: subscribe
-- No row if there is an active one.
insert into public.subscriptions as s
  (listing_id, listing_plan_id, user_id, maker_id, spending_cap_cents)
values ($1, $2, $3, $4, $5)
on conflict (listing_id, user_id) where status = 'active' do nothing
returning s.id;

-- name: subscription
select s.id as subscription_id, s.listing_id, s.listing_plan_id as plan_id, s.next_plan_id,
  s.status, s.spending_cap_cents, s.monthly_calls, s.created_at, s.ended_at, l.api_id, l.slug,
  l.endpoint_url, p.price_cents
from public.subscriptions s
join public.listings l on l.id = s.listing_id
join public.listing_plans p on p.id = s.listing_plan_id
where s.id = $1 and s.user_id = $2;

-- name: lock_subscription
select from public.subscriptions where id = $1 and user_id = $2 for no key update;

-- name: change_subscription
update public.subscriptions
set listing_plan_id = $2, next_plan_id = $3, spending_cap_cents = $4 where id = $1;

-- name: cancel
update public.subscriptions set status = 'cancelled', next_plan_id = null
where id = $1 and status = 'active';

-- name: count_keys
select count(*) from public.api_keys
where subscription_id = $1 and revoked_at is null and (expires_at is null or expires_at > now());

-- name: review
-- By who subscribes or did, to what is listed; a second one replaces the first.
insert into public.reviews (listing_id, user_id, rating, body)
select l.id, $2, $3, $4 from public.listings l
where l.id = $1 and l.user_id <> $2
  and exists (select from public.subscriptions s where s.listing_id = l.id and s.user_id = $2)
on conflict (listing_id, user_id) do update set rating = excluded.rating, body = excluded.body
returning *;

-- name: remove_review
delete from public.reviews where listing_id = $1 and user_id = $2 returning id;

-- name: answer
update public.reviews r
set answer = $3, answered_at = case when $3 = '' then null else now() end
from public.listings l
where r.id = $1 and l.id = r.listing_id and l.user_id = $2
returning r.*;

-- name: remixable
select l.id as listing_id, l.title, p.handle, a.description, r.source, r.prompt, r.tests, r.checks,
  a.egress_hosts
from public.listings l
join public.apis a on a.id = l.api_id
join public.revisions r on r.id = a.current_revision_id
join public.public_profiles p on p.id = l.user_id
where l.id = $1 and l.status = 'published' and l.allow_remix and a.deleted_at is null;

-- name: take_replay
-- The next whose tests are due, taken: of several that ask at once, one gets it.
update public.listings l set replay_due_at = now() + $1::interval
from public.apis a join public.revisions r on r.id = a.current_revision_id
where l.id = (
    select n.id from public.listings n
    where n.status = 'published' and n.replay_due_at <= now()
    order by n.replay_due_at for update skip locked limit 1
  ) and a.id = l.api_id
returning l.id as listing_id, r.number as revision, r.source, r.tests;

-- name: add_replay
insert into public.test_replays (listing_id, revision, passed, total, seconds, failed)
values ($1, $2, $3, $4, $5, $6);

-- name: show_replay
update public.listings
set tests_revision = $2, tests_passed = $3, tests_total = $4, tests_replayed_at = now(),
  -- A newer Revision that came meanwhile is due now, and stays so.
  replay_due_at = case when revision = $2 then now() + $5::interval else replay_due_at end
where id = $1;

-- name: forget_replays
delete from public.test_replays where at < now() - interval '90 days';
