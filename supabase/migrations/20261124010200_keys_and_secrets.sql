-- What a Key may do and for whom, secrets of an Api, and the hosts it may reach.

alter table public.api_keys
  add column subscription_id uuid references public.subscriptions (id) on delete cascade,
  add column scopes text[] not null default '{call}'
    check (scopes <@ '{call,read}' and cardinality(scopes) between 1 and 2),
  add column plan_id text references public.plans (id),
  add column replaced_by uuid references public.api_keys (id) on delete set null;
comment on column public.api_keys.scopes is 'call: every method; read: GET and HEAD only.';
comment on column public.api_keys.subscription_id is
  'A subscriber''s Key, held to the plan of that listing; the Api is api_id all the same.';
comment on column public.api_keys.plan_id is 'Holds this Key to a lower plan''s rate.';
comment on column public.api_keys.replaced_by is
  'Rotated: expires_at is the end of its grace, if it was given any.';
create index api_keys_subscription_id on public.api_keys (subscription_id);
create index api_keys_plan_id on public.api_keys (plan_id);
create index api_keys_replaced_by on public.api_keys (replaced_by);

drop trigger api_keys_notify_change on public.api_keys;
-- Not for last_used_at: that changes with every batch of calls and no gateway needs it.
create trigger api_keys_notify_change
  after update of revoked_at, expires_at, requests_per_second, burst, scopes, plan_id
  on public.api_keys
  for each row execute function internal.notify_keys();

create function internal.notify_subscription() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform pg_notify('apibuilder_keys', l.api_id::text)
  from public.listings l where l.id = new.listing_id;
  return null;
end
$$;
create trigger subscriptions_notify after update of listing_plan_id, status
  on public.subscriptions for each row execute function internal.notify_subscription();
create trigger listing_plans_notify after update on public.listing_plans
  for each row execute function internal.notify_subscription();

create table public.secrets (
  id uuid primary key default gen_random_uuid(),
  api_id uuid not null references public.apis (id) on delete cascade,
  -- The name of an environment variable; what the platform sets itself is refused by it.
  name text not null check (name ~ '^[A-Z][A-Z0-9_]{0,63}$'),
  key_id text not null check (length(key_id) between 1 and 64),
  sealed bytea not null check (octet_length(sealed) between 28 and 65564),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (api_id, name)
);
comment on column public.secrets.sealed is
  'AES-256-GCM: 12 bytes of nonce, ciphertext, 16 of tag, bound to api_id and name. '
  'The key is outside the database; key_id tells which one.';
create trigger secrets_touch before update on public.secrets
  for each row execute function internal.touch_updated_at();

alter table public.apis
  add column egress_hosts text[] not null default '{}' check (cardinality(egress_hosts) <= 64);
comment on column public.apis.egress_hosts is
  'Hosts that it may reach, as example.com, *.example.com or either with :port; none: no network.';
