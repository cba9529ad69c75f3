-- A demo: two makers, an Api each, one of them listed, subscribed to and reviewed, and two weeks of
-- calls. `supabase db push --include-seed` or `psql -f supabase/seed.sql` puts it into a database;
-- nothing does by itself. Safe to repeat. The plans are not here: they are a migration, because an
-- instance without plans cannot work.

begin;

insert into public.profiles (id, handle, plan_id) values
  ('00000000-0000-4000-8000-00000000de01', 'demo-ada', 'pro'),
  ('00000000-0000-4000-8000-00000000de02', 'demo-lin', 'free')
on conflict (id) do nothing;
update public.public_profiles set display_name = 'Ada (demo)', bio = 'Small tools for text.'
where id = '00000000-0000-4000-8000-00000000de01';

insert into public.apis (id, user_id, name, slug, prompt, description, endpoint_url) values
  ('00000000-0000-4000-8000-00000000dea1', '00000000-0000-4000-8000-00000000de01',
   'Text statistics', 'demo-text-statistics', 'Count words, characters and sentences of a text',
   'Counts words, characters and sentences.',
   'http://127.0.0.1:8080/00000000-0000-4000-8000-00000000dea1'),
  ('00000000-0000-4000-8000-00000000dea2', '00000000-0000-4000-8000-00000000de02',
   'Temperature converter', 'demo-temperature', 'Convert between Celsius and Fahrenheit',
   'Celsius to Fahrenheit and back.',
   'http://127.0.0.1:8080/00000000-0000-4000-8000-00000000dea2')
on conflict do nothing;

insert into public.revisions (id, api_id, number, source, prompt, model, openapi) values
  ('00000000-0000-4000-8000-00000000deb1', '00000000-0000-4000-8000-00000000dea1', 1,
$python$import re

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI(title="Text statistics")


class Text(BaseModel):
    text: str


@app.post("/statistics")
def statistics(body: Text) -> dict[str, int]:
    """Words, characters and sentences of a text."""
    return {
        "words": len(body.text.split()),
        "characters": len(body.text),
        "sentences": len(re.findall(r"[.!?]+(?:\s|$)", body.text)),
    }
$python$, 'Count words, characters and sentences of a text', 'recipes', null),
  ('00000000-0000-4000-8000-00000000deb2', '00000000-0000-4000-8000-00000000dea2', 1,
$python$from fastapi import FastAPI

app = FastAPI(title="Temperature converter")


@app.get("/fahrenheit")
def fahrenheit(celsius: float) -> dict[str, float]:
    """Celsius to Fahrenheit."""
    return {"fahrenheit": celsius * 9 / 5 + 32}


@app.get("/celsius")
def celsius(fahrenheit: float) -> dict[str, float]:
    """Fahrenheit to Celsius."""
    return {"celsius": (fahrenheit - 32) * 5 / 9}
$python$, 'Convert between Celsius and Fahrenheit', 'recipes', null)
on conflict do nothing;

-- The deployer finds these and starts them, as any other.
insert into public.deployments (id, api_id, revision_id, backend) values
  ('00000000-0000-4000-8000-00000000dec1', '00000000-0000-4000-8000-00000000dea1',
   '00000000-0000-4000-8000-00000000deb1', 'fork'),
  ('00000000-0000-4000-8000-00000000dec2', '00000000-0000-4000-8000-00000000dea2',
   '00000000-0000-4000-8000-00000000deb2', 'fork')
on conflict do nothing;
update public.apis set current_revision_id = '00000000-0000-4000-8000-00000000deb1'
where id = '00000000-0000-4000-8000-00000000dea1' and current_revision_id is null;

insert into public.listings (id, api_id, title, summary, description, category, tags) values
  ('00000000-0000-4000-8000-00000000ded1', '00000000-0000-4000-8000-00000000dea1',
   'Text statistics', 'Words, characters and sentences of any text.',
   'Send a text, get its counts. Nothing is stored.', 'text', '{text,counting}')
on conflict do nothing;
insert into public.listing_plans
  (id, listing_id, name, description, requests_per_second, burst, monthly_quota, price_cents,
   position)
values
  ('00000000-0000-4000-8000-00000000dee1', '00000000-0000-4000-8000-00000000ded1', 'Free',
   'To try it.', 2, 5, 1000, 0, 0),
  ('00000000-0000-4000-8000-00000000dee2', '00000000-0000-4000-8000-00000000ded1', 'Steady',
   'For a small product.', 20, 40, 100000, 900, 1)
on conflict do nothing;
update public.listings set status = 'published'
where id = '00000000-0000-4000-8000-00000000ded1' and status = 'draft';
insert into public.subscriptions (id, listing_id, listing_plan_id, user_id) values
  ('00000000-0000-4000-8000-00000000def1', '00000000-0000-4000-8000-00000000ded1',
   '00000000-0000-4000-8000-00000000dee1', '00000000-0000-4000-8000-00000000de02')
on conflict do nothing;
insert into public.reviews (listing_id, user_id, rating, body) values
  ('00000000-0000-4000-8000-00000000ded1', '00000000-0000-4000-8000-00000000de02', 5,
   'Does what it says, fast.')
on conflict do nothing;

-- Two weeks, the same whenever it is run on one day: every id is made of its number.
insert into public.usage_events
  (id, at, api_id, key_id, revision, status, duration_us, request_bytes, response_bytes)
select ('00000000-0000-4000-9000-' || lpad(to_hex(n), 12, '0'))::uuid,
  date_trunc('day', now(), 'UTC') - n * interval '7 minutes',
  '00000000-0000-4000-8000-00000000dea1', '00000000-0000-4000-8000-00000000def9', 1,
  case when n % 97 = 0 then 500 when n % 23 = 0 then 422 else 200 end,
  800 + (n * 7919) % 4000, 120, 60
from generate_series(1, 2880) n
on conflict do nothing;

commit;
