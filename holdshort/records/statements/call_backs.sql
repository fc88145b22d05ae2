-- name: add_call_back
INSERT INTO kernel.call_back (id, action, digest, requester, beneficiary, initiator, changer, person, account, channel,
                              number_from, result, note)
SELECT %(id)s, a.id, a.digest, a.requester, a.beneficiary, a.initiator, a.changer, %(person)s, %(account)s, %(channel)s,
       %(number_from)s, %(result)s, %(note)s
  FROM kernel.action a WHERE a.id = %(action)s;

-- name: call_backs
-- Who was called about an action or another version of it, and what they said; the first one first. `same` are these bytes.
SELECT c.id, k.action = c.action AS same, c.person, COALESCE(p.name, c.person) AS name, c.number_from, c.result, c.note, c.channel, c.called_at
  FROM kernel.called c JOIN kernel.call_back k ON k.id = c.id LEFT JOIN public.profile p ON p.person = c.person
 WHERE c.action = %(action)s ORDER BY c.called_at;
