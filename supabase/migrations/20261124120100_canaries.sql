-- A canary: a new Revision that gets a share of the calls beside the one that serves.

create table public.canaries (
  id uuid primary key default gen_random_uuid(),
  api_id uuid not null references public.apis (id) on delete cascade,
  deployment_id uuid not null unique references public.deployments (id) on delete cascade,
  share smallint not null check (share between 1 and 99),
  bake_seconds integer not null check (bake_seconds between 0 and 604800),
  min_calls integer not null check (min_calls between 1 and 1000000),
  status text not null default 'starting'
    check (status in ('starting', 'running', 'promoted', 'rolled_back', 'aborted', 'failed')),
  -- How many times it was judged: the later, the surer a judgement has to be.
  looks integer not null default 0,
  verdict jsonb check (jsonb_typeof(verdict) = 'object'),
  reason text,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  check ((status in ('starting', 'running')) = (ended_at is null)),
  check (status <> 'running' or started_at is not null)
);
comment on column public.canaries.share is 'Percent of the calls.';
comment on column public.canaries.verdict is 'What it was last judged by: figures of both Revisions.';
create unique index canaries_one_an_api on public.canaries (api_id)
  where status in ('starting', 'running');
create index canaries_api_id on public.canaries (api_id, created_at desc);

alter table public.canaries enable row level security;
alter table public.canaries force row level security;
revoke all on public.canaries from anon, authenticated;
grant all on public.canaries to service_role;
grant select on public.canaries to authenticated;
create policy "canaries of own apis" on public.canaries
  for select to authenticated using (api_id in (select id from public.apis));

create function internal.notify_canary() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform pg_notify('apibuilder_route', new.api_id::text);
  perform pg_notify('apibuilder_deployment', new.deployment_id::text);
  return null;
end
$$;
create trigger canaries_notify after insert on public.canaries
  for each row execute function internal.notify_canary();
create trigger canaries_notify_change after update of status, share on public.canaries
  for each row execute function internal.notify_canary();

-- A canary ends with its Deployment, whatever ended that.
create function internal.end_canary() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.canaries set ended_at = now(),
    status = case when new.status = 'failed' then 'failed' else 'aborted' end,
    reason = coalesce(new.error ->> 'detail', 'Another deployment took its place.')
  where deployment_id = new.id and status in ('starting', 'running');
  return null;
end
$$;
create trigger deployments_end_canary after update of status on public.deployments
  for each row when (new.status in ('draining', 'stopped', 'failed'))
  execute function internal.end_canary();
