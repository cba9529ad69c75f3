-- A Key that is held to a plan hears of that plan too.
create or replace function internal.notify_plan() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_table_name = 'profiles' then
    perform pg_notify('apibuilder_route', a.id::text) from public.apis a
    where a.user_id = new.id and a.deleted_at is null;
  else
    perform pg_notify('apibuilder_route', a.id::text)
    from public.apis a join public.profiles p on p.id = a.user_id
    where p.plan_id = new.id and a.deleted_at is null;
    perform pg_notify('apibuilder_keys', k.api_id::text)
    from (select distinct api_id from public.api_keys
          where plan_id = new.id and revoked_at is null) k;
  end if;
  return null;
end
$$;
