-- name: insert
insert into public.audit_log (user_id, action, api_id, subject_id, details)
values ($1, $2, $3, $4, $5);
