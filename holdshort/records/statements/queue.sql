-- name: review_list
-- Reviews, newest last to be decided first; one page of them, with how many there are. OFFSET 0 lets the state be
-- looked up action by action: as a join it is taken for rare, and every review is compared with every action.
SELECT r.number, r.action, a.type, a.ticket, a.requester, p.name AS requester_name, a.version, s.tier, s.mode,
       s.hands, st.state, r.opened_at, r.expires_at, r.fault, a.canonical, g.why, g.rank,
       CASE WHEN st.state <> 'waiting' THEN 'closed' WHEN r.expires_at < clock_timestamp() THEN 'closed'
            ELSE 'open' END AS standing,
       count(*) OVER () AS total
  FROM kernel.review r
  JOIN kernel.action a ON a.id = r.action
  JOIN kernel.assessment s ON s.action = a.id
  JOIN LATERAL (SELECT v.state FROM kernel.action_state v WHERE v.action = a.id OFFSET 0) st ON true
  LEFT JOIN public.profile p ON p.person = a.requester
  LEFT JOIN kernel.assignment g ON g.review = r.number AND g.person = %(person)s
  JOIN public.ticket t ON t.number = a.ticket
 WHERE (NOT %(mine)s OR g.person IS NOT NULL)
   AND (t.private_to IS NULL OR g.person IS NOT NULL OR t.private_to = ANY(%(contexts)s))
   AND (%(state)s = 'all' OR (st.state = 'waiting' AND r.expires_at >= clock_timestamp()) = (%(state)s = 'open'))
   AND (NOT %(mine)s OR %(state)s <> 'open' OR NOT EXISTS (
         SELECT FROM kernel.decision d WHERE d.review = r.number AND d.person = %(person)s
            AND d.verdict IN ('approve', 'change', 'reject')))
   AND (%(search)s = '' OR p.name ILIKE '%%' || %(search)s || '%%' OR a.type ILIKE '%%' || %(search)s || '%%'
        OR a.ticket::text = %(search)s OR a.target ILIKE '%%' || %(search)s || '%%')
 ORDER BY CASE WHEN %(state)s = 'open' THEN r.expires_at END, r.number DESC
 LIMIT %(limit)s OFFSET %(offset)s;

-- name: ticket_list
-- Tickets that a person may see, newest first; `everybody` for those who work here.
SELECT t.number, t.requester, p.name AS requester_name, t.opened_at, t.channel, u.kind AS stands, u.at AS turned_at,
       (SELECT COALESCE(NULLIF(m.subject, ''), left(m.body, 120)) FROM public.message m
         WHERE m.ticket = t.number ORDER BY m.id LIMIT 1) AS subject,
       count(*) OVER () AS total
  FROM public.ticket t
  JOIN LATERAL (SELECT u.kind, u.at FROM public.turn u WHERE u.ticket = t.number ORDER BY u.id DESC LIMIT 1) u ON true
  LEFT JOIN public.profile p ON p.person = t.requester
 WHERE (%(everybody)s OR t.requester = %(person)s)
   AND (t.private_to IS NULL OR t.requester = %(person)s OR t.private_to = ANY(%(contexts)s))
   AND (%(stands)s = '' OR u.kind = %(stands)s)
   AND (%(search)s = '' OR t.number::text = %(search)s OR p.name ILIKE '%%' || %(search)s || '%%' OR EXISTS (
         SELECT FROM public.message m WHERE m.ticket = t.number
            AND to_tsvector('simple', m.subject || ' ' || m.body) @@ plainto_tsquery('simple', %(search)s)))
 ORDER BY t.number DESC LIMIT %(limit)s OFFSET %(offset)s;

-- name: by_hand_list
-- What people must do, or must look at because the program could not tell.
SELECT a.id AS action, a.type, a.ticket, a.canonical, st.state, f.person, f.turned_at, o.reason, o.at AS settled_at
  FROM kernel.action a
  JOIN kernel.action_state st ON st.action = a.id AND st.state IN ('by_hand', 'unknown', 'mismatch')
  LEFT JOIN kernel.fate f ON f.action = a.id
  LEFT JOIN kernel.outcome o ON o.action = a.id
 ORDER BY f.turned_at DESC LIMIT 200;

-- name: recent_runs
-- What ran, or is about to run, without a person in the last day.
SELECT a.id AS action, a.type, a.ticket, a.canonical, st.state, z.not_before, o.at AS settled_at
  FROM kernel."authorization" z
  JOIN kernel.action a ON a.id = z.action
  JOIN kernel.action_state st ON st.action = a.id
  LEFT JOIN kernel.outcome o ON o.action = a.id
 WHERE z.basis = 'policy' AND z.authorized_at > clock_timestamp() - interval '1 day'
 ORDER BY z.authorized_at DESC LIMIT 200;

-- name: standing_list
-- What every category has earned, by its latest row.
SELECT DISTINCT ON (category) category, phase, granted, basis, since FROM kernel.standing
 ORDER BY category, id DESC;

-- name: record_of_confidence
-- How often people agreed when the agent was at least this sure about this type of action.
SELECT count(*) FILTER (WHERE d.verdict = 'approve') AS right, count(*) AS of
  FROM kernel.decision d JOIN kernel.action a ON a.id = d.action JOIN kernel.proposal p ON p.id = a.proposal
 WHERE a.type = %(type)s AND d.verdict IN ('approve', 'change', 'reject')
   AND p.confidence BETWEEN %(low)s AND %(high)s;

-- name: precedents
-- The latest decisions about the same type of action on the same target.
SELECT d.person, p.name, d.verdict, d.reason_code, d.decided_at, a.id AS action, a.beneficiary
  FROM kernel.decision d JOIN kernel.action a ON a.id = d.action LEFT JOIN public.profile p ON p.person = d.person
 WHERE a.type = %(type)s AND a.connector = %(connector)s AND a.target = %(target)s AND a.id <> %(action)s
   AND d.verdict IN ('approve', 'change', 'reject')
 ORDER BY d.decided_at DESC LIMIT 5;

-- name: events_of_action
-- Every event about an action with its position in the log.
SELECT e.id, e.at, e.name, e.actor, p.name AS actor_name, e.login_role, e.detail, l.position
  FROM kernel.event e LEFT JOIN kernel.log l ON l.event = e.id LEFT JOIN public.profile p ON p.person = e.actor
 WHERE e.action = %(action)s ORDER BY e.id;
