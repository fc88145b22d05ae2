-- 0012. Whose an entry of a directory is: what the company's file says, and otherwise whoever it was created for by an
-- action that was carried out and read back. So the lines of a bundle that wait for a new account find it, and a person
-- need not wait for the next file. It is a fact about a target and lets nobody sign in: only kernel.account does.

CREATE INDEX action_creates ON kernel.action (beneficiary) WHERE type = 'idp.create_account';
CREATE INDEX action_orders ON kernel.action (beneficiary) WHERE type = 'equipment.order';

CREATE VIEW public.entry_holder AS
SELECT a.id, a.person, a.issuer, a.subject, a.ended_at FROM kernel.account a
UNION ALL
SELECT NULL, c.beneficiary, c.connector, o.after->>'account', NULL
  FROM kernel.action c JOIN kernel.outcome o ON o.action = c.id
 WHERE c.type = 'idp.create_account' AND o.kind = 'verified' AND o.after->>'account' <> ''
   AND NOT EXISTS (SELECT FROM kernel.account a WHERE a.issuer = c.connector AND a.subject = o.after->>'account');

GRANT SELECT ON public.entry_holder TO {web}, {desk}, {executor};
