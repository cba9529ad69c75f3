-- Row level security: on and forced everywhere, nothing is allowed that is not named here.
-- The platform itself connects as a role that bypasses it; the dashboard comes as `authenticated`.

alter table public.plans enable row level security;
alter table public.plans force row level security;
alter table public.profiles enable row level security;
alter table public.profiles force row level security;
alter table public.apis enable row level security;
alter table public.apis force row level security;
alter table public.revisions enable row level security;
alter table public.revisions force row level security;
alter table public.deployments enable row level security;
alter table public.deployments force row level security;
alter table public.api_keys enable row level security;
alter table public.api_keys force row level security;
alter table public.usage_events enable row level security;
alter table public.usage_events force row level security;
alter table public.usage_segments enable row level security;
alter table public.usage_segments force row level security;
alter table public.generations enable row level security;
alter table public.generations force row level security;
alter table public.idempotency_keys enable row level security;
alter table public.idempotency_keys force row level security;
alter table public.audit_log enable row level security;
alter table public.audit_log force row level security;

-- A hosted project grants everything to these roles by default.
revoke all on all tables in schema public from anon, authenticated;
revoke all on all sequences in schema public from anon, authenticated;
grant all on all tables in schema public to service_role;
grant all on all sequences in schema public to service_role;

grant select on public.plans, public.profiles, public.apis, public.revisions, public.deployments,
  public.usage_events, public.generations, public.audit_log to authenticated;
-- Everything of a Key but its hash.
grant select (id, api_id, name, key_start, requests_per_second, burst, created_at, expires_at,
              revoked_at, last_used_at) on public.api_keys to authenticated;
-- What a maker may set directly. All else goes through the control API, which checks and audits.
grant update (handle) on public.profiles to authenticated;
grant update (name, description) on public.apis to authenticated;

create policy "signed-in people see the plans" on public.plans
  for select to authenticated using (true);

create policy "own profile" on public.profiles
  for select to authenticated using (id = (select auth.uid()));
create policy "change own profile" on public.profiles
  for update to authenticated
  using (id = (select auth.uid())) with check (id = (select auth.uid()));

create policy "own apis" on public.apis
  for select to authenticated using (user_id = (select auth.uid()) and deleted_at is null);
create policy "change own apis" on public.apis
  for update to authenticated
  using (user_id = (select auth.uid()) and deleted_at is null)
  with check (user_id = (select auth.uid()));

-- A subquery on apis is itself held to the policy above, so these say `own` by reaching it.
create policy "revisions of own apis" on public.revisions
  for select to authenticated using (api_id in (select id from public.apis));
create policy "deployments of own apis" on public.deployments
  for select to authenticated using (api_id in (select id from public.apis));
create policy "keys of own apis" on public.api_keys
  for select to authenticated using (api_id in (select id from public.apis));
create policy "usage of own apis" on public.usage_events
  for select to authenticated using (api_id in (select id from public.apis));

create policy "own generations" on public.generations
  for select to authenticated using (user_id = (select auth.uid()));
create policy "own audit log" on public.audit_log
  for select to authenticated using (user_id = (select auth.uid()));

-- Said, rather than left out, so that a reader knows it is meant: only the platform.
create policy "platform only" on public.usage_segments
  for all to service_role using (true) with check (true);
create policy "platform only" on public.idempotency_keys
  for all to service_role using (true) with check (true);
