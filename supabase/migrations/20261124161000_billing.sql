-- Prices and invoices, computed from the ledger.
--
-- A month is a calendar month of UTC. A plan's price, its included calls and its quota count from
-- the day it begins to the end of the month, in proportion; a plan without a monthly price is whole
-- at once. A dearer plan begins at once and costs the difference; a cheaper one waits for the next
-- month; who leaves owes the month that has begun. Only calls that were answered below 500 count.

alter table public.subscriptions
  add column next_plan_id uuid,
  add column spending_cap_cents bigint check (spending_cap_cents >= 0),
  add column monthly_calls bigint,
  add column held_by text check (held_by in ('monthly_quota', 'spending_cap')),
  add column allowance_month date,
  add foreign key (listing_id, next_plan_id) references public.listing_plans (listing_id, id);
comment on column public.subscriptions.next_plan_id is 'Takes over when the month is over.';
comment on column public.subscriptions.spending_cap_cents is
  'A month never costs more than this: calls that would are refused. Null: no cap.';
comment on column public.subscriptions.monthly_calls is
  'Calls that its holder may make of the listing this month, earlier subscriptions'' among them: '
  'what gateways hold it to.';
comment on column public.subscriptions.held_by is 'Which limit monthly_calls comes from.';
create index subscriptions_next_plan on public.subscriptions (listing_id, next_plan_id);

create table public.subscription_terms (
  id uuid primary key default gen_random_uuid(),
  subscription_id uuid not null references public.subscriptions (id) on delete cascade,
  listing_plan_id uuid not null references public.listing_plans (id) on delete cascade,
  sequence bigint generated always as identity,
  starts_at timestamptz not null,
  ends_at timestamptz,
  check (ends_at >= starts_at)
);
comment on table public.subscription_terms is
  'Which plan a subscription had from when to when, on whole minutes; kept by a trigger.';
create index subscription_terms_subscription on public.subscription_terms (subscription_id, sequence);
create index subscription_terms_plan on public.subscription_terms (listing_plan_id);
create unique index subscription_terms_open on public.subscription_terms (subscription_id)
  where ends_at is null;

create table public.invoices (
  id uuid primary key default gen_random_uuid(),
  number text not null unique,
  -- No foreign keys: an invoice stays when its parties are gone.
  subscription_id uuid not null,
  listing_id uuid not null,
  user_id uuid not null,
  maker_id uuid not null,
  title text not null,
  month date not null check (date_trunc('month', month) = month),
  currency text not null,
  calls bigint not null check (calls >= 0),
  lines jsonb not null check (jsonb_typeof(lines) = 'array'),
  total_cents bigint not null check (total_cents >= 0),
  status text not null
    check (status in ('free_of_charge', 'unpaid', 'sent', 'paid', 'failed', 'void')),
  created_at timestamptz not null default now(),
  paid_at timestamptz,
  unique (subscription_id, month),
  check ((status = 'free_of_charge') = (total_cents = 0)),
  check ((status = 'paid') = (paid_at is not null))
);
comment on table public.invoices is
  'One a subscription and closed month. unpaid: nobody has asked for the money yet.';
create index invoices_user_id on public.invoices (user_id, month desc);
create index invoices_maker_id on public.invoices (maker_id, month desc);
create index invoices_unsent on public.invoices (created_at) where status = 'unpaid';
create sequence internal.invoice_numbers;

create table public.invoice_payments (
  invoice_id uuid primary key references public.invoices (id) on delete cascade,
  user_id uuid not null,
  provider text not null,
  reference text not null,
  url text,
  sent_at timestamptz not null default now(),
  unique (provider, reference)
);
comment on table public.invoice_payments is
  'Where an invoice is paid. For who pays alone: its address is a secret of theirs.';
create index invoice_payments_user_id on public.invoice_payments (user_id);

create table internal.payment_customers (
  user_id uuid not null,
  provider text not null,
  reference text not null,
  primary key (user_id, provider)
);
create table internal.payment_events (
  provider text not null,
  event_id text not null check (length(event_id) between 1 and 255),
  kind text not null,
  invoice_id uuid,
  received_at timestamptz not null default now(),
  primary key (provider, event_id)
);
comment on table internal.payment_events is 'Each is acted on once, however often it is sent.';

-- What was billed is not changed; how it is paid may be noted.
create function internal.guard_invoice() returns trigger
language plpgsql set search_path = '' as $$
begin
  if to_jsonb(new) - 'status' - 'paid_at' <> to_jsonb(old) - 'status' - 'paid_at' then
    raise exception 'an invoice is immutable' using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;
create trigger invoices_guard before update on public.invoices
  for each row execute function internal.guard_invoice();

create function public.count_calls(
  subscription uuid, since timestamptz, until timestamptz, from_ledger boolean default false
) returns bigint
language sql stable security invoker set search_path = '' as $$
  with key as (
    select k.id, k.api_id from public.api_keys k where k.subscription_id = subscription
  ), span as (
    -- Whole days from the days, what is left at both ends from the minutes.
    select least(days.first, (until at time zone 'UTC')::date) as first,
      (until at time zone 'UTC')::date as last
    from (select ((since at time zone 'UTC') + interval '1 day' - interval '1 microsecond')::date
            as first) days
  )
  select case when from_ledger then (
    select count(*) from key
    join public.usage_events e on e.api_id = key.api_id and e.key_id = key.id
    where e.at >= since and e.at < until and e.status < 500
  ) else (
    select coalesce(sum(d.calls - d.errors), 0)::bigint
    from span, key join public.usage_days d on d.key_id = key.id and d.api_id = key.api_id
    where d.day >= span.first and d.day < span.last
  ) + (
    select coalesce(sum(m.calls - m.errors), 0)::bigint
    from span, key join public.usage_minutes m on m.key_id = key.id and m.api_id = key.api_id
    where m.minute >= since and m.minute < until
      and not (m.minute >= span.first::timestamp at time zone 'UTC'
               and m.minute < span.last::timestamp at time zone 'UTC')
  ) end
$$;
comment on function public.count_calls(uuid, timestamptz, timestamptz, boolean) is
  'Calls answered below 500 with any key of a subscription, from the rollups or from the ledger '
  'itself. Both ends are whole minutes.';

create function public.month_terms(
  subscription uuid, month date, from_ledger boolean default false
) returns table (
  turn integer, plan_name text, currency text, days integer, days_in_month integer,
  price_cents bigint, step_cents bigint, price_per_call numeric, calls bigint, included bigint,
  quota bigint, charged_calls bigint
)
language sql stable security invoker set search_path = '' as $$
  with bounds as (
    select month as first, (month + interval '1 month')::date as next,
      month::timestamp at time zone 'UTC' as since,
      (month + interval '1 month') at time zone 'UTC' as until
  ), term as (
    select t.sequence, t.starts_at, t.ends_at, p.name, p.currency, p.price_cents,
      p.price_per_call, p.monthly_quota, coalesce(p.included_calls, p.monthly_quota) as included,
      (b.next - greatest(b.first, (t.starts_at at time zone 'UTC')::date)) as days,
      (b.next - b.first) as days_in_month,
      lag(p.price_cents, 1, 0) over earlier as price_before,
      lag(p.monthly_quota, 1, 0::bigint) over earlier as quota_before,
      lag(coalesce(p.included_calls, p.monthly_quota), 1, 0::bigint) over earlier
        as included_before,
      public.count_calls(subscription, greatest(t.starts_at, b.since),
                         least(coalesce(t.ends_at, 'infinity'), b.until), from_ledger) as calls,
      -- Coming back does not make a plan that costs nothing new again.
      case when p.price_cents = 0 and row_number() over earlier = 1 then (
        select coalesce(sum(public.count_calls(o.id, b.since, b.until, from_ledger)), 0)
        from public.subscriptions o join public.subscriptions s on s.id = subscription
        where o.listing_id = s.listing_id and o.user_id = s.user_id
          and o.created_at < s.created_at and o.ended_at >= b.since
      ) else 0 end as used_before
    from bounds b
    cross join public.subscription_terms t
    join public.listing_plans p on p.id = t.listing_plan_id
    where t.subscription_id = subscription and t.starts_at < b.until
      and coalesce(t.ends_at, 'infinity') > b.since
    window earlier as (order by t.sequence)
  ), share as (
    select t.*, t.days::numeric / t.days_in_month as part,
      case when t.price_cents = 0 then 1 else t.days::numeric / t.days_in_month end as calls_part
    from term t
  ), step as (
    select s.*,
      round(greatest(s.price_cents - s.price_before, 0) * s.part)::bigint as step_cents,
      sum(greatest(ceil((s.included - s.included_before) * s.calls_part) - s.used_before, 0))
        over upto as pool,
      sum(greatest(ceil((s.monthly_quota - s.quota_before) * s.calls_part) - s.used_before, 0))
        over upto as quota_pool,
      sum(s.calls) over upto as reached
    from share s
    window upto as (order by s.sequence)
  ), over_pool as (
    select s.*, max(greatest(s.reached - s.pool, 0)) over (order by s.sequence) as charged_upto
    from step s
  )
  select (row_number() over w)::integer, o.name, o.currency, o.days, o.days_in_month,
    o.price_cents::bigint, o.step_cents, o.price_per_call, o.calls, o.pool::bigint,
    o.quota_pool::bigint,
    (o.charged_upto - lag(o.charged_upto, 1, 0::numeric) over w)::bigint
  from over_pool o
  window w as (order by o.sequence)
  order by o.sequence
$$;
comment on function public.month_terms(uuid, date, boolean) is
  'A subscription''s month by plan: what its price adds, calls that are included up to and with it, '
  'and calls charged under it.';

create function public.charges(
  subscription uuid, month date, from_ledger boolean default false
) returns table (
  "position" integer, kind text, description text, quantity numeric, unit_price numeric,
  amount_cents bigint
)
language sql stable security invoker set search_path = '' as $$
  with term as materialized (select * from public.month_terms(subscription, month, from_ledger)),
  line as (
    select t.turn * 10 as "position", 'plan' as kind,
      format('%s%s, %s of %s days', case when t.turn > 1 then 'Change to ' else '' end,
             t.plan_name, t.days, t.days_in_month) as description,
      1::numeric as quantity, t.step_cents / 100.0 as unit_price, t.step_cents as amount_cents
    from term t where t.turn = 1 or t.step_cents > 0
    union all
    select t.turn * 10 + 1, 'calls', format('Further calls, %s', t.plan_name),
      t.charged_calls, t.price_per_call,
      round(t.charged_calls * t.price_per_call * 100)::bigint
    from term t where t.charged_calls > 0 and t.price_per_call > 0
  )
  select l.* from line l order by l."position"
$$;
comment on function public.charges(uuid, date, boolean) is
  'What a month of a subscription costs so far, line by line, each rounded to the cent once.';

-- Gateways count what one person calls of one listing, so what earlier subscriptions of the month
-- had is added. A cap is turned into calls rounded down: the last one still fits under it.
create function internal.allowed_calls(subscription uuid, month date)
returns table (calls bigint, held_by text)
language sql stable security definer set search_path = '' as $$
  with term as materialized (select * from public.month_terms(subscription, month)),
  last as (select * from term order by turn desc limit 1),
  before as (
    select coalesce(sum(t.charged_calls), 0) as calls,
      coalesce(sum(t.charged_calls * t.price_per_call * 100), 0) as cents
    from term t where t.turn < (select turn from last)
  ), limits as (
    select last.quota, case
      when s.spending_cap_cents is not null and last.price_per_call > 0 then
        last.included + before.calls + greatest(0, floor(
          (s.spending_cap_cents - (select sum(step_cents) from term) - before.cents)
          / (last.price_per_call * 100)))
      end::bigint as capped,
      (select coalesce(sum(public.count_calls(
                o.id, month::timestamp at time zone 'UTC',
                (month + interval '1 month') at time zone 'UTC')), 0)::bigint
       from public.subscriptions o
       where o.listing_id = s.listing_id and o.user_id = s.user_id and o.id <> s.id
         and o.ended_at >= month::timestamp at time zone 'UTC') as earlier
    from last, before, public.subscriptions s
    where s.id = subscription
  )
  select least(l.quota, l.capped) + l.earlier,
    case when l.capped < l.quota then 'spending_cap' else 'monthly_quota' end
  from limits l
$$;

create function internal.this_month() returns date
language sql stable set search_path = '' as $$
  select date_trunc('month', now() at time zone 'UTC')::date
$$;

create function internal.keep_terms() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  minute timestamptz := date_trunc('minute', now());
begin
  if tg_op = 'UPDATE' and new.listing_plan_id = old.next_plan_id and new.next_plan_id is null then
    -- It waited for the month, and begins with it, however late this is noticed.
    minute := internal.this_month()::timestamp at time zone 'UTC';
  end if;
  if tg_op = 'INSERT' or new.status <> 'active' or new.listing_plan_id <> old.listing_plan_id then
    update public.subscription_terms t set ends_at = greatest(minute, t.starts_at)
    where t.subscription_id = new.id and t.ends_at is null;
    if new.status = 'active' then
      insert into public.subscription_terms (subscription_id, listing_plan_id, starts_at)
      values (new.id, new.listing_plan_id,
              case when tg_op = 'INSERT' then date_trunc('minute', new.created_at)
                   else minute end);
    end if;
  end if;
  update public.subscriptions s
  set (monthly_calls, held_by) = (
      select a.calls, a.held_by from internal.allowed_calls(s.id, internal.this_month()) a),
    allowance_month = internal.this_month()
  where s.id = new.id;
  return null;
end
$$;
create trigger subscriptions_terms
  after insert or update of listing_plan_id, status, spending_cap_cents on public.subscriptions
  for each row execute function internal.keep_terms();

drop trigger subscriptions_notify on public.subscriptions;
create trigger subscriptions_notify after update of listing_plan_id, status, monthly_calls
  on public.subscriptions for each row execute function internal.notify_subscription();

-- Those that were there before there were terms.
insert into public.subscription_terms (subscription_id, listing_plan_id, starts_at, ends_at)
select s.id, s.listing_plan_id, date_trunc('minute', s.created_at),
  date_trunc('minute', greatest(s.ended_at, s.created_at)) from public.subscriptions s;
update public.subscriptions s
set (monthly_calls, held_by) = (
    select a.calls, a.held_by from internal.allowed_calls(s.id, internal.this_month()) a),
  allowance_month = internal.this_month();

-- What somebody subscribed to, or who subscribed, with what it came to this month.
create function public.subscription_overview(as_maker boolean default false) returns table (
  subscription_id uuid, listing_id uuid, title text, slug text, endpoint_url text, handle text,
  plan_id uuid, plan_name text, next_plan_name text, price_cents integer, currency text,
  included_calls bigint, price_per_call numeric, status text, created_at timestamptz,
  ended_at timestamptz, spending_cap_cents bigint, monthly_calls bigint, calls bigint,
  errors bigint, last_used_at timestamptz, month_cents bigint
)
language sql stable security invoker set search_path = '' as $$
  select s.id, s.listing_id, l.title, l.slug, l.endpoint_url, who.handle, p.id, p.name, n.name,
    p.price_cents, p.currency, coalesce(p.included_calls, p.monthly_quota), p.price_per_call,
    s.status, s.created_at, s.ended_at, s.spending_cap_cents, s.monthly_calls,
    coalesce(used.calls, 0), coalesce(used.errors, 0), key.last_used_at, coalesce(cost.cents, 0)
  from public.subscriptions s
  join public.listings l on l.id = s.listing_id
  join public.listing_plans p on p.id = s.listing_plan_id
  left join public.listing_plans n on n.id = s.next_plan_id
  left join public.public_profiles who
    on who.id = case when as_maker then s.user_id else s.maker_id end
  left join lateral (
    select sum(d.calls)::bigint as calls, sum(d.errors)::bigint as errors
    from public.api_keys k join public.usage_days d on d.key_id = k.id and d.api_id = k.api_id
    where k.subscription_id = s.id
      and d.day >= date_trunc('month', now() at time zone 'UTC')::date
  ) used on true
  left join lateral (
    select max(k.last_used_at) as last_used_at from public.api_keys k where k.subscription_id = s.id
  ) key on true
  left join lateral (
    select sum(c.amount_cents)::bigint as cents
    from public.charges(s.id, date_trunc('month', now() at time zone 'UTC')::date) c
  ) cost on true
  where case when as_maker then s.maker_id else s.user_id end = (select auth.uid())
  order by s.status, s.created_at desc
  limit 500
$$;
comment on function public.subscription_overview(boolean) is
  'One''s own subscriptions, or those of others to one''s listings.';

-- Answers how many; none while the ledger of that month is not rolled up whole.
create function internal.close_month(month date) returns integer
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
declare
  until timestamptz := (month + interval '1 month') at time zone 'UTC';
  made integer;
begin
  -- Six hours for what a gateway has not shipped yet.
  if until + interval '6 hours' > now() or exists (select from internal.usage_marks m where m.minute < until) then
    return 0;
  end if;
  with due as (
    select distinct s.id, s.listing_id, s.user_id, s.maker_id, l.title
    from public.subscription_terms t
    join public.subscriptions s on s.id = t.subscription_id
    join public.listings l on l.id = s.listing_id
    where t.starts_at < until
      and coalesce(t.ends_at, 'infinity') > close_month.month::timestamp at time zone 'UTC'
      and not exists (select from public.invoices i
                      where i.subscription_id = s.id and i.month = close_month.month)
  ), billed as (
    select due.*, terms.calls, terms.currency, bill.lines, coalesce(bill.total, 0) as total
    from due
    cross join lateral (
      select sum(t.calls)::bigint as calls, max(t.currency) as currency
      from public.month_terms(due.id, close_month.month) t
    ) terms
    cross join lateral (
      select jsonb_agg(to_jsonb(c) order by c."position") as lines,
        sum(c.amount_cents)::bigint as total
      from public.charges(due.id, close_month.month) c
    ) bill
  )
  insert into public.invoices (number, subscription_id, listing_id, user_id, maker_id, title,
                               month, currency, calls, lines, total_cents, status)
  select 'INV-' || to_char(close_month.month, 'YYYYMM') || '-'
      || lpad(nextval('internal.invoice_numbers')::text, 6, '0'),
    b.id, b.listing_id, b.user_id, b.maker_id, b.title, close_month.month, b.currency, b.calls,
    b.lines, b.total, case when b.total = 0 then 'free_of_charge' else 'unpaid' end
  from billed b
  where b.calls > 0 or b.total > 0
  on conflict (subscription_id, month) do nothing;
  get diagnostics made = row_count;
  return made;
end
$$;

-- A new month: plans that waited for it, and allowances anew. Answers how many.
create function internal.turn_month() returns integer
language plpgsql security definer set search_path = '' as $$
declare
  turned integer;
begin
  update public.subscriptions s
  set listing_plan_id = coalesce(s.next_plan_id, s.listing_plan_id), next_plan_id = null
  where s.status = 'active' and s.allowance_month < internal.this_month();
  get diagnostics turned = row_count;
  return turned;
end
$$;

alter table public.subscription_terms enable row level security;
alter table public.subscription_terms force row level security;
alter table public.invoices enable row level security;
alter table public.invoices force row level security;
alter table public.invoice_payments enable row level security;
alter table public.invoice_payments force row level security;
alter table internal.payment_customers enable row level security;
alter table internal.payment_customers force row level security;
alter table internal.payment_events enable row level security;
alter table internal.payment_events force row level security;
revoke all on public.subscription_terms, public.invoices, public.invoice_payments
  from anon, authenticated;
grant all on public.subscription_terms, public.invoices, public.invoice_payments to service_role;
grant select on public.subscription_terms, public.invoices, public.invoice_payments
  to authenticated;
create policy "terms of subscriptions one sees" on public.subscription_terms
  for select to authenticated
  using (subscription_id in (select id from public.subscriptions));
create policy "invoices one pays, and of own listings" on public.invoices
  for select to authenticated
  using (user_id = (select auth.uid()) or maker_id = (select auth.uid()));
create policy "payments of own invoices" on public.invoice_payments
  for select to authenticated using (user_id = (select auth.uid()));
create policy "platform only" on internal.payment_customers
  for all to service_role using (true) with check (true);
create policy "platform only" on internal.payment_events
  for all to service_role using (true) with check (true);

-- A maker sees who subscribed, by what is public of them.
-- Apart, because visitors may not even ask who subscribed.
alter policy "people of the marketplace, and oneself" on public.public_profiles to anon
  using (id in (select user_id from public.listings where status = 'published')
         or id in (select user_id from public.reviews));
alter policy "people of the marketplace, and oneself" on public.public_profiles
  rename to "people of the marketplace";
create policy "people of the marketplace, subscribers of own listings, and oneself"
  on public.public_profiles for select to authenticated
  using (id = (select auth.uid())
         or id in (select user_id from public.listings where status = 'published')
         or id in (select user_id from public.reviews)
         or id in (select user_id from public.subscriptions where maker_id = (select auth.uid())));
revoke all on function public.count_calls(uuid, timestamptz, timestamptz, boolean),
  public.month_terms(uuid, date, boolean), public.charges(uuid, date, boolean),
  public.subscription_overview(boolean) from public, anon;
grant execute on function public.count_calls(uuid, timestamptz, timestamptz, boolean),
  public.month_terms(uuid, date, boolean), public.charges(uuid, date, boolean),
  public.subscription_overview(boolean) to authenticated, service_role;
