-- name: now
-- The one clock.
SELECT clock_timestamp();

-- name: lock
-- Waits for every other transaction on the same action or ticket, then tells the time.
SELECT clock_timestamp() AS at FROM (SELECT pg_advisory_xact_lock(hashtextextended(%(key)s, 0))) AS held;

-- name: lock_review
-- The same lock, that of the action under a review; no row where there is no such review.
SELECT clock_timestamp() AS at FROM (
  SELECT pg_advisory_xact_lock(hashtextextended('action:' || r.action::text, 0))
    FROM kernel.review r WHERE r.number = %(review)s) AS held;

-- name: wake
-- A wake-up: one row id for one stop of the road. It carries no authority.
INSERT INTO procrastinate_jobs (queue_name, task_name, args, scheduled_at)
VALUES (%(queue)s, %(stop)s, jsonb_build_object('id', %(id)s::text), %(at)s);

-- name: wake_once
-- A wake-up that is skipped while one of the same name waits; the sweep strikes often.
INSERT INTO procrastinate_jobs (queue_name, task_name, args, queueing_lock)
VALUES (%(queue)s, %(stop)s, jsonb_build_object('id', %(id)s::text), %(only)s)
ON CONFLICT DO NOTHING;

-- name: next_wake_up
-- Forgets a wake-up that is done and takes the next, in one commit that nobody waits for. It is the worker's until
-- it is done, so that it comes back when the worker dies.
SELECT n.id, n.stop, n.target AS row
  FROM set_config('synchronous_commit', 'off', true) hasty,
       public.next_wake_up(%(done)s, %(worker)s, %(queue)s) n;

-- name: forget_wake_up
DELETE FROM public.procrastinate_jobs WHERE id = %(job)s AND worker_id = %(worker)s;

-- name: wake_up_failed
UPDATE public.procrastinate_jobs SET status = 'failed', attempts = attempts + 1 WHERE id = %(job)s AND status = 'doing';

-- name: event
-- The audit outbox, written in the transaction of the change it tells of.
INSERT INTO kernel.event (name, actor, ticket, action, detail)
VALUES (%(name)s, %(actor)s, %(ticket)s, %(action)s, %(detail)s);

-- name: look_only
-- From here on this transaction sees one moment and writes nothing; the first statement of it.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
