-- name: granted
-- Access for a time: one grant, those of one ticket, or all; what is due first, with the latest try to take it back.
SELECT g.action, g.ticket, g.type, g.beneficiary, COALESCE(p.name, g.beneficiary) AS name, g.hours, g.since, g.due_at,
       g.due_at <= clock_timestamp() AS due, g.due_at < clock_timestamp() - interval '2 minutes' AS overdue,
       t.id AS tried, t.staged_at AS tried_at, s.state AS taking_back
  FROM kernel.granted g LEFT JOIN public.profile p ON p.person = g.beneficiary
  LEFT JOIN LATERAL (SELECT b.id, b.staged_at FROM kernel.action b JOIN kernel."authorization" z
                         ON z.action = b.id AND z.basis = 'term'
                      WHERE b.undoes = g.action ORDER BY b.staged_at DESC LIMIT 1) t ON true
  LEFT JOIN kernel.action_state s ON s.action = t.id
 WHERE (%(action)s::uuid IS NULL OR g.action = %(action)s) AND (%(ticket)s::bigint IS NULL OR g.ticket = %(ticket)s)
 ORDER BY g.due_at, g.action;

-- name: held_for_a_time
-- Whether somebody holds for a time what a new grant of the same would give.
SELECT EXISTS (SELECT FROM kernel.granted g WHERE g.type = %(type)s AND g.connector = %(connector)s
                  AND g.target = %(target)s AND g.beneficiary = %(beneficiary)s);

-- name: opens_for_a_time
-- Zones that somebody's badge opens for a time, which ends later.
SELECT DISTINCT jsonb_array_elements_text(kernel.ends_of(a.canonical)) AS zone
  FROM kernel.granted g JOIN kernel.action a ON a.id = g.action
 WHERE g.type = 'badge.set_zones' AND g.beneficiary = %(person)s ORDER BY zone;

-- name: wake_its_end
-- Wake the desk when the time of a grant is over, or so many hours before; it looks at the rows then.
INSERT INTO public.procrastinate_jobs (queue_name, task_name, args, scheduled_at)
SELECT 'desk', 'lapse', jsonb_build_object('id', a.id),
       clock_timestamp() + (kernel.hours_of(a.canonical) - %(before)s) * interval '1 hour'
  FROM kernel.action a JOIN kernel.takes_back i ON i.gives = a.type
 WHERE a.id = %(action)s AND kernel.hours_of(a.canonical) IS NOT NULL;

-- name: add_ending
INSERT INTO kernel.ending (action, why, person) VALUES (%(action)s, %(why)s, %(person)s) ON CONFLICT DO NOTHING;

-- name: overdue_access
-- How much access for a time should have ended more than two minutes ago.
SELECT count(*) FROM kernel.granted g WHERE g.due_at < clock_timestamp() - interval '2 minutes';
