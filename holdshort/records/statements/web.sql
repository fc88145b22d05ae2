-- name: login_by_name
-- The login behind a person's id or e-mail address, while its local account stands.
SELECT l.id AS login, l.person, a.id AS account, l.password, p.employment_end
  FROM public.login l
  JOIN public.profile p ON p.person = l.person
  JOIN kernel.account a ON a.person = l.person AND a.issuer = 'local' AND a.ended_at IS NULL
 WHERE (l.person = lower(%(name)s) OR p.email <> '' AND lower(p.email) = lower(%(name)s))
   AND p.employment_status <> 'ended'
 ORDER BY a.subject = l.person DESC, a.id;

-- name: login_of_person
SELECT l.id AS login, l.person, a.id AS account, l.password, p.employment_end
  FROM public.login l
  JOIN public.profile p ON p.person = l.person
  JOIN kernel.account a ON a.person = l.person AND a.issuer = 'local' AND a.ended_at IS NULL
 WHERE l.person = %(person)s
   AND p.employment_status <> 'ended'
 ORDER BY a.subject = l.person DESC, a.id;

-- name: login_by_number
SELECT l.id AS login, l.person, a.id AS account, l.password, p.employment_end
  FROM public.login l
  JOIN public.profile p ON p.person = l.person
  JOIN kernel.account a ON a.person = l.person AND a.issuer = 'local' AND a.ended_at IS NULL
 WHERE l.id = %(login)s
   AND p.employment_status <> 'ended'
 ORDER BY a.subject = l.person DESC, a.id;

-- name: add_sign_in_link
INSERT INTO public.sign_in_link (digest, person, expires_at)
VALUES (%(digest)s, %(person)s, clock_timestamp() + make_interval(mins => %(minutes)s));

-- name: sign_in_link
SELECT person FROM public.sign_in_link WHERE digest = %(digest)s AND expires_at > clock_timestamp();

-- name: use_sign_in_link
-- Using is deleting, so that a link signs in once.
DELETE FROM public.sign_in_link WHERE digest = %(digest)s AND expires_at > clock_timestamp() RETURNING person;

-- name: set_password
UPDATE public.login SET password = %(password)s WHERE person = %(person)s;

-- name: add_sign_in_attempt
INSERT INTO public.sign_in_attempt (name, succeeded) VALUES (%(name)s, %(succeeded)s);

-- name: sign_in_locked_until
-- When the oldest of the latest failures leaves the window of 15 minutes; a success clears them.
SELECT min(at) + interval '15 minutes' FROM (
    SELECT at FROM public.sign_in_attempt f
     WHERE name = %(name)s AND NOT succeeded AND at > clock_timestamp() - interval '15 minutes'
       AND NOT EXISTS (SELECT FROM public.sign_in_attempt s
                        WHERE s.name = f.name AND s.succeeded AND s.id > f.id)
     ORDER BY id DESC LIMIT %(failures)s) AS latest
HAVING count(*) >= %(failures)s;

-- name: waiting_counts
-- What the header says: how much waits for this person, how much for anybody's hands, and how much was decided alone
-- and not looked at; not counted to the end.
SELECT (SELECT count(*) FROM kernel.own_yes y WHERE y.looked_at IS NULL) AS alone, (SELECT count(*) FROM (
         SELECT FROM (SELECT r.number, r.action, r.expires_at FROM kernel.review r
                       WHERE r.expires_at >= (SELECT clock_timestamp())
                         AND (r.panel IN (SELECT s.panel FROM kernel.seat s WHERE s.person = %(person)s)
                              OR r.number IN (SELECT g.review FROM kernel.assignment g WHERE g.person = %(person)s
                                                 AND g.expires_at >= (SELECT clock_timestamp())))
                       ORDER BY r.expires_at OFFSET 0) r
          WHERE NOT COALESCE((SELECT true FROM kernel.fate f WHERE f.action = r.action), false)
            AND NOT COALESCE((SELECT true FROM kernel."authorization" z WHERE z.action = r.action), false)
            AND NOT COALESCE((SELECT true FROM kernel.settlement s WHERE s.action = r.action AND s.result = 'done'), false)
            AND NOT COALESCE((SELECT true FROM kernel.decision d WHERE d.review = r.number AND d.person = %(person)s
                    AND d.verdict IN ('approve', 'change', 'reject') LIMIT 1), false)
          ORDER BY r.expires_at LIMIT %(counted)s) AS waits) AS reviews,
       (SELECT count(*) FROM (
         SELECT FROM kernel.fate f
          WHERE f.kind = 'by_hand' AND NOT EXISTS (SELECT FROM kernel.report h WHERE h.action = f.action)
         UNION ALL
         SELECT FROM kernel.outcome o
          WHERE o.kind IN ('unknown', 'mismatch')
            AND NOT EXISTS (SELECT FROM kernel.finding fi WHERE fi.action = o.action)
          LIMIT %(counted)s) AS undone) AS by_hand;

-- name: ran_without
-- Since then: how many changes ran without a person, and how many somebody stopped.
SELECT count(*) FILTER (WHERE o.kind IN ('verified', 'recorded')) AS ran,
       count(*) FILTER (WHERE f.kind = 'revoked') AS stopped
  FROM kernel."authorization" z
  LEFT JOIN kernel.outcome o ON o.action = z.action
  LEFT JOIN kernel.fate f ON f.action = z.action
 WHERE z.basis = 'policy' AND z.authorized_at > %(since)s;

-- name: people_to_choose
-- Humans with their departments, for a list to choose from.
SELECT p.person AS id, p.name, p.department FROM public.profile p
  JOIN kernel.person k ON k.id = p.person AND k.kind = 'human'
 WHERE p.employment_status <> 'ended' ORDER BY p.name;

-- name: everybody_to_choose
-- The same with those who have left, last.
SELECT p.person AS id, p.name || CASE WHEN p.employment_status = 'ended' THEN ' (has left)' ELSE '' END AS name,
       p.department
  FROM public.profile p JOIN kernel.person k ON k.id = p.person AND k.kind = 'human'
 ORDER BY p.employment_status = 'ended', p.name;

-- name: groups_to_choose
SELECT slug AS id, name, external_id FROM public.directory_group ORDER BY name, slug;

-- name: units_to_choose
-- The organisational units of the policy in force.
SELECT unit ->> 'id' AS id, unit ->> 'name' AS name
  FROM jsonb_array_elements((
         SELECT v.document -> 'units'
           FROM kernel.adoption a JOIN kernel.policy_version v ON v.number = a.policy_version
          ORDER BY v.number DESC LIMIT 1)) AS unit
 ORDER BY 2, 1;

-- name: articles_to_choose
SELECT id, title AS name FROM public.article ORDER BY title;

-- name: company_about
-- The company's name, time zone and currency, from the file in force.
SELECT v.file #>> '{company,name}' AS name, v.file #>> '{company,timezone}' AS timezone,
       v.file #>> '{company,currency}' AS currency
  FROM kernel.adoption a JOIN kernel.policy_version v ON v.number = a.policy_version
 ORDER BY v.number DESC LIMIT 1;

-- name: version_days
-- When each version of the rules was adopted, to name it by its day.
SELECT policy_version AS number, adopted_at FROM kernel.adoption ORDER BY policy_version;

-- name: policy_version_file
SELECT v.number, v.author, v.file, v.proposed_at, v.digest, a.person AS adopted_by, a.adopted_at
  FROM kernel.policy_version v LEFT JOIN kernel.adoption a ON a.policy_version = v.number
 WHERE v.number = %(number)s;

-- name: versions_of_action
-- Every version of a change with the review it was asked in.
SELECT a.id AS action, a.version, r.number FROM kernel.action a LEFT JOIN kernel.review r ON r.action = a.id
 WHERE a.id = %(root)s OR a.root = %(root)s AND a.version > 1 ORDER BY a.version;

-- name: my_tickets
-- The tickets that a person opened, newest first.
WITH found AS MATERIALIZED (
    SELECT t.number
      FROM public.ticket t
     WHERE t.requester = %(person)s
       AND (%(search)s = '' OR t.number::text = %(search)s OR (
             SELECT true FROM public.message m WHERE m.ticket = t.number
                AND to_tsvector('simple', m.subject || ' ' || m.body) @@ plainto_tsquery('simple', %(search)s) LIMIT 1))
     ORDER BY t.number DESC LIMIT %(counted)s)
SELECT t.number, t.requester, t.opened_at, u.kind AS stands, u.at AS turned_at,
       EXISTS (SELECT FROM kernel.action a
                WHERE a.ticket = t.number AND 'waiting' = (
                      SELECT s.state FROM kernel.action_state s WHERE s.action = a.id)) AS waits,
       (SELECT COALESCE(NULLIF(m.subject, ''), left(m.body, 200)) FROM public.message m
         WHERE m.ticket = t.number ORDER BY m.id LIMIT 1) AS subject,
       (SELECT count(*) FROM found) AS total
  FROM (SELECT number FROM found ORDER BY number DESC LIMIT %(limit)s OFFSET %(offset)s) AS page
  JOIN public.ticket t ON t.number = page.number
  JOIN LATERAL (SELECT u.kind, u.at FROM public.turn u WHERE u.ticket = t.number ORDER BY u.id DESC LIMIT 1) u ON true
 ORDER BY t.number DESC;

-- name: ticket_is_staged
-- Whether the desk has looked at everything that was offered on a ticket.
SELECT NOT EXISTS (
    SELECT FROM kernel.proposal p WHERE p.ticket = %(ticket)s
       AND NOT EXISTS (SELECT FROM kernel.staging s WHERE s.proposal = p.id));

-- name: rights_by_id
SELECT e.id, e.name, s.name AS system_name, e.privileged
  FROM public.entitlement e JOIN public.system s ON s.id = e.system;

-- name: system_owners
-- Every system with the name of who answers for it, if anybody does.
SELECT s.name, p.name AS owner_name
  FROM public.system s LEFT JOIN public.profile p ON p.person = s.owner ORDER BY s.name;
