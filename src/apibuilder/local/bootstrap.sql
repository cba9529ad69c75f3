-- What a hosted Supabase project has before its first migration, for the bundled Postgres: roles,
-- schemas and the functions that policies call. Safe to repeat.

do $$
declare
  wanted text;
begin
  foreach wanted in array array[
    'anon', 'authenticated', 'service_role', 'authenticator', 'supabase_local'
  ] loop
    if not exists (select from pg_catalog.pg_roles where rolname = wanted) then
      execute format('create role %I', wanted);
    end if;
  end loop;
end
$$;
alter role anon nologin noinherit;
alter role authenticated nologin noinherit;
alter role service_role nologin noinherit bypassrls;
alter role authenticator login noinherit;
grant anon, authenticated, service_role to authenticator;
-- Local Auth and REST connect as this one. It owns nothing and has no right of its own to a row;
-- that it inherits lets it list the tables it serves.
alter role supabase_local login inherit;
grant anon, authenticated, service_role to supabase_local;

create schema if not exists extensions;
grant usage on schema extensions to anon, authenticated, service_role;

create schema if not exists auth;
grant usage on schema auth to anon, authenticated, service_role, supabase_local;

-- As hosted: one claim at a time (older REST servers) or all of them.
create or replace function auth.jwt() returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(nullif(current_setting('request.jwt.claims', true), ''), '{}')::jsonb
$$;
create or replace function auth.uid() returns uuid
language sql stable set search_path = '' as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.sub', true), ''), auth.jwt() ->> 'sub'
  )::uuid
$$;
create or replace function auth.role() returns text
language sql stable set search_path = '' as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.role', true), ''), auth.jwt() ->> 'role'
  )
$$;
create or replace function auth.email() returns text
language sql stable set search_path = '' as $$ select auth.jwt() ->> 'email' $$;
grant execute on function auth.jwt(), auth.uid(), auth.role(), auth.email()
  to anon, authenticated, service_role;

-- A hosted project opens `public` to these roles and leaves the walls to row level security; here
-- too, so that a migration that forgets a wall fails the same tests.
grant usage on schema public to anon, authenticated, service_role;
alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
alter default privileges in schema public
  grant all on sequences to anon, authenticated, service_role;
alter default privileges in schema public
  grant all on functions to anon, authenticated, service_role;
