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
  with slice as (
    select d.day, d.api_id, case when by_key then d.key_id end as key_id, d.calls, d.errors,
      d.client_errors, d.request_bytes, d.response_bytes, d.latency
    from public.usage_days d
    where d.day between first_day and last_day and (api is null or d.api_id = api)
  ), histogram as (
    select b.day, b.api_id, b.key_id, jsonb_object_agg(b.bucket, b.calls) as latency
    from (
      select s.day, s.api_id, s.key_id, l.key as bucket, sum(l.value::bigint) as calls
      from slice s cross join lateral jsonb_each_text(s.latency) l
      group by s.day, s.api_id, s.key_id, l.key
    ) b
    group by b.day, b.api_id, b.key_id
  ), total as (
    select s.day, s.api_id, s.key_id, sum(s.calls)::bigint as calls,
      sum(s.errors)::bigint as errors, sum(s.client_errors)::bigint as client_errors,
      sum(s.request_bytes) as request_bytes, sum(s.response_bytes) as response_bytes
    from slice s group by s.day, s.api_id, s.key_id
  )
  select t.day, t.api_id, t.key_id, t.calls, t.errors, t.client_errors,
    public.latency_percentile(h.latency, 0.5), public.latency_percentile(h.latency, 0.95),
    public.latency_percentile(h.latency, 0.99), t.request_bytes, t.response_bytes
  from total t
  left join histogram h
    on h.day = t.day and h.api_id = t.api_id and h.key_id is not distinct from t.key_id
  order by t.day desc, t.api_id, t.key_id
$$;
comment on function public.usage_report(date, date, uuid, boolean) is
  'Days of UTC, a few seconds behind the calls. Row level security decides whose calls these are.';
revoke all on function public.usage_report(date, date, uuid, boolean) from public, anon;
grant execute on function public.usage_report(date, date, uuid, boolean)
  to authenticated, service_role;
