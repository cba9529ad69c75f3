-- name: turn_month
select internal.turn_month();

-- name: close_month
select internal.close_month($1);

-- name: first_month
select date_trunc('month', min(t.starts_at) at time zone 'UTC')::date
from public.subscription_terms t;

-- name: unsent
select i.id, i.number, i.user_id, i.title, i.month, i.currency, i.lines, i.total_cents,
  p.handle, c.reference as customer
from public.invoices i
left join public.profiles p on p.id = i.user_id
left join internal.payment_customers c on c.user_id = i.user_id and c.provider = $1
where i.status = 'unpaid'
order by i.created_at limit $2;

-- name: put_customer
insert into internal.payment_customers (user_id, provider, reference) values ($1, $2, $3)
on conflict (user_id, provider) do nothing;

-- name: put_payment
insert into public.invoice_payments (invoice_id, user_id, provider, reference, url)
values ($1, $2, $3, $4, $5)
on conflict (invoice_id) do nothing;

-- name: mark_sent
update public.invoices set status = 'sent' where id = $1 and status = 'unpaid';

-- name: note_event
-- No row for one that was seen.
insert into internal.payment_events (provider, event_id, kind, invoice_id)
select $1, $2, $3, (select invoice_id from public.invoice_payments
                    where provider = $1 and reference = $4)
on conflict do nothing
returning invoice_id;

-- name: settle
-- Paid and void are ends: what arrives later, or out of order, does not undo them.
update public.invoices
set status = $2, paid_at = case when $2 = 'paid' then now() end
where id = $1 and status in ('unpaid', 'sent', 'failed');
