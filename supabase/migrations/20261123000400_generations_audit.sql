-- Runs of a generator, repeated requests, and who did what.

create table public.generations (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.profiles (id) on delete cascade,
  api_id uuid references public.apis (id) on delete cascade,
  revision_id uuid references public.revisions (id) on delete set null,
  prompt text not null check (length(prompt) between 1 and 4000),
  model text,
  status text not null default 'running'
    check (status in ('running', 'succeeded', 'failed', 'cancelled')),
  plan jsonb,
  error jsonb check (jsonb_typeof(error) = 'object'),
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  check ((status = 'running') = (finished_at is null)),
  check (status <> 'failed' or error is not null)
);
create index generations_user_id on public.generations (user_id, created_at desc);
create index generations_api_id on public.generations (api_id, created_at desc);
create index generations_revision_id on public.generations (revision_id);

create table public.idempotency_keys (
  user_id uuid not null references public.profiles (id) on delete cascade,
  key text not null check (length(key) between 1 and 255),
  request_hash bytea not null check (octet_length(request_hash) = 32),
  deployment_id uuid not null references public.deployments (id) on delete cascade,
  created_at timestamptz not null default now(),
  primary key (user_id, key)
);
comment on table public.idempotency_keys is
  'The Deployment that a request made, so that its repetition answers that one; kept for a day.';
create index idempotency_keys_deployment_id on public.idempotency_keys (deployment_id);
create index idempotency_keys_created_at on public.idempotency_keys (created_at);

create table public.audit_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  user_id uuid not null,
  action text not null check (action ~ '^[a-z_]+\.[a-z_]+$'),
  api_id uuid,
  subject_id uuid not null,
  details jsonb not null default '{}'
);
create index audit_log_user_id on public.audit_log (user_id, at desc);

create function internal.refuse_audit_change() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception 'the audit log is only ever added to' using errcode = 'restrict_violation';
end
$$;
create trigger audit_log_append_only before update or delete on public.audit_log
  for each row execute function internal.refuse_audit_change();
