-- name: delegations
-- Who decides for whom at a moment; what was taken back counts no more.
SELECT d.id, d.giver, d.taker, d.ends FROM kernel.delegation d
 WHERE %(at)s >= d.starts AND %(at)s < d.ends
   AND NOT EXISTS (SELECT FROM kernel.takeback b WHERE b.delegation = d.id)
 ORDER BY d.ends, d.id;

-- name: decides_for
-- Those for whom somebody decides now.
SELECT g.giver, COALESCE(p.name, g.giver) AS name FROM kernel.delegated g
  LEFT JOIN public.profile p ON p.person = g.giver WHERE g.taker = %(person)s;

-- name: delegation_list
-- Every delegation that has not ended, with names; of one person, or of all.
SELECT d.id, d.giver, COALESCE(p.name, d.giver) AS giver_name, d.taker, COALESCE(q.name, d.taker) AS taker_name,
       d.starts, d.ends, d.given_at, d.account IS NULL AS by_file
  FROM kernel.delegation d
  LEFT JOIN public.profile p ON p.person = d.giver LEFT JOIN public.profile q ON q.person = d.taker
 WHERE d.ends > clock_timestamp() AND NOT EXISTS (SELECT FROM kernel.takeback b WHERE b.delegation = d.id)
 ORDER BY d.starts, d.id;

-- name: delegation
SELECT d.id, d.giver, d.taker, d.starts, d.ends, d.account IS NULL AS by_file,
       EXISTS (SELECT FROM kernel.takeback b WHERE b.delegation = d.id) AS taken_back
  FROM kernel.delegation d WHERE d.id = %(id)s;

-- name: add_delegation
INSERT INTO kernel.delegation (id, giver, taker, account, starts, ends)
VALUES (%(id)s, %(giver)s, %(taker)s, %(account)s, %(starts)s, %(ends)s);

-- name: take_back
INSERT INTO kernel.takeback (delegation) VALUES (%(id)s) ON CONFLICT DO NOTHING;

-- name: waits_for
-- What somebody was asked about and nobody has decided.
SELECT r.action FROM kernel.asked g JOIN kernel.review r ON r.number = g.review
 WHERE g.person = %(person)s AND r.expires_at > clock_timestamp()
   AND NOT EXISTS (SELECT FROM kernel.fate f WHERE f.action = r.action)
   AND NOT EXISTS (SELECT FROM kernel."authorization" z WHERE z.action = r.action);

-- name: end_delegations_of_the_file
-- What the file says no more ends now.
INSERT INTO kernel.takeback (delegation)
SELECT d.id FROM kernel.delegation d
 WHERE d.account IS NULL AND d.ends > clock_timestamp()
   AND NOT EXISTS (SELECT FROM kernel.takeback b WHERE b.delegation = d.id)
   AND NOT EXISTS (
     SELECT FROM jsonb_to_recordset(%(rows)s) AS r (giver text, taker text, starts timestamptz, ends timestamptz)
      WHERE r.giver = d.giver AND r.taker = d.taker AND r.starts = d.starts AND r.ends = d.ends);

-- name: add_delegations_of_the_file
INSERT INTO kernel.delegation (id, giver, taker, starts, ends)
SELECT gen_random_uuid(), r.giver, r.taker, r.starts, r.ends
  FROM jsonb_to_recordset(%(rows)s) AS r (giver text, taker text, starts timestamptz, ends timestamptz)
 WHERE NOT EXISTS (
   SELECT FROM kernel.delegation d
    WHERE d.account IS NULL AND r.giver = d.giver AND r.taker = d.taker AND r.starts = d.starts AND r.ends = d.ends
      AND NOT EXISTS (SELECT FROM kernel.takeback b WHERE b.delegation = d.id));

-- name: add_reminder
INSERT INTO kernel.reminder (review, step) VALUES (%(review)s, %(step)s) ON CONFLICT DO NOTHING;

-- name: reminders
-- What was done because nobody answered a review.
SELECT step, reminded_at FROM kernel.reminder WHERE review = %(review)s ORDER BY step;

-- name: own_decisions_to_look_at
-- What people said yes to alone and nobody has looked at, with whether its time is over.
SELECT y.id, y.action, y.person, COALESCE(p.name, y.person) AS name, y.justification, y.decided_at, y.due_at,
       y.due_at < clock_timestamp() AS late, a.canonical, a.ticket, st.state
  FROM kernel.own_yes y JOIN kernel.action a ON a.id = y.action JOIN kernel.action_state st ON st.action = a.id
  LEFT JOIN public.profile p ON p.person = y.person WHERE y.looked_at IS NULL ORDER BY y.decided_at LIMIT 100;

-- name: own_decisions_looked_at
-- What people said yes to alone and somebody has looked at, the latest first.
SELECT y.id, y.action, COALESCE(p.name, y.person) AS name, y.decided_at, y.result, y.note, y.looked_at,
       COALESCE(q.name, y.looked_by) AS looked_by_name, a.canonical
  FROM kernel.own_yes y JOIN kernel.action a ON a.id = y.action
  LEFT JOIN public.profile p ON p.person = y.person LEFT JOIN public.profile q ON q.person = y.looked_by
 WHERE y.looked_at IS NOT NULL ORDER BY y.looked_at DESC LIMIT 20;

-- name: own_decision
SELECT y.id, y.action, y.person, y.looked_at FROM kernel.own_yes y WHERE y.id = %(id)s;

-- name: add_lookback
INSERT INTO kernel.lookback (decision, decider, person, account, result, note)
VALUES (%(decision)s, %(decider)s, %(person)s, %(account)s, %(result)s, %(note)s);
