-- name: add_override
INSERT INTO kernel.override (action, digest, requester, beneficiary, initiator, changer, person, account, channel, reason)
SELECT a.id, a.digest, a.requester, a.beneficiary, a.initiator, a.changer, %(person)s, %(account)s, %(channel)s, %(reason)s
  FROM kernel.action a WHERE a.id = %(action)s;

-- name: rollback
-- The undo that an approval covered, by the action it undoes: until when, and who said yes; none that was used or is over.
SELECT b.ends_at, b.approver FROM kernel.rollback b WHERE b.action = %(action)s AND b.ends_at > clock_timestamp();

-- name: add_look
INSERT INTO kernel.looked_over (override, invoker, person, account, verdict, note)
SELECT o.action, o.person, %(person)s, %(account)s, %(verdict)s, %(note)s
  FROM kernel.override o WHERE o.action = %(action)s;

-- name: add_look_at_emergency
INSERT INTO kernel.emergency_looked_over (action, person, account, verdict, note)
VALUES (%(action)s, %(person)s, %(account)s, %(verdict)s, %(note)s);

-- name: add_made_already
INSERT INTO kernel.made_already (proposal, ticket, person, account, channel, reason, made_at, looker)
VALUES (%(proposal)s, %(ticket)s, %(person)s, %(account)s, %(channel)s, %(reason)s, %(made_at)s, %(looker)s);

-- name: is_alone
-- Whether nobody else works here and is here.
SELECT NOT EXISTS (
    SELECT FROM public.profile p
     WHERE p.person <> %(person)s AND p.employment_status NOT IN ('ended', 'future')
       AND ('owner' = ANY (p.roles) OR EXISTS (SELECT FROM public.authority a WHERE a.person = p.person))
       AND NOT EXISTS (SELECT FROM public.absence b WHERE b.person = p.person
                          AND clock_timestamp() >= b.starts AND clock_timestamp() < b.ends));

-- name: add_report_of_made
-- What its maker said, about the bytes that it became.
INSERT INTO kernel.report (action, digest, connector, kind, person, did, evidence)
SELECT a.id, a.digest, a.connector, 'made', m.person, 'as_approved', m.reason
  FROM kernel.action a JOIN kernel.made_already m ON m.proposal = a.proposal WHERE a.id = %(action)s;

-- name: open_overrides
-- What one human permitted alone or made before anybody permitted it, or did by hand under an outdated yes, or people
-- permitted as an emergency, and nobody else has looked at.
SELECT o.kind, o.action, o.ticket, o.person, COALESCE(p.name, o.person) AS name, o.second, o.reason, o.made_at,
       o.invoked_at, o.due_at, o.due_at <= clock_timestamp() AS overdue, o.looker
  FROM (SELECT 'override' AS kind, v.action, v.ticket, v.person, NULL AS second, v.reason, NULL AS made_at,
               v.invoked_at, v.due_at, NULL AS looker
          FROM kernel.open_override v
         UNION ALL
        SELECT e.kind, e.action, e.ticket, e.person_1, e.person_2, e.reason,
               e.made_at, e.started_at, e.due_at, e.looker
          FROM kernel.emergency e
         WHERE NOT EXISTS (SELECT FROM kernel.emergency_looked_over l WHERE l.action = e.action)) o
  LEFT JOIN public.profile p ON p.person = o.person ORDER BY o.invoked_at, o.action;

-- name: overrides_looked_over
-- Who looked at which emergency override or emergency change, the latest first.
SELECT o.action, a.ticket, o.person, COALESCE(p.name, o.person) AS name, o.reason, o.invoked_at,
       COALESCE(q.name, o.looker) AS by, o.verdict, o.note, o.looked_at
  FROM (SELECT v.action, v.person, v.reason, v.invoked_at, l.person AS looker, l.verdict, l.note, l.looked_at
          FROM kernel.looked_over l JOIN kernel.override v ON v.action = l.override
         UNION ALL
        SELECT e.action, e.person_1, e.reason, e.started_at, l.person, l.verdict, l.note, l.looked_at
          FROM kernel.emergency_looked_over l JOIN kernel.emergency e ON e.action = l.action) o
  JOIN kernel.action a ON a.id = o.action
  LEFT JOIN public.profile p ON p.person = o.person LEFT JOIN public.profile q ON q.person = o.looker
 ORDER BY o.looked_at DESC LIMIT 20;
