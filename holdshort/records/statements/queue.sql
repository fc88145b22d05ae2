-- How these lists stay fast beside a long history: each walks one index to its rows in order, looks at a row's
-- further facts one by one (a sub-select in brackets is never turned into a join over everything), and counts no
-- further than `counted`. The time is a sub-select too, so that it can bound the walk. What waits for one person is
-- found on the walk over what waits at all: their panels are read once, and whoever is rarely asked waits for little.

-- name: open_for
-- Reviews that wait for this person, those that end first at the top.
WITH found AS MATERIALIZED (
    SELECT r.number, r.expires_at
      FROM (SELECT r.number, r.action, r.expires_at FROM kernel.review r
             WHERE r.expires_at >= (SELECT clock_timestamp())
               AND (r.panel IN (SELECT s.panel FROM kernel.seat s WHERE s.person = %(person)s)
                    OR r.number IN (SELECT g.review FROM kernel.assignment g
                                     WHERE g.person = %(person)s AND g.expires_at >= (SELECT clock_timestamp())))
             ORDER BY r.expires_at, r.number OFFSET 0) r
     WHERE NOT COALESCE((SELECT true FROM kernel.fate f WHERE f.action = r.action), false)
       AND NOT COALESCE((SELECT true FROM kernel."authorization" z WHERE z.action = r.action), false)
       AND NOT COALESCE((SELECT true FROM kernel.settlement s WHERE s.action = r.action AND s.result = 'done'), false)
       AND NOT COALESCE((SELECT true FROM kernel.decision d WHERE d.review = r.number AND d.person = %(person)s
               AND d.verdict IN ('approve', 'change', 'reject') LIMIT 1), false)
       AND (%(search)s = '' OR (SELECT true FROM kernel.action a LEFT JOIN public.profile p ON p.person = a.requester
             WHERE a.id = r.action AND (a.ticket::text = %(search)s OR p.name ILIKE %(like)s OR a.type ILIKE %(like)s
                OR kernel.target_of(a.canonical) ILIKE %(like)s)))
     ORDER BY r.expires_at, r.number LIMIT %(counted)s)
SELECT number, (SELECT count(*) FROM found) AS total FROM found
 ORDER BY expires_at, number LIMIT %(limit)s OFFSET %(offset)s;

-- name: open_here
-- Reviews that wait for anybody, as far as this person may see them.
WITH found AS MATERIALIZED (
    SELECT r.number, r.expires_at
      FROM kernel.review r
     WHERE r.expires_at >= (SELECT clock_timestamp())
       AND NOT COALESCE((SELECT true FROM kernel.fate f WHERE f.action = r.action), false)
       AND NOT COALESCE((SELECT true FROM kernel."authorization" z WHERE z.action = r.action), false)
       AND NOT COALESCE((SELECT true FROM kernel.settlement s WHERE s.action = r.action AND s.result = 'done'), false)
       AND ((SELECT t.private_to IS NULL OR t.private_to = ANY(%(contexts)s)
               FROM kernel.action a JOIN public.ticket t ON t.number = a.ticket WHERE a.id = r.action)
            OR (SELECT true FROM kernel.asked g WHERE g.review = r.number AND g.person = %(person)s))
       AND (%(search)s = '' OR (SELECT true FROM kernel.action a LEFT JOIN public.profile p ON p.person = a.requester
             WHERE a.id = r.action AND (a.ticket::text = %(search)s OR p.name ILIKE %(like)s OR a.type ILIKE %(like)s
                OR kernel.target_of(a.canonical) ILIKE %(like)s)))
     ORDER BY r.expires_at, r.number LIMIT %(counted)s)
SELECT number, (SELECT count(*) FROM found) AS total FROM found
 ORDER BY expires_at, number LIMIT %(limit)s OFFSET %(offset)s;

-- name: past_for
-- Reviews that this person was asked and that are closed, or all of them, the latest first.
WITH found AS MATERIALIZED (
    SELECT r.number, r.expires_at
      FROM (SELECT r.number, r.action, r.expires_at FROM kernel.review r
             WHERE r.panel IN (SELECT s.panel FROM kernel.seat s WHERE s.person = %(person)s)
                OR r.number IN (SELECT g.review FROM kernel.assignment g WHERE g.person = %(person)s)
             ORDER BY r.expires_at DESC, r.number DESC OFFSET 0) r
     WHERE (%(state)s = 'all' OR r.expires_at < clock_timestamp()
            OR (SELECT true FROM kernel.fate f WHERE f.action = r.action)
            OR (SELECT true FROM kernel.settlement s WHERE s.action = r.action AND s.result = 'done')
            OR (SELECT true FROM kernel."authorization" z WHERE z.action = r.action))
       AND (%(search)s = '' OR (SELECT true FROM kernel.action a LEFT JOIN public.profile p ON p.person = a.requester
             WHERE a.id = r.action AND (a.ticket::text = %(search)s OR p.name ILIKE %(like)s OR a.type ILIKE %(like)s
                OR kernel.target_of(a.canonical) ILIKE %(like)s)))
     ORDER BY r.expires_at DESC, r.number DESC LIMIT %(counted)s)
SELECT number, (SELECT count(*) FROM found) AS total FROM found
 ORDER BY expires_at DESC, number DESC LIMIT %(limit)s OFFSET %(offset)s;

-- name: past_here
-- The same, whoever was asked.
WITH found AS MATERIALIZED (
    SELECT r.number, r.expires_at
      FROM kernel.review r
     WHERE (%(state)s = 'all' OR r.expires_at < clock_timestamp()
            OR (SELECT true FROM kernel.fate f WHERE f.action = r.action)
            OR (SELECT true FROM kernel.settlement s WHERE s.action = r.action AND s.result = 'done')
            OR (SELECT true FROM kernel."authorization" z WHERE z.action = r.action))
       AND ((SELECT t.private_to IS NULL OR t.private_to = ANY(%(contexts)s)
               FROM kernel.action a JOIN public.ticket t ON t.number = a.ticket WHERE a.id = r.action)
            OR (SELECT true FROM kernel.asked g WHERE g.review = r.number AND g.person = %(person)s))
       AND (%(search)s = '' OR (SELECT true FROM kernel.action a LEFT JOIN public.profile p ON p.person = a.requester
             WHERE a.id = r.action AND (a.ticket::text = %(search)s OR p.name ILIKE %(like)s OR a.type ILIKE %(like)s
                OR kernel.target_of(a.canonical) ILIKE %(like)s)))
     ORDER BY r.expires_at DESC, r.number DESC LIMIT %(counted)s)
SELECT number, (SELECT count(*) FROM found) AS total FROM found
 ORDER BY expires_at DESC, number DESC LIMIT %(limit)s OFFSET %(offset)s;

-- name: listed_reviews
-- What a list shows of these reviews, in the order given.
SELECT r.number, r.action, a.type, a.ticket, a.requester, p.name AS requester_name, a.version, s.tier, s.mode,
       s.hands, r.opened_at, r.expires_at, a.canonical, g.why, g.rank,
       CASE WHEN s.needed > (SELECT count(*) FROM kernel.asked n WHERE n.review = r.number)
            THEN COALESCE(r.fault, '') ELSE '' END AS fault
  FROM unnest(%(numbers)s::bigint[]) WITH ORDINALITY AS listed (number, place)
  JOIN kernel.review r ON r.number = listed.number
  JOIN kernel.action a ON a.id = r.action
  JOIN kernel.assessment s ON s.action = a.id
  LEFT JOIN public.profile p ON p.person = a.requester
  LEFT JOIN LATERAL (SELECT g.why, g.rank FROM kernel.asked g
                      WHERE g.review = r.number AND g.person = %(person)s LIMIT 1) g ON true
 ORDER BY listed.place;

-- name: standing_of_reviews
-- Where the actions of these reviews stand, and whether each can still be answered.
SELECT r.number, v.state,
       CASE WHEN v.state = 'waiting' AND r.expires_at >= clock_timestamp() THEN 'open' ELSE 'closed' END AS standing
  FROM kernel.review r
  JOIN LATERAL (SELECT v.state FROM kernel.action_state v WHERE v.action = r.action OFFSET 0) v ON true
 WHERE r.number = ANY(%(numbers)s);

-- name: ticket_list
-- Tickets that a person may see, newest first; `everybody` for those who work here.
WITH found AS MATERIALIZED (
    SELECT t.number
      FROM public.ticket t
     WHERE (%(everybody)s OR t.requester = %(person)s)
       AND (t.private_to IS NULL OR t.requester = %(person)s OR t.private_to = ANY(%(contexts)s))
       AND (%(stands)s = '' OR %(stands)s = (
             SELECT u.kind FROM public.turn u WHERE u.ticket = t.number ORDER BY u.id DESC LIMIT 1))
       AND (%(search)s = '' OR t.number::text = %(search)s
            OR (SELECT p.name ILIKE %(like)s FROM public.profile p WHERE p.person = t.requester)
            OR (SELECT true FROM public.message m WHERE m.ticket = t.number
                   AND to_tsvector('simple', m.subject || ' ' || m.body) @@ plainto_tsquery('simple', %(search)s) LIMIT 1))
     ORDER BY t.number DESC LIMIT %(counted)s)
SELECT t.number, t.requester, p.name AS requester_name, t.opened_at, t.channel, u.kind AS stands, u.at AS turned_at,
       EXISTS (SELECT FROM kernel.action a
                WHERE a.ticket = t.number AND 'waiting' = (
                      SELECT s.state FROM kernel.action_state s WHERE s.action = a.id)) AS waits,
       (SELECT COALESCE(NULLIF(m.subject, ''), left(m.body, 120)) FROM public.message m
         WHERE m.ticket = t.number ORDER BY m.id LIMIT 1) AS subject,
       (SELECT count(*) FROM found) AS total
  FROM (SELECT number FROM found ORDER BY number DESC LIMIT %(limit)s OFFSET %(offset)s) AS page
  JOIN public.ticket t ON t.number = page.number
  JOIN LATERAL (SELECT u.kind, u.at FROM public.turn u WHERE u.ticket = t.number ORDER BY u.id DESC LIMIT 1) u ON true
  LEFT JOIN public.profile p ON p.person = t.requester
 ORDER BY t.number DESC;

-- name: by_hand_list
-- What people must do, or must look at because the program could not tell.
WITH open AS MATERIALIZED (
    SELECT f.action FROM kernel.fate f
     WHERE f.kind = 'by_hand' AND NOT EXISTS (SELECT FROM kernel.report h WHERE h.action = f.action)
    UNION
    SELECT o.action FROM kernel.outcome o
     WHERE o.kind IN ('unknown', 'mismatch') AND NOT EXISTS (SELECT FROM kernel.finding fi WHERE fi.action = o.action))
SELECT a.id AS action, a.type, a.ticket, a.canonical, st.state, f.person, f.turned_at, o.reason, o.at AS settled_at
  FROM open
  JOIN kernel.action a ON a.id = open.action
  JOIN LATERAL (SELECT v.state FROM kernel.action_state v WHERE v.action = a.id OFFSET 0) st
    ON st.state IN ('by_hand', 'unknown', 'mismatch')
  LEFT JOIN kernel.fate f ON f.action = a.id
  LEFT JOIN kernel.outcome o ON o.action = a.id
 ORDER BY f.turned_at DESC LIMIT 200;

-- name: recent_runs
-- What ran, or is about to run, without a person in the last day.
SELECT a.id AS action, a.type, a.ticket, a.canonical, st.state, z.not_before, o.at AS settled_at
  FROM kernel."authorization" z
  JOIN kernel.action a ON a.id = z.action
  JOIN LATERAL (SELECT v.state FROM kernel.action_state v WHERE v.action = a.id OFFSET 0) st ON true
  LEFT JOIN kernel.outcome o ON o.action = a.id
 WHERE z.basis = 'policy' AND z.authorized_at > %(since)s
 ORDER BY z.authorized_at DESC LIMIT 200;

-- name: standing_list
-- What every category has earned, by its latest row.
SELECT DISTINCT ON (category) category, phase, granted, basis, since FROM kernel.standing
 ORDER BY category, id DESC;

-- name: record_of_confidence
-- How often people agreed when the agent was about this sure of this type of action, among the latest answers.
SELECT count(*) FILTER (WHERE d.verdict = 'approve') AS right, count(*) AS of
  FROM (SELECT * FROM kernel.decision WHERE verdict IN ('approve', 'change', 'reject')
         ORDER BY decided_at DESC LIMIT %(latest)s) d
  JOIN LATERAL (SELECT a.type, a.proposal FROM kernel.action a WHERE a.id = d.action OFFSET 0) a ON a.type = %(type)s
  JOIN LATERAL (SELECT p.confidence FROM kernel.proposal p WHERE p.id = a.proposal OFFSET 0) p
    ON p.confidence BETWEEN %(low)s AND %(high)s;

-- name: precedents
-- The latest decisions about the same type of action on the same target.
SELECT d.person, p.name, d.verdict, d.reason_code, d.decided_at, a.id AS action, a.beneficiary
  FROM kernel.decision d JOIN kernel.action a ON a.id = d.action LEFT JOIN public.profile p ON p.person = d.person
 WHERE a.type = %(type)s AND a.connector = %(connector)s AND a.id <> %(action)s
   AND hashtext(kernel.target_of(a.canonical)) = hashtext(%(target)s)
   AND kernel.target_of(a.canonical) = %(target)s
   AND d.verdict IN ('approve', 'change', 'reject')
 ORDER BY d.decided_at DESC LIMIT 5;

-- name: events_of_action
-- Every event about an action with its position in the log.
SELECT e.id, e.at, e.name, e.actor, p.name AS actor_name, e.login_role, e.detail, l.position
  FROM kernel.event e LEFT JOIN kernel.log l ON l.event = e.id LEFT JOIN public.profile p ON p.person = e.actor
 WHERE e.action = %(action)s ORDER BY e.id;
