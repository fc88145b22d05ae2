-- name: add_override
INSERT INTO kernel.override (action, digest, requester, beneficiary, initiator, changer, person, account, channel, reason)
SELECT a.id, a.digest, a.requester, a.beneficiary, a.initiator, a.changer, %(person)s, %(account)s, %(channel)s, %(reason)s
  FROM kernel.action a WHERE a.id = %(action)s;

-- name: add_look
INSERT INTO kernel.looked_over (override, invoker, person, account, verdict, note)
SELECT o.action, o.person, %(person)s, %(account)s, %(verdict)s, %(note)s
  FROM kernel.override o WHERE o.action = %(action)s;

-- name: open_overrides
-- What one human permitted alone and nobody else has looked at.
SELECT o.action, o.ticket, o.person, COALESCE(p.name, o.person) AS name, o.reason, o.invoked_at, o.due_at,
       o.due_at <= clock_timestamp() AS overdue
  FROM kernel.open_override o LEFT JOIN public.profile p ON p.person = o.person ORDER BY o.invoked_at, o.action;

-- name: overrides_looked_over
-- Who looked at which emergency override, the latest first.
SELECT o.action, a.ticket, o.person, COALESCE(p.name, o.person) AS name, o.reason, o.invoked_at,
       COALESCE(q.name, l.person) AS by, l.verdict, l.note, l.looked_at
  FROM kernel.looked_over l JOIN kernel.override o ON o.action = l.override JOIN kernel.action a ON a.id = o.action
  LEFT JOIN public.profile p ON p.person = o.person LEFT JOIN public.profile q ON q.person = l.person
 ORDER BY l.looked_at DESC LIMIT 20;
