-- name: leavers_noticed
-- Who has left by HR's record and can still sign in, where nothing was started for that last day yet.
SELECT p.person, p.name, p.employment_end AS ended_on
  FROM public.profile p
 WHERE p.employment_end < %(today)s
   AND NOT EXISTS (SELECT FROM public.leaver l WHERE l.person = p.person AND l.ended_on = p.employment_end)
   AND EXISTS (SELECT FROM public.entry_holder h
                 JOIN public.directory_account d ON d.connector = h.issuer AND d.external_id = h.subject AND d.active
                WHERE h.person = p.person)
 ORDER BY p.employment_end, p.person;

-- name: add_leaver
INSERT INTO public.leaver (person, ended_on, ended_at, ticket)
VALUES (%(person)s, %(ended_on)s, %(ended_at)s, %(ticket)s);

-- name: end_by_record
-- A person's last day as HR's record has it, and since when rules with that record are in force.
SELECT p.employment_end AS ended_on,
       (SELECT min(a.adopted_at) FROM kernel.policy_version v JOIN kernel.adoption a ON a.policy_version = v.number
         WHERE v.file -> 'people' @> jsonb_build_array(jsonb_build_object('id', p.person, 'employment',
                                       jsonb_build_object('end', p.employment_end::text)))) AS recorded_at
  FROM public.profile p WHERE p.person = %(person)s AND p.employment_end IS NOT NULL;

-- name: leavers_late
-- Who left more than a day ago by HR's record, was noticed, and can sign in still.
SELECT count(*) FROM public.leaver l JOIN public.profile p ON p.person = l.person AND p.employment_end = l.ended_on
 WHERE GREATEST(l.ended_at, l.noticed_at) < clock_timestamp() - interval '24 hours'
   AND EXISTS (SELECT FROM public.entry_holder h
                 JOIN public.directory_account d ON d.connector = h.issuer AND d.external_id = h.subject AND d.active
                WHERE h.person = l.person);

-- name: concerned
-- Whom an action concerns, as HR's record is now, and whether they had left by it when the action was assessed.
SELECT k.id, k.kind, COALESCE(p.name, k.id) AS name, COALESCE(p.email, '') AS email,
       COALESCE(p.department, '') AS department, p.manager, COALESCE(p.roles, '{}') AS roles,
       COALESCE(p.employment_status, 'unknown') AS employment_status, p.employment_start, p.employment_end,
       COALESCE(k.id = ANY(s.leavers), false) AS had_left, clock_timestamp() AS at
  FROM kernel.action a
  LEFT JOIN kernel.assessment s ON s.action = a.id
  JOIN kernel.person k ON k.id IN (a.requester, a.beneficiary, a.initiator)
  LEFT JOIN public.profile p ON p.person = k.id
 WHERE a.id = %(action)s;
