-- What people find and see: search that forgives typing errors, categories, measured figures, the
-- last replay of a listing's tests, remixes with their origin, and answers to reviews.
--
-- From here on reading is direct, under row level security, and every change of the marketplace is
-- a verb of the control API, which checks, audits and counts: one way for each thing.

create extension if not exists pg_trgm with schema extensions;

create table public.categories (
  id text primary key check (id ~ '^[a-z][a-z-]{1,31}$'),
  title text not null check (length(title) between 1 and 40),
  position integer not null default 100
);
insert into public.categories (id, title, position) values
  ('ai', 'AI', 1), ('data', 'Data', 2), ('text', 'Text', 3), ('developer', 'Developer tools', 4),
  ('finance', 'Finance', 5), ('media', 'Images and media', 6), ('time', 'Dates and time', 7),
  ('web', 'Web', 8), ('math', 'Numbers', 9), ('fun', 'Fun', 10), ('other', 'Other', 99);
-- Before there was a list, a maker could write any.
insert into public.categories (id, title)
select distinct l.category, initcap(replace(l.category, '-', ' ')) from public.listings l
on conflict do nothing;
alter table public.listings
  add foreign key (category) references public.categories (id);
alter table public.categories enable row level security;
alter table public.categories force row level security;
revoke all on public.categories from anon, authenticated;
grant all on public.categories to service_role;
grant select on public.categories to anon, authenticated;
create policy "everybody sees the categories" on public.categories
  for select to anon, authenticated using (true);

alter table public.apis
  add column remixed_from uuid references public.listings (id) on delete set null,
  add column attribution text not null default '' check (length(attribution) <= 200);
comment on column public.apis.attribution is
  'Whose listing this was made of, in words: stays when that listing is gone.';
create index apis_remixed_from on public.apis (remixed_from);

alter table public.listings
  add column allow_remix boolean not null default false,
  add column remixed_from uuid,
  add column attribution text not null default '',
  add column remix_count integer not null default 0,
  add column search_text text not null default '',
  add column price_from_cents integer,
  add column uptime double precision check (uptime between 0 and 1),
  add column tests_passed integer,
  add column tests_total integer,
  add column tests_revision integer,
  add column tests_replayed_at timestamptz,
  add column replay_due_at timestamptz not null default now();
comment on column public.listings.uptime is
  'Of the last 30 days'' hours with calls, the mean share that was answered below 500.';
comment on column public.listings.tests_passed is
  'Of the Revision''s own tests, when the platform last ran them in a fresh sandbox.';
create index listings_trigrams on public.listings
  using gin (search_text extensions.gin_trgm_ops) where status = 'published';
create index listings_replay_due on public.listings (replay_due_at) where status = 'published';

alter table public.listing_plans
  add column included_calls bigint check (included_calls >= 0),
  add column price_per_call numeric(12, 6) not null default 0 check (price_per_call >= 0),
  add column retired_at timestamptz,
  add check (included_calls is null or included_calls <= monthly_quota),
  add check (price_per_call = 0 or included_calls is not null),
  drop constraint listing_plans_listing_id_name_key;
comment on column public.listing_plans.included_calls is
  'Calls a month that the price covers; null: all up to monthly_quota.';
comment on column public.listing_plans.price_per_call is
  'Of each further call, in the currency''s main unit.';
comment on column public.listing_plans.retired_at is
  'No longer offered; who subscribed keeps its terms.';
create unique index listing_plans_offered on public.listing_plans (listing_id, name)
  where retired_at is null;

alter table public.reviews
  add column answer text not null default '' check (length(answer) <= 2000),
  add column answered_at timestamptz;

create table public.test_replays (
  id bigint generated always as identity primary key,
  listing_id uuid not null references public.listings (id) on delete cascade,
  revision integer not null,
  at timestamptz not null default now(),
  passed integer not null check (passed >= 0),
  total integer not null check (total >= passed),
  seconds double precision not null check (seconds >= 0),
  failed text[] not null default '{}'
);
comment on column public.test_replays.failed is 'Names of the tests that failed; at most 20.';
create index test_replays_newest on public.test_replays (listing_id, at desc);
alter table public.test_replays enable row level security;
alter table public.test_replays force row level security;
revoke all on public.test_replays from anon, authenticated;
grant all on public.test_replays to service_role;
grant select on public.test_replays to anon, authenticated;
create policy "replays of listings one sees" on public.test_replays
  for select to anon, authenticated using (listing_id in (select id from public.listings));

-- Whoever writes a listing, these hold.
create or replace function internal.guard_listing() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  select a.user_id, a.slug, a.endpoint_url, a.remixed_from, a.attribution, r.number, r.openapi
  into new.user_id, new.slug, new.endpoint_url, new.remixed_from, new.attribution, new.revision,
    new.openapi
  from public.apis a left join public.revisions r on r.id = a.current_revision_id
  where a.id = new.api_id;
  new.search_text := lower(concat_ws(' ', new.title, new.summary, new.category,
                                     array_to_string(new.tags, ' '), new.slug));
  if tg_op = 'UPDATE' and old.revision is distinct from new.revision then
    new.replay_due_at := now();
  end if;
  if tg_op = 'UPDATE' and old.status <> 'draft' and new.status = 'draft' then
    raise exception 'a listing that was published does not become a draft again: unlist it'
      using errcode = 'restrict_violation';
  end if;
  if new.status = 'published' and (tg_op = 'INSERT' or old.status <> 'published') then
    if new.revision is null then
      raise exception 'an API that never served cannot be published'
        using errcode = 'restrict_violation';
    end if;
    if not exists (select from public.listing_plans p
                   where p.listing_id = new.id and p.retired_at is null) then
      raise exception 'a listing needs a plan before it is published'
        using errcode = 'restrict_violation';
    end if;
    new.published_at := coalesce(new.published_at, now());
  end if;
  return new;
end
$$;

-- The terms that somebody subscribed to never change: a maker retires the plan and offers another.
create function internal.guard_listing_plan() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if (new.requests_per_second, new.burst, new.monthly_quota, new.price_cents, new.currency,
      new.included_calls, new.price_per_call)
     is distinct from
     (old.requests_per_second, old.burst, old.monthly_quota, old.price_cents, old.currency,
      old.included_calls, old.price_per_call)
    and exists (select from public.subscriptions s where s.listing_plan_id = new.id)
  then
    raise exception 'a plan with subscribers does not change its terms: retire it'
      using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;
create trigger listing_plans_guard before update on public.listing_plans
  for each row execute function internal.guard_listing_plan();

create function internal.find_lowest_price() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.listings l set price_from_cents = (
    select min(p.price_cents) from public.listing_plans p
    where p.listing_id = l.id and p.retired_at is null)
  where l.id = coalesce(new.listing_id, old.listing_id);
  return null;
end
$$;
create trigger listing_plans_price after insert or update or delete on public.listing_plans
  for each row execute function internal.find_lowest_price();

create function internal.count_remixes() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.listings set remix_count = remix_count + 1 where id = new.remixed_from;
  return null;
end
$$;
create trigger apis_count_remixes after insert on public.apis
  for each row when (new.remixed_from is not null) execute function internal.count_remixes();

update public.listings l set price_from_cents = (
  select min(p.price_cents) from public.listing_plans p where p.listing_id = l.id);

-- Every word must be like one of the listing's, or its beginning: `temprature conv` finds the
-- temperature converter. 0.42 lets a wrong letter through in words of six and keeps short words apart.
-- The longest word goes through the index, the others narrow what it found.
create function public.search_listings(
  words text default '', in_category text default null, with_tag text default null,
  free_only boolean default false, remixable_only boolean default false,
  order_by text default 'relevance', page_size integer default 24, page_start integer default 0
) returns table (
  id uuid, title text, summary text, category text, tags text[], slug text, user_id uuid,
  handle text, subscriber_count integer, rating_count integer, rating_average numeric,
  calls_30_days bigint, uptime double precision, p95_ms double precision, tests_passed integer,
  tests_total integer, tests_replayed_at timestamptz, price_from_cents integer,
  allow_remix boolean, attribution text, published_at timestamptz, relevance real, found bigint
)
language plpgsql stable security invoker set search_path = ''
set pg_trgm.word_similarity_threshold = 0.42 set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
  asked text[] := (
    select coalesce(array_agg(w order by length(w) desc), '{}')
    from (select w from regexp_split_to_table(lower(left(words, 200)), '[^[:alnum:]]+') w
          where w <> '' limit 8) split);
  longest text := asked[1];
begin
  return query
  select l.id, l.title, l.summary, l.category, l.tags, l.slug, l.user_id, p.handle,
    l.subscriber_count, l.rating_count, l.rating_average, l.calls_30_days, l.uptime, l.p95_ms,
    l.tests_passed, l.tests_total, l.tests_replayed_at, l.price_from_cents, l.allow_remix,
    l.attribution, l.published_at, score.relevance, count(*) over () as found
  from public.listings l
  cross join lateral (
    select (coalesce(avg(2 * extensions.word_similarity(w, lower(l.title))
                         + extensions.word_similarity(w, l.search_text)), 0)
            + extensions.similarity(array_to_string(asked, ' '), lower(l.title))
            + 0.05 * ln(1 + l.subscriber_count))::real as relevance
    from unnest(asked) w
  ) score
  left join public.public_profiles p on p.id = l.user_id
  where l.status = 'published'
    and (longest is null or l.search_text operator(extensions.%>) longest)
    and (cardinality(asked) < 2 or l.search_text operator(extensions.%>) all (asked))
    and (in_category is null or l.category = in_category)
    and (with_tag is null or with_tag = any (l.tags))
    and (not free_only or l.price_from_cents = 0)
    and (not remixable_only or l.allow_remix)
  order by
    case when order_by = 'relevance' then score.relevance end desc nulls last,
    case when order_by = 'popular' then l.calls_30_days end desc nulls last,
    case when order_by = 'rating' then l.rating_average end desc nulls last,
    case when order_by = 'rating' then l.rating_count end desc nulls last,
    case when order_by = 'price' then l.price_from_cents end nulls last,
    case when order_by = 'fast' then l.p95_ms end nulls last,
    l.published_at desc, l.id
  limit least(greatest(page_size, 1), 100) offset least(greatest(page_start, 0), 10000);
end
$$;
comment on function public.search_listings(text, text, text, boolean, boolean, text, integer,
  integer) is
  'Published listings; order_by is relevance, popular, rating, price, fast or newest. found is the '
  'number of all that match.';

create function public.listing_facets() returns table (category text, title text, listings bigint)
language sql stable security invoker set search_path = '' as $$
  select c.id, c.title, count(l.id)
  from public.categories c
  left join public.listings l on l.category = c.id and l.status = 'published'
  group by c.id, c.title, c.position
  order by c.position, c.title
$$;
comment on function public.listing_facets() is 'Categories with the number of published listings.';

-- What was written directly so far.
revoke delete on public.listings, public.listing_plans, public.reviews from authenticated;
revoke insert (api_id, title, summary, description, category, tags),
  update (title, summary, description, category, tags) on public.listings from authenticated;
revoke insert (listing_id, name, description, requests_per_second, burst, monthly_quota,
               price_cents, currency, position),
  update (name, description, requests_per_second, burst, monthly_quota, price_cents, currency,
          position) on public.listing_plans from authenticated;
revoke insert (listing_id, rating, body), update (rating, body) on public.reviews
  from authenticated;
drop policy "draft listings of own apis" on public.listings;
drop policy "change own listings" on public.listings;
drop policy "remove own drafts" on public.listings;
drop policy "add plans to own drafts" on public.listing_plans;
drop policy "change plans of own drafts" on public.listing_plans;
drop policy "remove plans of own drafts" on public.listing_plans;
drop policy "subscribers review" on public.reviews;
drop policy "change own reviews" on public.reviews;
drop policy "remove own reviews" on public.reviews;
drop function public.subscribe(uuid, uuid, uuid, text, text);

-- Fills what the trigger keeps.
update public.listings set title = title;
