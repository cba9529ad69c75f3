-- Log lines arrive from runtimes; how far each one's are stored is moved in the same transaction.

alter table public.api_logs add column revision integer;
comment on table public.api_logs is
  'What Apis print, some seconds later: at most 20 lines a second and 10,000 an Api are kept.';
create index api_logs_request_id on public.api_logs (api_id, request_id)
  where request_id is not null;

create table internal.log_positions (
  source text primary key check (length(source) between 1 and 100),
  epoch text not null,
  last bigint not null
);
comment on table internal.log_positions is 'Lines of a runtime up to this one are in api_logs.';
alter table internal.log_positions enable row level security;
alter table internal.log_positions force row level security;
create policy "platform only" on internal.log_positions
  for all to service_role using (true) with check (true);
