-- name: safe_mode
-- The older state that nobody has reconciled yet, the latest one; no row while all is well.
SELECT r.id, r.reason, r.backup, r.kept_at, r.position, r.seen, r.noticed_at FROM kernel.restoration r
 WHERE NOT EXISTS (SELECT FROM kernel.reconciliation c WHERE c.restoration = r.id)
 ORDER BY r.id DESC LIMIT 1;

-- name: add_restoration
-- The log is shorter than somebody had seen it.
INSERT INTO kernel.restoration (reason, position, seen) VALUES ('log', %(position)s, %(seen)s);

-- name: restored_since
-- Whether an older state was noticed after that time, so that it explains a shorter log.
SELECT EXISTS (SELECT FROM kernel.restoration WHERE noticed_at >= %(since)s);

-- name: older_proposal
-- Whether a proposal was made before an older state came back.
SELECT EXISTS (SELECT FROM kernel.proposal p JOIN kernel.restoration r ON p.proposed_at < r.noticed_at
                WHERE p.id = %(proposal)s);

-- name: add_reconciliation
-- One person answers for everything that came back and was not reconciled.
INSERT INTO kernel.reconciliation (restoration, person, account, channel, note)
SELECT r.id, %(person)s, %(account)s, %(channel)s, %(note)s FROM kernel.restoration r
 WHERE NOT EXISTS (SELECT FROM kernel.reconciliation c WHERE c.restoration = r.id);

-- name: add_settlement
INSERT INTO kernel.settlement (action, restoration, person, account, result, note)
VALUES (%(action)s, %(restoration)s, %(person)s, %(account)s, %(result)s, %(note)s);

-- name: add_sighting
INSERT INTO kernel.sighting (action, shown, now, problem) VALUES (%(action)s, %(shown)s, %(now)s, %(problem)s);

-- name: in_doubt
-- What was on its way when the older state was kept and may have happened since, with the latest look at it.
SELECT a.id AS action, a.ticket, st.state, l.shown, l.now, l.problem, l.seen_at
  FROM kernel.action a
  JOIN LATERAL (SELECT v.state FROM kernel.action_state v WHERE v.action = a.id OFFSET 0) st ON true
  LEFT JOIN LATERAL (SELECT g.shown, g.now, g.problem, g.seen_at FROM kernel.sighting g
                      WHERE g.action = a.id ORDER BY g.id DESC LIMIT 1) l ON true
 WHERE a.staged_at < (SELECT max(r.noticed_at) FROM kernel.restoration r)
   AND NOT EXISTS (SELECT FROM kernel.settlement s WHERE s.action = a.id)
   AND NOT EXISTS (SELECT FROM kernel.outcome o WHERE o.action = a.id)
   AND NOT EXISTS (SELECT FROM kernel.fate f WHERE f.action = a.id AND f.kind NOT IN ('claimed', 'by_hand'))
   AND st.state IN ('waiting', 'authorized', 'executing', 'by_hand')
 ORDER BY a.staged_at, a.id;

-- name: log_end
-- The last position of the log; no row while it is empty.
SELECT position, sequenced_at FROM kernel.log ORDER BY position DESC LIMIT 1;

-- name: sequenced_at
-- When a position of the log was given, if it exists.
SELECT sequenced_at FROM kernel.log WHERE position = %(position)s;

-- name: reconciliations
-- Who went on after which older state, the latest first.
SELECT c.person, COALESCE(p.name, c.person) AS name, c.note, c.reconciled_at, r.kept_at, r.position, r.seen
  FROM kernel.reconciliation c JOIN kernel.restoration r ON r.id = c.restoration
  LEFT JOIN public.profile p ON p.person = c.person
 ORDER BY c.reconciled_at DESC, r.id DESC LIMIT 20;
