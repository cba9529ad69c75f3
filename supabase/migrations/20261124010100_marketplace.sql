-- The marketplace: what is listed, under which plans, who subscribed, and what they say of it.

create table public.listings (
  id uuid primary key default gen_random_uuid(),
  api_id uuid not null unique references public.apis (id) on delete cascade,
  -- The Api's owner: set by a trigger, whatever is sent.
  user_id uuid not null references public.public_profiles (id) on delete cascade,
  title text not null check (length(title) between 1 and 100),
  summary text not null default '' check (length(summary) <= 200),
  description text not null default '' check (length(description) <= 20000),
  category text not null default 'other' check (category ~ '^[a-z][a-z-]{1,31}$'),
  tags text[] not null default '{}' check (cardinality(tags) <= 10),
  status text not null default 'draft'
    check (status in ('draft', 'published', 'unlisted', 'suspended')),
  -- Copies of what nobody but its owner reads of the Api; kept by triggers.
  slug text not null default '',
  endpoint_url text not null default '',
  revision integer,
  openapi jsonb,
  -- Counted by the platform, never claimed.
  subscriber_count integer not null default 0 check (subscriber_count >= 0),
  rating_count integer not null default 0 check (rating_count >= 0),
  rating_average numeric(3, 2) check (rating_average between 1 and 5),
  calls_30_days bigint not null default 0,
  success_rate double precision check (success_rate between 0 and 1),
  p95_ms double precision check (p95_ms >= 0),
  published_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  search tsvector generated always as (
    setweight(to_tsvector('simple', title), 'A')
    || setweight(to_tsvector('simple', summary), 'B')
    || setweight(to_tsvector('simple', category), 'B')
    || to_tsvector('simple', left(description, 20000))
  ) stored,
  check (status <> 'published' or published_at is not null)
);
comment on column public.listings.success_rate is
  'Share of the last 30 days'' calls that were not answered with 500 or above.';
create index listings_user_id on public.listings (user_id);
create index listings_published on public.listings (published_at desc) where status = 'published';
create index listings_category on public.listings (category, published_at desc)
  where status = 'published';
create index listings_search on public.listings using gin (search);
create index listings_tags on public.listings using gin (tags);
create trigger listings_touch before update on public.listings
  for each row execute function internal.touch_updated_at();

create table public.listing_plans (
  id uuid primary key default gen_random_uuid(),
  listing_id uuid not null references public.listings (id) on delete cascade,
  name text not null check (length(name) between 1 and 64),
  description text not null default '' check (length(description) <= 500),
  requests_per_second double precision not null check (requests_per_second > 0),
  burst integer not null check (burst > 0),
  monthly_quota bigint not null check (monthly_quota > 0),
  price_cents integer not null default 0 check (price_cents between 0 and 100000000),
  currency text not null default 'usd' check (currency ~ '^[a-z]{3}$'),
  position integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (listing_id, name),
  unique (listing_id, id)
);
comment on table public.listing_plans is
  'What a subscriber may call for which price a month. Never more than the owner''s own plan.';
create trigger listing_plans_touch before update on public.listing_plans
  for each row execute function internal.touch_updated_at();

create table public.subscriptions (
  id uuid primary key default gen_random_uuid(),
  listing_id uuid not null references public.listings (id) on delete cascade,
  listing_plan_id uuid not null,
  user_id uuid not null references public.profiles (id) on delete cascade,
  -- Whose listing it is: set by a trigger.
  maker_id uuid not null references public.profiles (id) on delete cascade,
  status text not null default 'active' check (status in ('active', 'cancelled')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  ended_at timestamptz,
  check ((status = 'active') = (ended_at is null)),
  -- A plan of this very listing.
  foreign key (listing_id, listing_plan_id) references public.listing_plans (listing_id, id)
);
create unique index subscriptions_active on public.subscriptions (listing_id, user_id)
  where status = 'active';
create index subscriptions_listing_plan on public.subscriptions (listing_id, listing_plan_id);
create index subscriptions_maker_id on public.subscriptions (maker_id, created_at desc);
create index subscriptions_user_id on public.subscriptions (user_id, created_at desc);
create trigger subscriptions_touch before update on public.subscriptions
  for each row execute function internal.touch_updated_at();

create table public.reviews (
  id uuid primary key default gen_random_uuid(),
  listing_id uuid not null references public.listings (id) on delete cascade,
  user_id uuid not null default auth.uid()
    references public.public_profiles (id) on delete cascade,
  rating smallint not null check (rating between 1 and 5),
  body text not null default '' check (length(body) <= 4000),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (listing_id, user_id)
);
create index reviews_user_id on public.reviews (user_id);
create index reviews_newest on public.reviews (listing_id, created_at desc);
create trigger reviews_touch before update on public.reviews
  for each row execute function internal.touch_updated_at();

-- Whoever writes a listing, these hold.
create function internal.guard_listing() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  select a.user_id, a.slug, a.endpoint_url, r.number, r.openapi
  into new.user_id, new.slug, new.endpoint_url, new.revision, new.openapi
  from public.apis a left join public.revisions r on r.id = a.current_revision_id
  where a.id = new.api_id;
  if tg_op = 'UPDATE' and old.status <> 'draft' and new.status = 'draft' then
    raise exception 'a listing that was published does not become a draft again: unlist it'
      using errcode = 'restrict_violation';
  end if;
  if new.status = 'published' and (tg_op = 'INSERT' or old.status <> 'published') then
    if new.revision is null then
      raise exception 'an API that never served cannot be published'
        using errcode = 'restrict_violation';
    end if;
    if not exists (select from public.listing_plans p where p.listing_id = new.id) then
      raise exception 'a listing needs a plan before it is published'
        using errcode = 'restrict_violation';
    end if;
    new.published_at := coalesce(new.published_at, now());
  end if;
  return new;
end
$$;
create trigger listings_guard before insert or update on public.listings
  for each row execute function internal.guard_listing();

-- What a listing copies of its Api is copied again; a deleted Api is not listed.
create function internal.refresh_listing() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.listings l
  set status = case
    when new.deleted_at is not null and l.status = 'published' then 'unlisted' else l.status end
  where l.api_id = new.id;
  return null;
end
$$;
create trigger apis_refresh_listing
  after update of slug, endpoint_url, current_revision_id, deleted_at on public.apis
  for each row execute function internal.refresh_listing();

create function internal.guard_subscription() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  select l.user_id into new.maker_id from public.listings l where l.id = new.listing_id;
  if tg_op = 'UPDATE' and old.status <> 'active' and new.status = 'active' then
    raise exception 'a subscription that ended stays ended: make a new one'
      using errcode = 'restrict_violation';
  end if;
  new.ended_at := case when new.status = 'active' then null else coalesce(new.ended_at, now()) end;
  return new;
end
$$;
create trigger subscriptions_guard before insert or update on public.subscriptions
  for each row execute function internal.guard_subscription();

create function internal.count_subscribers() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  listing uuid := coalesce(new.listing_id, old.listing_id);
begin
  -- Locked by a statement of its own, so that the count sees what others have committed.
  perform from public.listings l where l.id = listing for no key update;
  if tg_op = 'UPDATE' and new.status <> 'active' then
    update public.api_keys set revoked_at = now()
    where subscription_id = new.id and revoked_at is null;
  end if;
  update public.listings l
  set subscriber_count = (
    select count(*) from public.subscriptions s
    where s.listing_id = listing and s.status = 'active')
  where l.id = listing;
  return null;
end
$$;
create trigger subscriptions_count after insert or update of status or delete
  on public.subscriptions for each row execute function internal.count_subscribers();

create function internal.count_reviews() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  listing uuid := coalesce(new.listing_id, old.listing_id);
begin
  perform from public.listings l where l.id = listing for no key update;
  update public.listings l
  set rating_count = found.count, rating_average = found.average
  from (select count(*)::integer as count, round(avg(rating), 2) as average
        from public.reviews where listing_id = listing) found
  where l.id = listing;
  return null;
end
$$;
create trigger reviews_count after insert or update of rating or delete
  on public.reviews for each row execute function internal.count_reviews();
