-- name: undecided_batch
-- A decision about many leavers of HR's record that nobody has made yet, the oldest first.
SELECT a.id::text AS action, a.ticket, jsonb_array_length(b.words #> '{params,people}') AS people,
       r.number AS review, a.staged_at
  FROM kernel.action a
  CROSS JOIN LATERAL (SELECT convert_from(a.canonical, 'UTF8')::jsonb AS words) b
  LEFT JOIN kernel.review r ON r.action = a.id
 WHERE a.type = 'idp.suspend_many' AND b.words #> '{seen,ended}' <> '{}'
   AND NOT EXISTS (SELECT FROM kernel.fate f WHERE f.action = a.id)
 ORDER BY a.staged_at LIMIT 1;

-- name: doubt_about_record
-- Whether so many leavers at once wait to be decided, or this person is one of those of whom it was not approved that
-- they left on that day, and not approved later either.
SELECT a.ticket, jsonb_array_length(b.words #> '{params,people}') AS people, f.kind IS NULL AS undecided
  FROM kernel.action a
  CROSS JOIN LATERAL (SELECT convert_from(a.canonical, 'UTF8')::jsonb AS words) b
  LEFT JOIN kernel.fate f ON f.action = a.id
  LEFT JOIN public.profile p ON p.person = %(person)s
 WHERE a.type = 'idp.suspend_many' AND b.words #> '{seen,ended}' <> '{}'
   AND (f.kind IS NULL
        OR f.kind IN ('rejected', 'expired', 'revoked', 'withdrawn')
           AND b.words #>> ARRAY['seen', 'ended', %(person)s] = p.employment_end::text
           AND NOT EXISTS (
             SELECT FROM kernel.action n JOIN kernel.fate g ON g.action = n.id AND g.kind = 'claimed'
              WHERE n.type = 'idp.suspend_many' AND n.staged_at > a.staged_at
                AND convert_from(n.canonical, 'UTF8')::jsonb #>> ARRAY['seen', 'ended', %(person)s]
                    = p.employment_end::text))
 ORDER BY f.kind IS NULL DESC, a.staged_at DESC LIMIT 1;

-- name: released
-- Whom a decision about many accounts has let go within a day, on the ticket of this proposal or action.
SELECT DISTINCT jsonb_array_elements_text(convert_from(a.canonical, 'UTF8')::jsonb #> '{params,people}') AS person
  FROM kernel.action a
  JOIN kernel.fate f ON f.action = a.id AND f.kind = 'claimed'
 WHERE a.type = 'idp.suspend_many' AND f.turned_at > clock_timestamp() - interval '1 day'
   AND a.ticket = COALESCE((SELECT p.ticket FROM kernel.proposal p WHERE p.id = %(asking)s::uuid),
                           (SELECT n.ticket FROM kernel.action n WHERE n.id = %(asking)s::uuid));

-- name: was_released
-- Whether what a decision about many accounts lets happen was staged.
SELECT EXISTS (SELECT FROM kernel.event e WHERE e.action = %(action)s AND e.name = 'batch.released');
