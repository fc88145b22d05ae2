-- name: add_switch
INSERT INTO kernel.switch (scope, is_on, person, account, channel, reason)
VALUES (%(scope)s, %(is_on)s, %(person)s, %(account)s, %(channel)s, %(reason)s);

-- name: switches_off
-- What is stopped now, the widest first, with the name of whoever stopped it.
SELECT o.scope, o.person, COALESCE(p.name, o.person) AS name, o.reason, o.set_at
  FROM kernel.off o LEFT JOIN public.profile p ON p.person = o.person
 ORDER BY o.scope <> 'everything', o.set_at, o.scope;

-- name: stopped_by
-- Which of these scopes are off.
SELECT o.scope, o.person, COALESCE(p.name, o.person) AS name, o.reason, o.set_at
  FROM kernel.off o LEFT JOIN public.profile p ON p.person = o.person
 WHERE o.scope = ANY (%(scopes)s) ORDER BY o.scope <> 'everything', o.set_at, o.scope;

-- name: switch_history
-- Who switched what, the latest first.
SELECT s.scope, s.is_on, s.person, COALESCE(p.name, s.person) AS name, s.reason, s.set_at
  FROM kernel.switch s LEFT JOIN public.profile p ON p.person = s.person ORDER BY s.id DESC LIMIT 20;

-- name: latest_switches
-- How each scope stands that was ever switched.
SELECT DISTINCT ON (s.scope) s.scope, s.is_on, s.person, COALESCE(p.name, s.person) AS name, s.reason, s.set_at
  FROM kernel.switch s LEFT JOIN public.profile p ON p.person = s.person ORDER BY s.scope, s.id DESC;

-- name: held_by_switches
-- How many approved or permitted actions wait for a switch.
SELECT count(DISTINCT s.action) FROM kernel.stopped s
 WHERE NOT EXISTS (SELECT FROM kernel.fate f WHERE f.action = s.action)
   AND (EXISTS (SELECT FROM kernel."authorization" z WHERE z.action = s.action)
        OR EXISTS (SELECT FROM kernel.decision d WHERE d.action = s.action AND d.verdict = 'approve'));

-- name: wake_what_was_stopped
-- What waited for a switch that is on again, and for no other: since the stop, and shortly before it.
INSERT INTO public.procrastinate_jobs (queue_name, task_name, args)
SELECT CASE due.stop WHEN 'execute' THEN 'executor' ELSE 'desk' END, due.stop, jsonb_build_object('id', due.action)
  FROM (SELECT z.action, CASE WHEN z.expires_at > clock_timestamp() THEN 'execute' ELSE 'restage' END AS stop
          FROM kernel."authorization" z
         WHERE z.authorized_at > %(since)s::timestamptz - interval '2 hours' AND z.not_before <= clock_timestamp()
         UNION
        SELECT d.action, 'authorize' FROM kernel.decision d
         WHERE d.decided_at > %(since)s::timestamptz - interval '1 hour' AND d.verdict = 'approve'
           AND NOT EXISTS (SELECT FROM kernel."authorization" z WHERE z.action = d.action)) due
  JOIN kernel.assessment m ON m.action = due.action
 WHERE %(scope)s::text IN ('everything', 'connector:' || m.connector, 'category:' || m.type,
                     'category:' || m.type || '/' || m.tier)
   AND NOT EXISTS (SELECT FROM kernel.fate f WHERE f.action = due.action)
   AND NOT EXISTS (SELECT FROM kernel.stopped s WHERE s.action = due.action);

-- name: held_up
-- Whether its permission ran out while it was stopped.
SELECT EXISTS (SELECT FROM kernel.held_up h WHERE h.action = %(action)s);

-- name: systems_behind
-- What people call the systems that a connected app reaches, in the company's own order; else what its declaration says.
WITH f AS (
  SELECT v.file FROM kernel.policy_version v JOIN kernel.adoption d ON d.policy_version = v.number
   ORDER BY v.number DESC LIMIT 1),
behind AS (
  SELECT s->>'name' AS name, n FROM f CROSS JOIN LATERAL jsonb_array_elements(f.file->'systems') WITH ORDINALITY AS e (s, n)
   WHERE s->>'connector' = %(connector)s)
SELECT name, n FROM behind
 UNION ALL
SELECT c.settings->'declaration'->>'name', 0 FROM public.connector c
 WHERE c.name = %(connector)s AND c.settings->'declaration'->>'name' IS NOT NULL AND NOT EXISTS (SELECT FROM behind)
 ORDER BY 2;
