-- Row level security of the tables since: on and forced, nothing is allowed that is not named here.

alter table public.public_profiles enable row level security;
alter table public.public_profiles force row level security;
alter table public.listings enable row level security;
alter table public.listings force row level security;
alter table public.listing_plans enable row level security;
alter table public.listing_plans force row level security;
alter table public.subscriptions enable row level security;
alter table public.subscriptions force row level security;
alter table public.reviews enable row level security;
alter table public.reviews force row level security;
alter table public.secrets enable row level security;
alter table public.secrets force row level security;
alter table public.usage_minutes enable row level security;
alter table public.usage_minutes force row level security;
alter table public.usage_days enable row level security;
alter table public.usage_days force row level security;
alter table public.api_logs enable row level security;
alter table public.api_logs force row level security;
alter table internal.usage_marks enable row level security;
alter table internal.usage_marks force row level security;
alter table internal.usage_floor enable row level security;
alter table internal.usage_floor force row level security;

revoke all on public.public_profiles, public.listings, public.listing_plans, public.subscriptions,
  public.reviews, public.secrets, public.usage_minutes, public.usage_days, public.api_logs
  from anon, authenticated;
revoke all on all sequences in schema public from anon, authenticated;
grant all on all tables in schema public to service_role;
grant all on all sequences in schema public to service_role;

-- The public, signed in or not.
grant select on public.listings, public.listing_plans, public.reviews, public.public_profiles
  to anon, authenticated;

grant select on public.subscriptions, public.usage_minutes, public.usage_days, public.api_logs
  to authenticated;
grant select (subscription_id, scopes, plan_id, replaced_by) on public.api_keys to authenticated;
-- That a secret is there, never what it is, sealed or not.
grant select (id, api_id, name, created_at, updated_at) on public.secrets to authenticated;

-- What is written directly. Publishing, subscribing and all of Keys, secrets and Deployments go
-- through the platform.
grant update (display_name, bio) on public.public_profiles to authenticated;
grant insert (api_id, title, summary, description, category, tags),
  update (title, summary, description, category, tags), delete
  on public.listings to authenticated;
grant insert (listing_id, name, description, requests_per_second, burst, monthly_quota,
              price_cents, currency, position),
  update (name, description, requests_per_second, burst, monthly_quota, price_cents, currency,
          position), delete
  on public.listing_plans to authenticated;
grant insert (listing_id, rating, body), update (rating, body), delete
  on public.reviews to authenticated;

create policy "published listings" on public.listings
  for select to anon using (status = 'published');
create policy "published listings, own ones and those one subscribed to" on public.listings
  for select to authenticated
  using (status = 'published' or user_id = (select auth.uid())
         or id in (select listing_id from public.subscriptions
                   where user_id = (select auth.uid())));
-- user_id is the Api's owner: a trigger sets it before this is asked.
create policy "draft listings of own apis" on public.listings
  for insert to authenticated
  with check (user_id = (select auth.uid()) and status = 'draft'
              and api_id in (select id from public.apis));
create policy "change own listings" on public.listings
  for update to authenticated
  using (user_id = (select auth.uid()) and status <> 'suspended')
  with check (user_id = (select auth.uid()));
create policy "remove own drafts" on public.listings
  for delete to authenticated
  using (user_id = (select auth.uid()) and status = 'draft');

-- A subquery on listings is itself held to the policy above.
create policy "plans of listings one sees" on public.listing_plans
  for select to anon, authenticated using (listing_id in (select id from public.listings));
create policy "add plans to own drafts" on public.listing_plans
  for insert to authenticated
  with check (listing_id in (select id from public.listings
                             where user_id = (select auth.uid()) and status = 'draft'));
create policy "change plans of own drafts" on public.listing_plans
  for update to authenticated
  using (listing_id in (select id from public.listings
                        where user_id = (select auth.uid()) and status = 'draft'))
  with check (listing_id in (select id from public.listings
                             where user_id = (select auth.uid()) and status = 'draft'));
create policy "remove plans of own drafts" on public.listing_plans
  for delete to authenticated
  using (listing_id in (select id from public.listings
                        where user_id = (select auth.uid()) and status = 'draft'));

create policy "own subscriptions and those of own listings" on public.subscriptions
  for select to authenticated
  using (user_id = (select auth.uid()) or maker_id = (select auth.uid()));

create policy "reviews of listings one sees, and own ones" on public.reviews
  for select to anon, authenticated
  using (listing_id in (select id from public.listings) or user_id = (select auth.uid()));
create policy "subscribers review" on public.reviews
  for insert to authenticated
  with check (
    user_id = (select auth.uid())
    -- Who lists it may see it too, but praises nothing of their own.
    and listing_id in (select id from public.listings
                       where status = 'published' and user_id <> (select auth.uid()))
    and listing_id in (select listing_id from public.subscriptions
                       where user_id = (select auth.uid())));
create policy "change own reviews" on public.reviews
  for update to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy "remove own reviews" on public.reviews
  for delete to authenticated using (user_id = (select auth.uid()));

create policy "people of the marketplace, and oneself" on public.public_profiles
  for select to anon, authenticated
  using (id = (select auth.uid())
         or id in (select user_id from public.listings where status = 'published')
         or id in (select user_id from public.reviews));
create policy "change own public profile" on public.public_profiles
  for update to authenticated
  using (id = (select auth.uid())) with check (id = (select auth.uid()));

create policy "secrets of own apis" on public.secrets
  for select to authenticated using (api_id in (select id from public.apis));
create policy "logs of own apis" on public.api_logs
  for select to authenticated using (api_id in (select id from public.apis));

-- A subscriber sees the own Keys of somebody else's Api, and what was called with them.
alter policy "keys of own apis" on public.api_keys
  using (api_id in (select id from public.apis)
         or subscription_id in (select id from public.subscriptions
                                where user_id = (select auth.uid())));
alter policy "keys of own apis" on public.api_keys rename to "keys of own apis and subscriptions";
alter policy "usage of own apis" on public.usage_events
  using (api_id in (select id from public.apis)
         or key_id in (select id from public.api_keys where subscription_id is not null));
alter policy "usage of own apis" on public.usage_events rename to "usage of own apis and keys";
create policy "usage of own apis and keys" on public.usage_minutes
  for select to authenticated
  using (api_id in (select id from public.apis)
         or key_id in (select id from public.api_keys where subscription_id is not null));
create policy "usage of own apis and keys" on public.usage_days
  for select to authenticated
  using (api_id in (select id from public.apis)
         or key_id in (select id from public.api_keys where subscription_id is not null));

create policy "platform only" on internal.usage_marks
  for all to service_role using (true) with check (true);
create policy "platform only" on internal.usage_floor
  for all to service_role using (true) with check (true);
