-- Apis, their immutable Revisions, the Deployments of those, and the Keys of callers.

create table public.apis (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.profiles (id) on delete cascade,
  name text not null check (length(name) between 1 and 100),
  slug text not null check (
    slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])$'
    -- The gateway addresses an Api by slug or id, so no slug may look like an id.
    and slug !~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
  ),
  prompt text check (length(prompt) <= 4000),
  description text not null default '' check (length(description) <= 2000),
  -- What its maker wants of it; `status` is derived from this and from its Deployments.
  target text not null default 'active' check (target in ('active', 'paused')),
  status text not null default 'deploying'
    check (status in ('deploying', 'active', 'paused', 'failed')),
  endpoint_url text not null,
  limits jsonb not null default '{}' check (jsonb_typeof(limits) = 'object'),
  current_revision_id uuid,
  current_deployment_id uuid,
  -- Copies for the dashboard, which reads one row: written by the swap and nowhere else.
  code_snapshot text,
  container_id text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  purged_at timestamptz check (purged_at is null or deleted_at is not null)
);
comment on column public.apis.limits is 'Limits lower than the plan''s, by the plan''s column names.';
comment on column public.apis.purged_at is 'When the data folder of a deleted Api was gone.';

-- A deleted Api gives its slug back.
create unique index apis_slug on public.apis (slug) where deleted_at is null;
create index apis_user_id on public.apis (user_id, created_at desc) where deleted_at is null;
create index apis_user_id_all on public.apis (user_id);
create index apis_to_purge on public.apis (id) where deleted_at is not null and purged_at is null;
create index apis_current_revision_id on public.apis (current_revision_id);
create index apis_current_deployment_id on public.apis (current_deployment_id);

create trigger apis_touch before update on public.apis
  for each row execute function internal.touch_updated_at();

create table public.revisions (
  id uuid primary key default gen_random_uuid(),
  api_id uuid not null references public.apis (id) on delete cascade,
  number integer not null check (number > 0),
  source text not null check (octet_length(source) <= 524288),
  prompt text check (length(prompt) <= 4000),
  model text,
  tests jsonb not null default '[]' check (jsonb_typeof(tests) = 'array'),
  checks jsonb not null default '[]' check (jsonb_typeof(checks) = 'array'),
  openapi jsonb check (jsonb_typeof(openapi) = 'object'),
  created_at timestamptz not null default now(),
  unique (api_id, number)
);

create function internal.refuse_revision_change() returns trigger
language plpgsql set search_path = '' as $$
begin
  -- The OpenAPI document is known once the source has run; it is filled in once.
  if old.openapi is null and to_jsonb(new) - 'openapi' = to_jsonb(old) - 'openapi' then
    return new;
  end if;
  raise exception 'a revision is immutable: store a new one'
    using errcode = 'restrict_violation';
end
$$;
create trigger revisions_immutable before update on public.revisions
  for each row execute function internal.refuse_revision_change();

create table public.deployments (
  id uuid primary key default gen_random_uuid(),
  -- The order in which Deployments were asked for: of two that race, the higher one wins.
  sequence bigint generated always as identity unique,
  api_id uuid not null references public.apis (id) on delete cascade,
  revision_id uuid not null references public.revisions (id) on delete cascade,
  backend text not null check (backend in ('fork', 'docker', 'kubernetes', 'memory')),
  target text not null default 'active' check (target in ('active', 'stopped')),
  status text not null default 'pending'
    check (status in ('pending', 'starting', 'active', 'draining', 'stopped', 'failed')),
  checks jsonb not null default '[]' check (jsonb_typeof(checks) = 'array'),
  error jsonb check (jsonb_typeof(error) = 'object'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (status <> 'failed' or error is not null)
);
create index deployments_api_id on public.deployments (api_id, sequence desc);
create index deployments_revision_id on public.deployments (revision_id);
create index deployments_live on public.deployments (api_id)
  where status in ('pending', 'starting', 'active', 'draining');

create trigger deployments_touch before update on public.deployments
  for each row execute function internal.touch_updated_at();

alter table public.apis
  add foreign key (current_revision_id) references public.revisions (id) on delete set null,
  add foreign key (current_deployment_id) references public.deployments (id) on delete set null;

create table public.api_keys (
  id uuid primary key default gen_random_uuid(),
  api_id uuid not null references public.apis (id) on delete cascade,
  name text not null default '' check (length(name) <= 100),
  key_hash bytea not null unique check (octet_length(key_hash) = 32),
  key_start text not null check (length(key_start) between 8 and 16),
  requests_per_second double precision check (requests_per_second > 0),
  burst integer check (burst > 0),
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);
comment on column public.api_keys.key_hash is 'SHA-256 of the key; the key itself is never stored.';
create index api_keys_api_id on public.api_keys (api_id, created_at);
