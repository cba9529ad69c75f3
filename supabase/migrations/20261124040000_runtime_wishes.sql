-- What an Api asks of the runtime beside its code: hosts to reach, a warm minimum, schedules.

alter table public.apis
  add column if not exists egress_hosts text[] not null default '{}'
    check (cardinality(egress_hosts) <= 64),
  add column min_instances integer not null default 0 check (min_instances between 0 and 100);
comment on column public.apis.egress_hosts is
  'Hosts that it may reach, as example.com, *.example.com or either with :port; none: no network.';
comment on column public.apis.min_instances is
  'Instances that are kept warm, up to the plan''s max_instances; 0: it sleeps when nobody calls.';

-- Its maker reads and changes them through the control API, which checks them.
create table internal.schedules (
  id uuid primary key default gen_random_uuid(),
  api_id uuid not null references public.apis (id) on delete cascade,
  name text not null check (name ~ '^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$'),
  cron text not null check (length(cron) <= 100),
  method text not null check (method in ('GET', 'POST', 'PUT', 'PATCH', 'DELETE')),
  path text not null check (path like '/%' and length(path) <= 1000),
  next_at timestamptz not null,
  -- A run that has not ended by then is not waited for any more.
  running_until timestamptz,
  runs bigint not null default 0,
  failures bigint not null default 0,
  missed bigint not null default 0,
  last_at timestamptz,
  last_status integer,
  last_error text,
  created_at timestamptz not null default now(),
  unique (api_id, name)
);
comment on column internal.schedules.missed is
  'Runs that were due and did not happen: the platform was away, the Api was not serving, or the '
  'run before was not over.';
create index schedules_due on internal.schedules (next_at);

alter table internal.schedules enable row level security;
alter table internal.schedules force row level security;
create policy "platform only" on internal.schedules
  for all to service_role using (true) with check (true);
