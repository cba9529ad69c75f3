-- The operator's sign-in, of an id and a password hash that are given. No row when it is there.
with added as (
  insert into auth.users (
    id, aud, role, email, encrypted_password, email_confirmed_at, raw_app_meta_data,
    raw_user_meta_data
  )
  select $1::uuid, 'authenticated', 'authenticated', $2::text, $3::text, now(),
    '{"provider": "email", "providers": ["email"]}',
    jsonb_build_object('sub', $1::uuid, 'email', $2::text, 'email_verified', true, 'handle', $4::text)
  where not exists (select from auth.users where id = $1::uuid)
  on conflict do nothing
  returning id, email, raw_user_meta_data
)
insert into auth.identities (id, provider, provider_id, user_id, identity_data)
select gen_random_uuid(), 'email', id::text, id, raw_user_meta_data from added
returning user_id
