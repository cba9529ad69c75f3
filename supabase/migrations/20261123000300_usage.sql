-- The usage ledger: one row a metered call, and how far each gateway's segment files are shipped.

create table public.usage_events (
  id uuid not null,
  at timestamptz not null,
  -- No foreign keys: a call stays in the ledger when its Api or Key is gone.
  api_id uuid not null,
  key_id uuid not null,
  revision integer not null,
  status smallint not null check (status between 100 and 599),
  duration_us bigint not null check (duration_us >= 0),
  request_bytes bigint not null check (request_bytes >= 0),
  response_bytes bigint not null check (response_bytes >= 0),
  primary key (id, at)
) partition by range (at);
create index usage_events_api_id on public.usage_events (api_id, at);

-- The net below the partitions: a row never fails for want of one.
create table internal.usage_events_default partition of public.usage_events default;
alter table internal.usage_events_default enable row level security;
alter table internal.usage_events_default force row level security;

create function internal.ensure_usage_partition(day date) returns void
language plpgsql security definer set search_path = '' as $$
declare
  partition text := 'usage_events_' || to_char(day, 'YYYYMMDD');
  -- A day of UTC, whatever the session's time zone.
  start timestamptz := day::timestamp at time zone 'UTC';
  stop timestamptz := (day + 1)::timestamp at time zone 'UTC';
begin
  if to_regclass('internal.' || partition) is not null then
    return;
  end if;
  -- Two that meet here wait for each other; the second finds it done.
  perform pg_advisory_xact_lock(hashtextextended('apibuilder usage partitions', 0));
  if to_regclass('internal.' || partition) is not null then
    return;
  end if;
  execute format('create table internal.%I (like public.usage_events including defaults '
                 'including constraints)', partition);
  execute format('alter table internal.%I enable row level security', partition);
  execute format('alter table internal.%I force row level security', partition);
  -- Rows that the net caught move in, or attaching would be refused.
  execute format('with moved as (delete from internal.usage_events_default '
                 'where at >= %L and at < %L returning *) '
                 'insert into internal.%I select * from moved', start, stop, partition);
  execute format('alter table public.usage_events attach partition internal.%I '
                 'for values from (%L) to (%L)', partition, start, stop);
end
$$;
revoke all on function internal.ensure_usage_partition(date) from public;

select internal.ensure_usage_partition(day::date)
from generate_series((now() at time zone 'UTC')::date, (now() at time zone 'UTC')::date + 7,
                     interval '1 day') as day;

create table public.usage_segments (
  name text primary key check (length(name) between 1 and 200),
  shipped bigint not null check (shipped >= 0),
  updated_at timestamptz not null default now()
);
comment on column public.usage_segments.shipped is 'Records before this offset are in usage_events.';
create trigger usage_segments_touch before update on public.usage_segments
  for each row execute function internal.touch_updated_at();
