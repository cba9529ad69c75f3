-- Usage by minute and by day, and what Apis print.
--
-- Every change of the ledger marks its minutes; a rollup takes the marks and counts those minutes
-- anew from the ledger. So a row that is late, repeated or replaced is counted once, and a rollup
-- that dies has done nothing.

create table public.usage_minutes (
  api_id uuid not null,
  minute timestamptz not null,
  key_id uuid not null,
  calls bigint not null,
  errors bigint not null,
  client_errors bigint not null,
  duration_us numeric not null,
  request_bytes numeric not null,
  response_bytes numeric not null,
  latency jsonb not null,
  primary key (api_id, minute, key_id)
);
comment on table public.usage_minutes is
  'Calls of one Api with one Key in one minute. errors: 500 and above, client_errors: 400 to 499.';
comment on column public.usage_minutes.latency is
  'Calls by number of the bucket in internal.latency_bounds(); streams that still run are in none.';
create index usage_minutes_minute on public.usage_minutes (minute);
create index usage_minutes_key_id on public.usage_minutes (key_id, minute);

create table public.usage_days (
  api_id uuid not null,
  day date not null,
  key_id uuid not null,
  calls bigint not null,
  errors bigint not null,
  client_errors bigint not null,
  duration_us numeric not null,
  request_bytes numeric not null,
  response_bytes numeric not null,
  latency jsonb not null,
  primary key (api_id, day, key_id)
);
comment on table public.usage_days is 'As usage_minutes, a day of UTC. Kept for ever.';
create index usage_days_key_id on public.usage_days (key_id, day);

create table internal.usage_marks (
  api_id uuid not null,
  minute timestamptz not null
);
comment on table internal.usage_marks is
  'Minutes to count anew. Only ever added to and taken from, so that writers never wait.';

create table internal.usage_floor (
  singleton boolean primary key default true check (singleton),
  at timestamptz not null
);
comment on table internal.usage_floor is
  'The ledger before this moment was dropped, so minutes before it are not counted anew.';
insert into internal.usage_floor (at) values ('-infinity');

create function internal.mark_usage() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into internal.usage_marks (api_id, minute)
  select distinct r.api_id, date_trunc('minute', r.at) from changed r;
  return null;
end
$$;
create trigger usage_events_mark_new after insert on public.usage_events
  referencing new table as changed
  for each statement execute function internal.mark_usage();
create trigger usage_events_mark_replaced after update on public.usage_events
  referencing new table as changed
  for each statement execute function internal.mark_usage();
-- A database that served before there were rollups.
insert into internal.usage_marks (api_id, minute)
select distinct api_id, date_trunc('minute', at) from public.usage_events;

create function internal.latency_bounds() returns bigint[]
language sql immutable parallel safe set search_path = '' as $$
  select '{500,1000,1500,2000,3000,5000,7500,10000,15000,20000,30000,50000,75000,100000,150000,
    200000,300000,500000,750000,1000000,1500000,2000000,3000000,5000000,10000000,20000000,
    30000000}'::bigint[]
$$;
comment on function internal.latency_bounds() is
  'Microseconds. Bucket 0 is below the first bound, bucket n from the n-th bound on.';

create table public.api_logs (
  id bigint generated always as identity primary key,
  api_id uuid not null references public.apis (id) on delete cascade,
  at timestamptz not null default now(),
  level text not null default 'info'
    check (level in ('debug', 'info', 'warning', 'error', 'critical')),
  stream text not null default 'stdout' check (stream in ('stdout', 'stderr', 'log', 'platform')),
  message text not null check (length(message) <= 16384),
  deployment_id uuid,
  request_id text check (length(request_id) <= 64)
);
create index api_logs_api_id on public.api_logs (api_id, at desc, id desc);
create index api_logs_at on public.api_logs using brin (at);
