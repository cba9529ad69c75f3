-- Accounts of people: a profile comes into being with its sign-up and ends with it, and what
-- everybody may see of it stands in a table of its own, because a column cannot be public in one
-- row and private in the next.

alter table public.profiles
  add column deleted_at timestamptz;
comment on column public.profiles.deleted_at is
  'The sign-in is gone; the row stays until the platform has taken its Apis away.';

create table public.public_profiles (
  id uuid primary key references public.profiles (id) on delete cascade,
  handle text not null unique,
  display_name text not null default '' check (length(display_name) <= 64),
  bio text not null default '' check (length(bio) <= 500),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.public_profiles is
  'What others see of an account. handle is a copy of profiles.handle, kept by a trigger.';
create trigger public_profiles_touch before update on public.public_profiles
  for each row execute function internal.touch_updated_at();

create function internal.copy_handle() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.public_profiles (id, handle) values (new.id, new.handle)
  on conflict (id) do update set handle = excluded.handle;
  return null;
end
$$;
create trigger profiles_copy_handle after insert or update of handle on public.profiles
  for each row execute function internal.copy_handle();
insert into public.public_profiles (id, handle) select id, handle from public.profiles;

create function internal.add_profile(account uuid, wanted text) returns void
language plpgsql security definer set search_path = '' as $$
begin
  if wanted ~ '^[a-z0-9][a-z0-9_-]{1,38}$' then
    insert into public.profiles (id, handle) values (account, wanted) on conflict do nothing;
  end if;
  -- A handle that is taken or not allowed must not make a sign-up fail.
  insert into public.profiles (id, handle)
  values (account, 'user-' || left(replace(gen_random_uuid()::text, '-', ''), 12))
  on conflict (id) do nothing;
end
$$;

-- The plan is never taken from what the client sends.
create function internal.handle_new_user() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform internal.add_profile(
    new.id::uuid, lower(to_jsonb(new) -> 'raw_user_meta_data' ->> 'handle'));
  return new;
end
$$;

-- The deployer removes code and data of the account's Apis; the handle is free again.
create function internal.handle_deleted_user() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.subscriptions set status = 'cancelled'
  where user_id = old.id::uuid and status = 'active';
  update public.api_keys k set revoked_at = now()
  from public.apis a
  where a.id = k.api_id and a.user_id = old.id::uuid and k.revoked_at is null;
  update public.apis set deleted_at = now() where user_id = old.id::uuid and deleted_at is null;
  update public.public_profiles set display_name = '', bio = '' where id = old.id::uuid;
  update public.profiles
  set deleted_at = now(),
    handle = 'deleted-' || left(replace(gen_random_uuid()::text, '-', ''), 12)
  where id = old.id::uuid and deleted_at is null;
  return old;
end
$$;

create function internal.install_auth_hooks() returns void
language plpgsql security definer set search_path = '' as $$
begin
  if to_regclass('auth.users') is null then
    return;
  end if;
  create or replace trigger apibuilder_sign_up after insert on auth.users
    for each row execute function internal.handle_new_user();
  create or replace trigger apibuilder_account_deleted after delete on auth.users
    for each row execute function internal.handle_deleted_user();
  -- Who signed up before there was a trigger.
  perform internal.add_profile(u.id::uuid, null) from auth.users u
  where not exists (select from public.profiles p where p.id = u.id::uuid);
end
$$;
comment on function internal.install_auth_hooks() is
  'Binds profiles to sign-ups. Does nothing while there is no auth.users; safe to repeat.';

revoke all on function internal.add_profile(uuid, text) from public;
revoke all on function internal.install_auth_hooks() from public;
select internal.install_auth_hooks();
