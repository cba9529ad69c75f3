-- Plans and profiles: who there is and what they may use.

-- Trigger functions and partitions live here, out of the REST API's reach.
create schema internal;
revoke all on schema internal from public;

create function internal.touch_updated_at() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.updated_at := now();
  return new;
end
$$;

create table public.plans (
  id text primary key check (id ~ '^[a-z][a-z0-9_-]{0,31}$'),
  name text not null check (length(name) between 1 and 64),
  requests_per_second double precision not null check (requests_per_second > 0),
  burst integer not null check (burst > 0),
  monthly_quota bigint not null check (monthly_quota >= 0),
  max_concurrency integer not null check (max_concurrency > 0),
  timeout_seconds double precision not null check (timeout_seconds > 0),
  request_body_bytes bigint not null check (request_body_bytes >= 0),
  response_body_bytes bigint not null check (response_body_bytes > 0),
  memory_mb integer not null check (memory_mb >= 64),
  cpu double precision not null check (cpu > 0),
  processes integer not null check (processes >= 48),
  storage_mb integer not null check (storage_mb > 0),
  max_instances integer not null check (max_instances > 0),
  max_apis integer not null check (max_apis >= 0),
  generations_per_day integer not null check (generations_per_day >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.plans is 'An account''s allowance. cpu is in cores, sizes are in MiB or bytes as named.';
comment on column public.plans.processes is
  'Processes and threads together. 48 leaves room for the 40 threads of synchronous endpoints.';

create trigger plans_touch before update on public.plans
  for each row execute function internal.touch_updated_at();

insert into public.plans (
  id, name, requests_per_second, burst, monthly_quota, max_concurrency, timeout_seconds,
  request_body_bytes, response_body_bytes, memory_mb, cpu, processes, storage_mb, max_instances,
  max_apis, generations_per_day
) values
  ('free', 'Free', 10, 20, 10000, 20, 10, 1048576, 10485760, 128, 0.5, 64, 100, 1, 3, 10),
  ('pro', 'Pro', 100, 200, 1000000, 100, 30, 5242880, 52428800, 192, 1, 64, 500, 2, 50, 100),
  ('business', 'Business', 1000, 2000, 100000000, 1000, 30, 10485760, 104857600, 256, 2, 128, 1024,
   4, 1000, 1000);

create table public.profiles (
  -- The account's id in auth.users. No foreign key: the operator of one machine has no sign-in.
  id uuid primary key,
  handle text not null unique check (handle ~ '^[a-z0-9][a-z0-9_-]{1,38}$'),
  plan_id text not null default 'free' references public.plans (id),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index profiles_plan_id on public.profiles (plan_id);

create trigger profiles_touch before update on public.profiles
  for each row execute function internal.touch_updated_at();
