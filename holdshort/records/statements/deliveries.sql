-- name: has_told
-- Whether anything was ever told on that channel.
SELECT EXISTS (SELECT FROM public.delivery d WHERE d.channel = %(channel)s) AS told;

-- name: find_deliveries
-- What people are to hear of since then and is no delivery yet.
INSERT INTO public.delivery (channel, kind, key, person, urgent, next_at)
WITH emergency AS (
    -- A person said that it cannot wait; whatever an agent says wakes nobody.
    SELECT e.action FROM kernel.assessment e JOIN kernel.action c ON c.id = e.action
      JOIN kernel.person i ON i.id = c.initiator AND i.kind = 'human' WHERE e.emergency)
SELECT %(channel)s, f.kind, f.key, CASE WHEN %(to_each)s THEN f.person END, f.urgent,
       clock_timestamp() + CASE WHEN f.urgent THEN interval '0' ELSE %(gather)s END
  FROM (
    -- Who is asked first; of what pages, everybody who is asked.
    SELECT 'review' AS kind, r.number::text AS key, s.person,
           m.type = ANY(%(pages)s) OR m.action IN (TABLE emergency) AS urgent, r.opened_at AS at
      FROM kernel.review r JOIN kernel.seat s ON s.panel = r.panel JOIN kernel.assessment m ON m.action = r.action
     WHERE r.opened_at > %(since)s AND (s.rank <= m.needed OR m.type = ANY(%(pages)s) OR m.action IN (TABLE emergency))
     UNION ALL
    SELECT 'review', g.review::text || '/' || g.rank::text, g.person,
           m.type = ANY(%(pages)s) OR m.action IN (TABLE emergency), g.assigned_at
      FROM kernel.assignment g JOIN kernel.review r ON r.number = g.review JOIN kernel.assessment m ON m.action = r.action
     WHERE g.assigned_at > %(since)s
     UNION ALL
    SELECT 'reminder', k.review::text, g.person,
           m.type = ANY(%(pages)s) OR m.action IN (TABLE emergency), k.reminded_at
      FROM kernel.reminder k JOIN kernel.review r ON r.number = k.review JOIN kernel.assessment m ON m.action = r.action
      JOIN kernel.asked g ON g.review = k.review AND g.asked_at < k.reminded_at
     WHERE k.step = 1 AND k.reminded_at > %(since)s
     UNION ALL
    -- Nobody, or too few, may decide it: those who can change that.
    SELECT 'fault', r.number::text, o.person, false, r.opened_at
      FROM kernel.review r JOIN public.profile o ON 'owner' = ANY(o.roles)
     WHERE r.opened_at > %(since)s AND r.fault IS NOT NULL
     UNION ALL
    SELECT 'notice', n.id::text, n.person, false, n.told_at FROM public.notice n WHERE n.told_at > %(since)s
     UNION ALL
    SELECT 'override', v.action::text, o.person, true, v.invoked_at
      FROM kernel.override v JOIN public.profile o ON 'owner' = ANY(o.roles)
     WHERE v.invoked_at > %(since)s
     UNION ALL
    SELECT 'made', e.action::text, o.person, true, e.started_at
      FROM kernel.emergency e JOIN public.profile o ON 'owner' = ANY(o.roles) AND o.person <> e.person_1
     WHERE e.made_at IS NOT NULL AND e.started_at > %(since)s
     UNION ALL
    SELECT 'switch', s.id::text, o.person, NOT s.is_on, s.set_at
      FROM kernel.switch s JOIN public.profile o ON 'owner' = ANY(o.roles) OR EXISTS (
           SELECT FROM public.authority y WHERE y.person = o.person AND 'security' = ANY(y.contexts))
     WHERE s.set_at > %(since)s
     UNION ALL
    SELECT 'older', h.id::text, o.person, true, h.noticed_at
      FROM kernel.restoration h JOIN public.profile o ON 'owner' = ANY(o.roles)
     WHERE h.noticed_at > %(since)s
     UNION ALL
    SELECT 'by_hand', x.action::text, x.person,
           m.type = ANY(%(pages)s) OR m.action IN (TABLE emergency), x.turned_at
      FROM kernel.fate x JOIN kernel.assessment m ON m.action = x.action
     WHERE x.kind = 'by_hand' AND x.turned_at > %(since)s
     UNION ALL
    -- Nobody could confirm what came of it: those who said yes, or who answer for what runs alone.
    SELECT 'unclear', o.action::text, w.person, false, o.at
      FROM kernel.outcome o LEFT JOIN kernel."authorization" z ON z.action = o.action
      JOIN public.profile w ON w.person IN (z.person_1, z.person_2) OR z.person_1 IS NULL AND 'owner' = ANY(w.roles)
     WHERE o.kind IN ('unknown', 'mismatch') AND o.at > %(since)s
     UNION ALL
    SELECT 'password', e.action::text, a.beneficiary, false, e.expires_at - interval '15 minutes'
      FROM public.sealed e JOIN kernel.action a ON a.id = e.action
      JOIN public.ticket t ON t.number = a.ticket AND t.requester = a.beneficiary
     WHERE e.expires_at > clock_timestamp()
     UNION ALL
    -- A question, or the end, that somebody else than the requester gave.
    SELECT CASE u.kind WHEN 'asked' THEN 'question' ELSE u.kind END, u.id::text, t.requester, false, u.at
      FROM public.turn u JOIN public.ticket t ON t.number = u.ticket
     WHERE u.kind IN ('asked', 'closed') AND u.at > %(since)s AND u.person <> t.requester) f
  JOIN public.profile p ON p.person = f.person AND p.employment_status <> 'ended' AND (p.email <> '' OR NOT %(to_each)s)
       AND (p.employment_end IS NULL OR p.employment_end >= %(today)s)
  JOIN kernel.person h ON h.id = f.person AND h.kind = 'human'
 WHERE (f.urgent OR %(to_each)s)
   AND NOT EXISTS (SELECT FROM public.delivery d WHERE d.channel = %(channel)s AND d.kind = f.kind AND d.key = f.key
                      AND d.person IS NOT DISTINCT FROM CASE WHEN %(to_each)s THEN f.person END)
 ORDER BY f.at, f.kind, length(f.key), f.key
ON CONFLICT DO NOTHING;

-- name: claim_letter
-- Take what is due first, with everything that may go together with it, so that nobody else sends it for five minutes.
WITH first AS (
    SELECT d.id, d.person, d.urgent, d.letter FROM public.delivery d
     WHERE d.channel = %(channel)s AND d.state = 'waiting' AND d.next_at <= clock_timestamp()
     ORDER BY d.urgent DESC, d.next_at, d.id LIMIT 1 FOR UPDATE SKIP LOCKED),
mates AS (
    SELECT d.id FROM public.delivery d, first f
     WHERE d.channel = %(channel)s AND d.state = 'waiting' AND d.person IS NOT DISTINCT FROM f.person
       AND (d.id = f.id OR d.letter = f.letter
            OR f.letter IS NULL AND d.letter IS NULL AND NOT f.urgent AND NOT d.urgent)
     ORDER BY d.id LIMIT 200 FOR UPDATE OF d SKIP LOCKED)
UPDATE public.delivery d SET letter = COALESCE(d.letter, %(letter)s), tries = d.tries + 1,
       next_at = clock_timestamp() + interval '5 minutes'
  FROM mates m WHERE d.id = m.id RETURNING d.letter;

-- name: letter
-- What a letter is about, as far as whoever gets it may read it; `needless` where it is settled or out of their hands.
SELECT d.id, d.kind, d.key, d.person, d.urgent, d.tries, d.found_at, p.name, p.email,
       a.id AS action, a.canonical, t.number AS ticket, t.private_to IS NOT NULL AS private, r.number AS review, r.expires_at,
       n.text, n.told_at, s.scope, s.is_on, w.name AS by,
       ARRAY(SELECT q.email FROM kernel.asked g JOIN public.profile q ON q.person = g.person AND q.email <> ''
              WHERE g.review = r.number ORDER BY g.rank) AS asked,
       r.number IS NOT NULL AND (r.expires_at <= clock_timestamp() OR f.action IS NOT NULL OR z.action IS NOT NULL
           OR EXISTS (SELECT FROM kernel.decision e WHERE e.review = r.number AND e.person = d.person AND e.verdict <> 'ask'))
       OR d.kind = 'by_hand' AND EXISTS (SELECT FROM kernel.report h WHERE h.action = a.id)
       OR d.kind = 'unclear' AND EXISTS (SELECT FROM kernel.finding h WHERE h.action = a.id)
       OR d.kind = 'password' AND NOT EXISTS (SELECT FROM public.sealed h
                                               WHERE h.action = a.id AND h.expires_at > clock_timestamp())
       OR d.kind IN ('question', 'closed') AND EXISTS (SELECT FROM public.turn l WHERE l.ticket = u.ticket AND l.id > u.id)
       OR d.person IS NOT NULL AND (p.employment_status = 'ended' OR p.employment_end < %(today)s OR p.email = '') AS needless
  FROM public.delivery d
  LEFT JOIN public.profile p ON p.person = d.person
  LEFT JOIN kernel.review r ON r.number = CASE WHEN d.kind IN ('review', 'reminder', 'fault')
                                               THEN split_part(d.key, '/', 1)::bigint END
  LEFT JOIN public.notice n ON n.id = CASE WHEN d.kind = 'notice' THEN d.key::bigint END
  LEFT JOIN public.turn u ON u.id = CASE WHEN d.kind IN ('question', 'closed') THEN d.key::bigint END
  LEFT JOIN kernel.switch s ON s.id = CASE WHEN d.kind = 'switch' THEN d.key::bigint END
  LEFT JOIN kernel.override v ON v.action = CASE WHEN d.kind = 'override' THEN d.key::uuid END
  LEFT JOIN kernel.action a ON a.id = COALESCE(
       r.action, n.action, v.action, CASE WHEN d.kind IN ('by_hand', 'unclear', 'password', 'made') THEN d.key::uuid END)
  LEFT JOIN public.ticket t ON t.number = COALESCE(a.ticket, n.ticket, u.ticket)
  LEFT JOIN kernel.fate f ON f.action = r.action
  LEFT JOIN kernel."authorization" z ON z.action = r.action
  LEFT JOIN public.profile w ON w.person = COALESCE(s.person, v.person, CASE WHEN d.kind = 'made' THEN a.requester END)
 WHERE d.letter = %(letter)s AND d.state = 'waiting' ORDER BY d.id;

-- name: settle_deliveries
UPDATE public.delivery SET state = %(state)s, reason = %(reason)s, settled_at = clock_timestamp()
 WHERE id = ANY(%(ids)s) AND state = 'waiting';

-- name: try_again
-- A letter did not go out. What certainly was not taken may go with what comes later; a day is enough.
UPDATE public.delivery SET reason = %(reason)s, letter = CASE WHEN %(certain)s THEN NULL ELSE letter END,
       next_at = clock_timestamp() + %(wait)s,
       state = CASE WHEN %(final)s OR found_at < clock_timestamp() - interval '1 day' THEN 'failed' ELSE state END,
       settled_at = CASE WHEN %(final)s OR found_at < clock_timestamp() - interval '1 day' THEN clock_timestamp() END
 WHERE letter = %(letter)s AND state = 'waiting';

-- name: hold_back
-- Nobody takes anything on that channel now: what is not urgent waits as long as the letter that was tried.
UPDATE public.delivery SET reason = %(reason)s, next_at = GREATEST(next_at, clock_timestamp() + %(wait)s)
 WHERE channel = %(channel)s AND state = 'waiting' AND NOT urgent AND next_at <= clock_timestamp() + %(wait)s;

-- name: add_test
-- Something to hear for one person, whatever the rest of the desk does.
INSERT INTO public.delivery (channel, kind, key, person, urgent, next_at)
VALUES (%(channel)s, 'test', %(key)s, %(person)s, true, clock_timestamp()) RETURNING id;

-- name: delivery_states
SELECT channel, state, reason FROM public.delivery WHERE id = ANY(%(ids)s) ORDER BY id;

-- name: delivery_faults
-- What has not gone out for more than ten minutes although it was tried, and what was given up while nothing else reached the
-- same person on the same channel since.
SELECT d.channel, COALESCE(p.name, '') AS name, d.reason, d.state, d.found_at, count(*) OVER (PARTITION BY d.channel) AS number
  FROM public.delivery d LEFT JOIN public.profile p ON p.person = d.person
 WHERE d.state = 'waiting' AND d.reason <> '' AND d.found_at < clock_timestamp() - interval '10 minutes'
    OR d.state = 'failed' AND d.kind <> 'test' AND d.settled_at > clock_timestamp() - interval '30 days'
       AND NOT EXISTS (SELECT FROM public.delivery e WHERE e.channel = d.channel AND e.person IS NOT DISTINCT FROM d.person
                          AND e.state = 'sent' AND e.settled_at > d.settled_at)
 ORDER BY d.channel, d.found_at LIMIT 20;
