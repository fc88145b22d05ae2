-- name: lately_reached
-- Whom changes of these types reached in the last day, or will when they are decided; what ended without an effect
-- reached nobody, what people approved was looked at, one by one or as many, and what undoes another change is no
-- further one. Who is outside stands with their class. Of what waits for people only what `requester` asked for counts; what
-- somebody made before anybody permitted it counts for everybody. With `at`: in the day before that moment.
SELECT a.id::text AS action, a.ticket, a.type, COALESCE(u.class || ':' || u.id, a.beneficiary) AS person,
       COALESCE(u.id, p.name, a.beneficiary) AS name,
       a.requester, a.staged_at, z.authorized_at AS permitted_at
  FROM kernel.action a
  LEFT JOIN LATERAL (
    SELECT CASE a.type WHEN 'erp.update_vendor' THEN 'vendors' ELSE 'parties' END AS class,
           convert_from(a.canonical, 'UTF8')::jsonb -> 'params'
             ->> CASE a.type WHEN 'erp.update_vendor' THEN 'vendor' ELSE 'party' END AS id
     WHERE a.type IN ('erp.update_vendor', 'esign.send') OFFSET 0) u ON true
  LEFT JOIN public.profile p ON p.person = a.beneficiary
  LEFT JOIN kernel."authorization" z ON z.action = a.id AND z.basis = 'policy'
 WHERE a.staged_at > (SELECT COALESCE(%(at)s::timestamptz, clock_timestamp()) - interval '1 day')
   AND a.staged_at < (SELECT COALESCE(%(at)s::timestamptz, 'infinity')) AND a.type = ANY(%(types)s) AND a.undoes IS NULL
   AND (z.action IS NOT NULL OR a.requester = %(requester)s
        OR EXISTS (SELECT FROM kernel.fate f WHERE f.action = a.id AND f.kind = 'made' OFFSET 0))
   AND NOT EXISTS (SELECT FROM kernel.fate f WHERE f.action = a.id AND f.kind NOT IN ('claimed', 'by_hand', 'made'))
   AND NOT EXISTS (SELECT FROM kernel."authorization" d WHERE d.action = a.id AND d.basis = 'decisions')
   AND NOT EXISTS (SELECT FROM kernel.outcome o WHERE o.action = a.id AND o.kind = 'not_applied')
   AND NOT EXISTS (SELECT FROM kernel.action b JOIN kernel.fate f ON f.action = b.id AND f.kind = 'claimed'
                    WHERE b.type = 'idp.suspend_many' AND b.ticket = a.ticket
                      AND convert_from(b.canonical, 'UTF8')::jsonb #> '{params,people}' @> to_jsonb(a.beneficiary))
 ORDER BY a.staged_at, a.id;

-- name: patched_lately
-- Where changes of this type brought these patches in the last day by rules alone, or will when they are decided.
-- With `at`: in the day before that moment.
SELECT DISTINCT jsonb_array_elements_text(a.params -> 'targets') AS target
  FROM (SELECT n.id, convert_from(n.canonical, 'UTF8')::jsonb -> 'params' AS params FROM kernel.action n
         WHERE n.staged_at > (SELECT COALESCE(%(at)s::timestamptz, clock_timestamp()) - interval '1 day')
           AND n.staged_at < (SELECT COALESCE(%(at)s::timestamptz, 'infinity'))
           AND n.type = %(type)s AND n.undoes IS NULL) a
 WHERE a.params ->> 'patch' = %(patch)s
   AND NOT EXISTS (SELECT FROM kernel.fate f WHERE f.action = a.id AND f.kind NOT IN ('claimed', 'by_hand', 'made'))
   AND NOT EXISTS (SELECT FROM kernel."authorization" d WHERE d.action = a.id AND d.basis = 'decisions')
   AND NOT EXISTS (SELECT FROM kernel.outcome o WHERE o.action = a.id AND o.kind = 'not_applied')
 ORDER BY target;
