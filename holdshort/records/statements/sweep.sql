-- name: due
-- Everything that should have gone on by now and has not: which stop to wake, with which id. What happened before `since` is
-- left to the sweep that looks at everything. Both moments are given, so that the plan knows how little lies between them.
SELECT CASE WHEN u.at > %(now)s::timestamptz - interval '3 minutes' THEN 'propose' ELSE 'unread' END AS stop,
       u.ticket::text AS id
  FROM public.turn u
 WHERE u.kind = 'with_agent' AND u.at > %(since)s::timestamptz AND u.at < %(now)s::timestamptz - interval '10 seconds'
   AND NOT EXISTS (SELECT FROM public.turn v WHERE v.ticket = u.ticket AND v.id > u.id)
UNION ALL
SELECT 'stage', p.id::text FROM kernel.proposal p
 WHERE p.proposed_at > %(since)s::timestamptz AND p.proposed_at < %(now)s::timestamptz - interval '10 seconds'
   AND NOT EXISTS (SELECT FROM kernel.staging s WHERE s.proposal = p.id)
UNION ALL
SELECT DISTINCT 'authorize', d.action::text FROM kernel.decision d
 WHERE (d.verdict IN ('approve', 'change', 'reject') OR d.verdict = 'hand_over' AND NOT EXISTS (
         SELECT FROM kernel.asked g WHERE g.review = d.review AND g.person = d.hand_to))
   AND d.decided_at > %(since)s::timestamptz AND d.decided_at < %(now)s::timestamptz - interval '10 seconds'
   AND NOT (d.authority = 'self_declared' AND d.decided_at > %(now)s::timestamptz - interval '15 minutes')
   AND NOT EXISTS (SELECT FROM kernel.halted h WHERE h.action = d.action)
   AND NOT (d.verdict = 'approve' AND EXISTS (SELECT FROM kernel.stopped s WHERE s.action = d.action))
   AND NOT EXISTS (SELECT FROM kernel.fate f WHERE f.action = d.action)
   AND NOT EXISTS (SELECT FROM kernel."authorization" z WHERE z.action = d.action)
UNION ALL
SELECT 'authorize', v.action::text FROM kernel.override v
 WHERE v.invoked_at > %(now)s::timestamptz - interval '1 hour' AND v.invoked_at < %(now)s::timestamptz - interval '10 seconds'
   AND NOT EXISTS (SELECT FROM kernel.halted h WHERE h.action = v.action)
   AND NOT EXISTS (SELECT FROM kernel.stopped s WHERE s.action = v.action)
   AND NOT EXISTS (SELECT FROM kernel.fate f WHERE f.action = v.action)
   AND NOT EXISTS (SELECT FROM kernel."authorization" z WHERE z.action = v.action)
UNION ALL
SELECT 'release', a.id::text FROM kernel.action a JOIN kernel.outcome o ON o.action = a.id AND o.kind = 'verified'
 WHERE a.type = 'idp.suspend_many' AND o.at > %(since)s::timestamptz AND o.at < %(now)s::timestamptz - interval '10 seconds'
   AND NOT EXISTS (SELECT FROM kernel.event e WHERE e.action = a.id AND e.name = 'batch.released')
UNION ALL
SELECT 'expire', r.action::text FROM kernel.review r
 WHERE r.expires_at > %(since)s::timestamptz AND r.expires_at < %(now)s::timestamptz
   AND NOT EXISTS (SELECT FROM kernel.halted h WHERE h.action = r.action AND h.from_before)
   AND NOT EXISTS (SELECT FROM kernel.fate f WHERE f.action = r.action)
   AND NOT EXISTS (SELECT FROM kernel."authorization" z WHERE z.action = r.action)
UNION ALL
SELECT 'reroute', r.action::text
  FROM (
    -- Only where too few could be asked, or somebody who was asked is not here: everywhere else nobody is missing.
    SELECT n.number FROM kernel.review n WHERE n.fault IS NOT NULL AND n.expires_at > %(now)s::timestamptz
     UNION
    SELECT g.review FROM kernel.asked g
     WHERE g.expires_at > %(now)s::timestamptz AND g.person = ANY (ARRAY(
           SELECT who.id FROM kernel.person who
            WHERE NOT EXISTS (SELECT FROM public.authority e WHERE e.person = who.id)
               OR NOT EXISTS (SELECT FROM public.profile p
                               WHERE p.person = who.id AND p.employment_status NOT IN ('ended', 'future')
                                 -- Whether a last day is over where people work, the stop itself says.
                                 AND COALESCE(p.employment_end, 'infinity') >= (%(now)s::timestamptz AT TIME ZONE 'UTC')::date)
               OR EXISTS (SELECT FROM public.absence b
                           WHERE b.person = who.id AND %(now)s::timestamptz BETWEEN b.starts AND b.ends)))) few (review)
  JOIN LATERAL (SELECT n.action, s.needed, CASE WHEN s.alone THEN a.requester END AS alone
                  FROM kernel.review n JOIN kernel.assessment s ON s.action = n.action
                  JOIN kernel.action a ON a.id = n.action
                 WHERE n.number = few.review OFFSET 0) r ON true
 WHERE NOT EXISTS (SELECT FROM kernel.fate f WHERE f.action = r.action)
   AND NOT EXISTS (SELECT FROM kernel."authorization" z WHERE z.action = r.action)
   AND r.needed > (
         SELECT count(*) FROM kernel.asked g JOIN public.authority e ON e.person = g.person
           JOIN public.profile p ON p.person = g.person AND p.employment_status NOT IN ('ended', 'future')
            AND COALESCE(p.employment_end, 'infinity') >= (%(now)s::timestamptz AT TIME ZONE 'UTC')::date
          WHERE g.review = few.review AND g.person IS DISTINCT FROM r.alone AND NOT EXISTS (
                SELECT FROM public.absence b
                 WHERE b.person = g.person AND %(now)s::timestamptz BETWEEN b.starts AND b.ends))
UNION ALL
SELECT DISTINCT 'remind', r.action::text
  FROM (SELECT n.number, n.action, n.expires_at, 1 AS step FROM kernel.review n
         WHERE n.remind_at > %(since)s::timestamptz AND n.remind_at < %(now)s::timestamptz
         UNION ALL
        SELECT n.number, n.action, n.expires_at, 2 FROM kernel.review n
         WHERE n.escalate_at > %(since)s::timestamptz AND n.escalate_at < %(now)s::timestamptz) r
 WHERE r.expires_at > %(now)s::timestamptz
   AND NOT EXISTS (SELECT FROM kernel.reminder m WHERE m.review = r.number AND m.step = r.step)
   AND NOT EXISTS (SELECT FROM kernel.halted h WHERE h.action = r.action)
   AND NOT EXISTS (SELECT FROM kernel.fate f WHERE f.action = r.action)
   AND NOT EXISTS (SELECT FROM kernel."authorization" z WHERE z.action = r.action)
UNION ALL
-- Somebody decides for one who was asked, and was not asked yet.
SELECT DISTINCT 'reroute', r.action::text
  FROM kernel.delegated d JOIN kernel.asked g ON g.person = d.giver AND g.expires_at > %(now)s::timestamptz
  JOIN LATERAL (SELECT n.number, n.action FROM kernel.review n JOIN kernel.action a ON a.id = n.action
                 WHERE n.number = g.review AND d.taker NOT IN (a.requester, a.beneficiary, a.initiator, a.changer)
                   AND d.giver NOT IN (a.requester, a.beneficiary, a.initiator, a.changer) OFFSET 0) r ON true
 WHERE NOT EXISTS (SELECT FROM kernel.asked h WHERE h.review = r.number AND h.person = d.taker)
   AND NOT EXISTS (SELECT FROM kernel.fate f WHERE f.action = r.action OFFSET 0)
   AND NOT EXISTS (SELECT FROM kernel."authorization" z WHERE z.action = r.action OFFSET 0)
UNION ALL
SELECT CASE WHEN z.expires_at < %(now)s::timestamptz THEN
              CASE WHEN EXISTS (SELECT FROM kernel.held_up u WHERE u.action = z.action) THEN 'restage' ELSE 'expire' END
            WHEN EXISTS (SELECT FROM kernel.standing t WHERE t.category = z.category AND t.id > z.standing)
              OR EXISTS (SELECT FROM kernel.adoption t WHERE t.policy_version > z.policy_version) THEN 'restage'
            ELSE 'execute' END, z.action::text
  FROM kernel."authorization" z
 WHERE z.hands = 'executor' AND z.authorized_at > %(since)s::timestamptz AND z.not_before < %(now)s::timestamptz - interval '2 seconds'
   AND NOT EXISTS (SELECT FROM kernel.fate f WHERE f.action = z.action)
   AND NOT EXISTS (SELECT FROM kernel.halted h WHERE h.action = z.action)
   AND NOT EXISTS (SELECT FROM kernel.stopped s WHERE s.action = z.action)
UNION ALL
-- Late, though rules permit it: the time in which they do may be over.
SELECT 'restage', z.action::text FROM kernel."authorization" z
 WHERE z.basis = 'policy' AND z.hands = 'executor' AND z.authorized_at > %(since)s::timestamptz
   AND z.not_before < %(now)s::timestamptz - interval '30 seconds' AND z.expires_at > %(now)s::timestamptz
   AND NOT EXISTS (SELECT FROM kernel.fate f WHERE f.action = z.action)
   AND NOT EXISTS (SELECT FROM kernel.halted h WHERE h.action = z.action)
UNION ALL
SELECT 'execute', x.action::text FROM kernel.execution x
 WHERE x.started_at > %(since)s::timestamptz
   AND NOT EXISTS (SELECT FROM kernel.outcome o WHERE o.action = x.action)
   AND NOT EXISTS (SELECT FROM kernel.halted h WHERE h.action = x.action)
   AND NOT EXISTS (SELECT FROM kernel.attempt t WHERE t.execution = x.id AND t.lease_until > %(now)s::timestamptz)
UNION ALL
SELECT 'observe', h.action::text FROM kernel.report h
 WHERE h.reported_at > %(since)s::timestamptz AND h.reported_at < %(now)s::timestamptz - interval '10 seconds'
   AND NOT EXISTS (SELECT FROM kernel.outcome o WHERE o.action = h.action)
UNION ALL
SELECT 'restage', o.action::text FROM kernel.outcome o JOIN kernel.action a ON a.id = o.action
 WHERE o.kind = 'not_applied' AND o.reason = 'drift' AND o.at > %(since)s::timestamptz
   AND o.at < %(now)s::timestamptz - interval '10 seconds'
   AND NOT EXISTS (SELECT FROM kernel.action b WHERE b.root = a.root AND b.version = a.version + 1 AND b.version > 1)
   AND NOT EXISTS (SELECT FROM kernel.event e WHERE e.action = o.action AND e.name = 'review.not_reopened')
UNION ALL
SELECT 'observe', a.id::text FROM kernel.action a
 WHERE EXISTS (SELECT FROM kernel.restoration) AND a.staged_at < (SELECT max(r.noticed_at) FROM kernel.restoration r)
   AND NOT EXISTS (SELECT FROM kernel.settlement s WHERE s.action = a.id)
   AND NOT EXISTS (SELECT FROM kernel.outcome o WHERE o.action = a.id)
   AND NOT EXISTS (SELECT FROM kernel.fate f WHERE f.action = a.id AND f.kind NOT IN ('claimed', 'by_hand'))
   AND (EXISTS (SELECT FROM kernel.halted h WHERE h.action = a.id AND h.unreconciled)
        OR EXISTS (SELECT FROM kernel.execution x WHERE x.action = a.id))
   AND NOT EXISTS (SELECT FROM kernel.sighting g WHERE g.action = a.id
                      AND g.seen_at > %(now)s::timestamptz - interval '2 minutes')
UNION ALL
SELECT 'restage', s.action::text FROM kernel.settlement s JOIN kernel.action a ON a.id = s.action
 WHERE s.result = 'again' AND s.settled_at < %(now)s::timestamptz - interval '10 seconds'
   AND NOT EXISTS (SELECT FROM kernel.action b WHERE b.root = a.root AND b.version = a.version + 1 AND b.version > 1)
   AND NOT EXISTS (SELECT FROM kernel.fate f WHERE f.action = a.id AND f.kind = 'superseded')
   AND NOT EXISTS (SELECT FROM kernel.event e WHERE e.action = s.action AND e.name = 'review.not_reopened')
UNION ALL
SELECT 'restage', m.action::text FROM kernel.assessment m
 WHERE m.mode = 'HOTL' AND EXISTS (SELECT FROM kernel.restoration)
   AND NOT EXISTS (SELECT FROM kernel.fate f WHERE f.action = m.action)
   AND NOT EXISTS (SELECT FROM kernel."authorization" z WHERE z.action = m.action)
   AND NOT EXISTS (SELECT FROM kernel.halted h WHERE h.action = m.action)
UNION ALL
SELECT 'lapse', COALESCE(t.id, g.action)::text
  FROM kernel.granted g
  LEFT JOIN LATERAL (SELECT b.id, b.staged_at FROM kernel.action b JOIN kernel."authorization" z
                         ON z.action = b.id AND z.basis = 'term'
                      WHERE b.undoes = g.action ORDER BY b.staged_at DESC LIMIT 1) t ON true
  LEFT JOIN kernel.action_state s ON s.action = t.id
 WHERE g.due_at < %(now)s::timestamptz
   AND (t.id IS NULL OR t.staged_at < %(now)s::timestamptz - interval '5 minutes'
        AND s.state NOT IN ('authorized', 'executing', 'by_hand', 'unknown', 'mismatch'))
UNION ALL
-- Access that ends soon and whose holder was not told: core/grants.py `told_before`.
SELECT 'lapse', g.action::text FROM kernel.granted g
 WHERE g.hours > 72 AND g.due_at > %(now)s::timestamptz
   AND g.due_at < %(now)s::timestamptz + LEAST(168, g.hours / 4) * interval '1 hour'
   AND NOT EXISTS (SELECT FROM public.notice n WHERE n.action = g.action AND n.person = g.beneficiary)
UNION ALL
-- An emergency that nobody looked over, and people were not reminded of.
SELECT 'remind', e.action::text FROM kernel.emergency e
 WHERE e.due_at < %(now)s::timestamptz + interval '24 hours'
   AND NOT EXISTS (SELECT FROM kernel.emergency_looked_over l WHERE l.action = e.action)
   AND NOT EXISTS (SELECT FROM kernel.event v WHERE v.action = e.action AND v.name = 'emergency.reminded')
UNION ALL
SELECT 'forget', '0' WHERE EXISTS (SELECT FROM public.sealed WHERE expires_at < %(now)s::timestamptz);
