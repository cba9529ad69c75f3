-- What edge functions ask of the database in one step.

create function public.subscribe(
  account uuid, listing uuid, plan uuid, key_hash text, key_start text
) returns jsonb
language plpgsql security invoker set search_path = '' as $$
declare
  listed record;
  made record;
begin
  select l.id, l.api_id, l.user_id, l.slug, l.endpoint_url into listed
  from public.listings l where l.id = subscribe.listing and l.status = 'published'
  for key share;
  if not found or not exists (
    select from public.listing_plans p
    where p.id = subscribe.plan and p.listing_id = subscribe.listing
  ) then
    return '{"refused": "unknown"}';
  end if;
  if listed.user_id = subscribe.account then
    return '{"refused": "own"}';
  end if;
  insert into public.subscriptions as s (listing_id, listing_plan_id, user_id, maker_id)
  values (listed.id, subscribe.plan, subscribe.account, listed.user_id)
  on conflict (listing_id, user_id) where status = 'active' do nothing
  returning s.id, s.created_at into made;
  if not found then
    return '{"refused": "repeated"}';
  end if;
  insert into public.api_keys (api_id, subscription_id, name, key_hash, key_start)
  values (listed.api_id, made.id, 'subscription', decode(subscribe.key_hash, 'hex'),
          subscribe.key_start);
  return jsonb_build_object(
    'subscription_id', made.id, 'listing_id', listed.id, 'plan_id', subscribe.plan,
    'api_id', listed.api_id, 'slug', listed.slug, 'endpoint_url', listed.endpoint_url,
    'created_at', made.created_at);
end
$$;
comment on function public.subscribe(uuid, uuid, uuid, text, text) is
  'For the marketplace function, which has checked who asks and drawn the key.';
revoke all on function public.subscribe(uuid, uuid, uuid, text, text)
  from public, anon, authenticated;
grant execute on function public.subscribe(uuid, uuid, uuid, text, text) to service_role;

create function public.usage_report(
  first_day date, last_day date, api uuid default null, by_key boolean default false
) returns table (
  day date, api_id uuid, key_id uuid, calls bigint, errors bigint, client_errors bigint,
  p50_ms double precision, p95_ms double precision, p99_ms double precision,
  request_bytes numeric, response_bytes numeric
)
language sql stable security invoker set search_path = '' as $$
  select (e.at at time zone 'UTC')::date as day, e.api_id,
    case when by_key then e.key_id end as key_id,
    count(*) as calls,
    count(*) filter (where e.status >= 500) as errors,
    count(*) filter (where e.status between 400 and 499) as client_errors,
    percentile_disc(0.50) within group (order by e.duration_us) / 1000.0,
    percentile_disc(0.95) within group (order by e.duration_us) / 1000.0,
    percentile_disc(0.99) within group (order by e.duration_us) / 1000.0,
    sum(e.request_bytes) as request_bytes, sum(e.response_bytes) as response_bytes
  from public.usage_events e
  where e.at >= first_day::timestamp at time zone 'UTC'
    and e.at < (last_day + 1)::timestamp at time zone 'UTC'
    and (api is null or e.api_id = api)
  group by 1, 2, 3
  order by 1 desc, 2, 3
$$;
comment on function public.usage_report(date, date, uuid, boolean) is
  'Days of UTC. Whose rows are counted is row level security''s: the caller''s own.';
revoke all on function public.usage_report(date, date, uuid, boolean) from public, anon;
grant execute on function public.usage_report(date, date, uuid, boolean)
  to authenticated, service_role;
