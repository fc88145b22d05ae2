-- name: now
-- The one clock.
SELECT clock_timestamp();

-- name: lock
-- Waits for every other transaction on the same action or ticket, then tells the time.
SELECT clock_timestamp() FROM (SELECT pg_advisory_xact_lock(hashtextextended(%(key)s, 0))) AS held;

-- name: wake
-- A wake-up: one row id for one stop of the road. It carries no authority.
INSERT INTO procrastinate_jobs (queue_name, task_name, args, scheduled_at)
VALUES (%(queue)s, %(stop)s, jsonb_build_object('id', %(id)s::text), %(at)s);

-- name: wake_once
-- A wake-up that is skipped while one of the same name waits; the sweep strikes often.
INSERT INTO procrastinate_jobs (queue_name, task_name, args, queueing_lock)
VALUES (%(queue)s, %(stop)s, jsonb_build_object('id', %(id)s::text), %(only)s)
ON CONFLICT DO NOTHING;

-- name: event
-- The audit outbox, written in the transaction of the change it tells of.
INSERT INTO kernel.event (name, actor, ticket, action, detail)
VALUES (%(name)s, %(actor)s, %(ticket)s, %(action)s, %(detail)s);

-- name: event_returning
-- The same for roles that may read the outbox, when another row must point at the event.
INSERT INTO kernel.event (name, actor, ticket, action, detail)
VALUES (%(name)s, %(actor)s, %(ticket)s, %(action)s, %(detail)s) RETURNING id;
