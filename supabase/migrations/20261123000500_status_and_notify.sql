-- The one place that derives an Api's status, and the notices that gateways and deployer wait for.

create function internal.derive_api_status(api uuid, target text, current_deployment uuid)
returns text
language sql stable set search_path = '' as $$
  select case
    when target = 'paused' then 'paused'
    when current_deployment is not null then 'active'
    when exists (
      select from public.deployments d
      where d.api_id = api and d.target = 'active' and d.status in ('pending', 'starting')
    ) then 'deploying'
    when exists (select from public.deployments d where d.api_id = api) then 'failed'
    else 'deploying'
  end
$$;

-- security definer: a maker who renames an Api may not read what the status is derived from.
create function internal.set_api_status() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  new.status := internal.derive_api_status(new.id, new.target, new.current_deployment_id);
  return new;
end
$$;
create trigger apis_status before insert or update on public.apis
  for each row execute function internal.set_api_status();

create function internal.refresh_api_status() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- The update makes apis_status derive it anew; most changes leave it as it is.
  update public.apis a set status = a.status
  where a.id = new.api_id
    and a.status <> internal.derive_api_status(a.id, a.target, a.current_deployment_id);
  return null;
end
$$;
create trigger deployments_api_status after insert or update of target, status
  on public.deployments for each row execute function internal.refresh_api_status();

create function internal.notify_api() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform pg_notify('apibuilder_route', new.id::text);
  if tg_op = 'UPDATE' and (new.target, new.deleted_at) is distinct from (old.target, old.deleted_at)
  then  -- the deployer has to suspend, restore or remove it
    perform pg_notify('apibuilder_deployment', coalesce(new.current_deployment_id::text, ''));
  end if;
  return null;
end
$$;
create trigger apis_notify after insert on public.apis
  for each row execute function internal.notify_api();
create trigger apis_notify_change after update on public.apis
  for each row
  when ((old.slug, old.status, old.target, old.limits, old.current_deployment_id, old.deleted_at)
        is distinct from
        (new.slug, new.status, new.target, new.limits, new.current_deployment_id, new.deleted_at))
  execute function internal.notify_api();

create function internal.notify_plan() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_table_name = 'profiles' then
    perform pg_notify('apibuilder_route', a.id::text) from public.apis a
    where a.user_id = new.id and a.deleted_at is null;
  else
    perform pg_notify('apibuilder_route', a.id::text)
    from public.apis a join public.profiles p on p.id = a.user_id
    where p.plan_id = new.id and a.deleted_at is null;
  end if;
  return null;
end
$$;
create trigger profiles_notify after update of plan_id on public.profiles
  for each row when (old.plan_id <> new.plan_id) execute function internal.notify_plan();
create trigger plans_notify after update on public.plans
  for each row execute function internal.notify_plan();

create function internal.notify_keys() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform pg_notify('apibuilder_keys', coalesce(new.api_id, old.api_id)::text);
  return null;
end
$$;
create trigger api_keys_notify after insert or delete on public.api_keys
  for each row execute function internal.notify_keys();
-- Not for last_used_at: that changes with every batch of calls and no gateway needs it.
create trigger api_keys_notify_change
  after update of revoked_at, expires_at, requests_per_second, burst on public.api_keys
  for each row execute function internal.notify_keys();

create function internal.notify_deployment() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform pg_notify('apibuilder_deployment', new.id::text);
  return null;
end
$$;
create trigger deployments_notify after insert or update of target, status
  on public.deployments for each row execute function internal.notify_deployment();

-- An Api as the control API shows it: with its plan, its Revision's number and what went wrong.
create view internal.api_details with (security_invoker = true) as
select a.id, a.user_id, a.name, a.slug, a.prompt, a.description, a.status, a.endpoint_url,
  a.limits, to_jsonb(p) as plan, a.current_deployment_id, r.number as current_revision,
  newest.error, a.created_at, a.updated_at
from public.apis a
join public.profiles u on u.id = a.user_id
join public.plans p on p.id = u.plan_id
left join public.revisions r on r.id = a.current_revision_id
left join lateral (
  select case when d.status = 'failed' then d.error end as error
  from public.deployments d where d.api_id = a.id order by d.sequence desc limit 1
) newest on true
where a.deleted_at is null;
