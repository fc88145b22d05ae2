-- name: consent
-- What was agreed last about a guest's account, by rules or a yes: whoever said it, on which day of that zone, and until when it
-- counts. With `at`: what had been said by that moment.
SELECT a.requester AS person, (o.at AT TIME ZONE %(zone)s)::date AS given,
       (o.at AT TIME ZONE %(zone)s)::date + (p.params->>'days')::integer
           - (p.params->>'days' = '0')::integer AS until
  FROM kernel.action a JOIN kernel.outcome o ON o.action = a.id AND o.kind = 'verified'
 CROSS JOIN LATERAL (SELECT convert_from(a.canonical, 'UTF8')::jsonb->'params' AS params) p
 WHERE a.type = 'guest.consent' AND hashtext(kernel.target_of(a.canonical)) = hashtext(%(guest)s)
   AND kernel.target_of(a.canonical) = %(guest)s AND o.at <= COALESCE(%(at)s::timestamptz, 'infinity')
 ORDER BY o.at DESC LIMIT 1;
