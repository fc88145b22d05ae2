-- name: person
-- A person with the details that facts, routing and screens need.
SELECT k.id, k.kind, COALESCE(p.name, k.id) AS name, COALESCE(p.email, '') AS email,
       COALESCE(p.department, '') AS department, p.manager, COALESCE(p.roles, '{}') AS roles,
       COALESCE(p.employment_status, 'unknown') AS employment_status, p.employment_start, p.employment_end
  FROM kernel.person k LEFT JOIN public.profile p ON p.person = k.id
 WHERE k.id = %(person)s;

-- name: people_by_id
-- The same for several people.
SELECT k.id, k.kind, COALESCE(p.name, k.id) AS name, COALESCE(p.email, '') AS email,
       COALESCE(p.department, '') AS department, p.manager, COALESCE(p.roles, '{}') AS roles,
       COALESCE(p.employment_status, 'unknown') AS employment_status, p.employment_start, p.employment_end
  FROM kernel.person k LEFT JOIN public.profile p ON p.person = k.id
 WHERE k.id = ANY(%(people)s);

-- name: account
-- A person's account with an issuer, while it is theirs.
SELECT id FROM kernel.account WHERE person = %(person)s AND issuer = %(issuer)s AND ended_at IS NULL
 ORDER BY id LIMIT 1;

-- name: register
-- The authority register with the absences that have not ended.
SELECT a.person, a.contexts, a.cost_limit, a.backup, a.scope,
       COALESCE((SELECT array_agg(ARRAY[b.starts, b.ends] ORDER BY b.starts) FROM public.absence b
                  WHERE b.person = a.person AND b.ends > clock_timestamp()), '{}') AS absent
  FROM public.authority a ORDER BY a.person;

-- name: owners_of_the_desk
-- Who may change the authority register: the owners who work here.
SELECT p.person, p.name FROM public.profile p WHERE 'owner' = ANY(p.roles) AND p.employment_status <> 'ended' ORDER BY p.person;

-- name: directory_account
-- A person's entry in a mirrored directory, with the time of the last reading.
SELECT d.connector, d.external_id, d.user_name, d.active, d.factor_enrolled, d.locked_by, d.locked_at, r.read_at
  FROM public.entry_holder a
  JOIN public.directory_account d ON d.connector = a.issuer AND d.external_id = a.subject
  JOIN public.mirror_read r ON r.connector = d.connector
 WHERE a.person = %(person)s ORDER BY a.id LIMIT 1;

-- name: joining
-- The groups that somebody is being put into: by what has begun, and has not ended or ended after the directory was read.
SELECT DISTINCT g.slug
  FROM (
    -- Only of those that are left the bytes are read.
    SELECT a.connector, kernel.target_of(a.canonical) AS target
      FROM kernel.action a
     WHERE a.beneficiary = %(person)s AND a.type IN ('idp.add_to_group', 'github.set_membership')
       AND NOT EXISTS (
           SELECT FROM kernel.outcome o WHERE o.action = a.id AND (o.kind = 'not_applied' OR o.at <= COALESCE(
                  (SELECT r.read_at FROM public.mirror_read r WHERE r.connector = a.connector), '-infinity')) OFFSET 0)
       AND EXISTS (SELECT FROM kernel.fate f WHERE f.action = a.id AND f.kind IN ('claimed', 'by_hand', 'made') OFFSET 0)
    OFFSET 0) j
  JOIN public.directory_group g ON g.connector = j.connector AND g.external_id = j.target
 ORDER BY g.slug;

-- name: user_name_taken
-- Whether an entry of any mirrored directory has that user name.
SELECT EXISTS (SELECT FROM public.directory_account d WHERE lower(d.user_name) = lower(%(name)s));

-- name: directory_group
-- A group by our id.
SELECT g.slug, g.name, g.connector, g.external_id, o.person AS owner
  FROM public.directory_group g LEFT JOIN public.group_owner o ON o.group_slug = g.slug
 WHERE g.slug = %(group)s;

-- name: is_member
-- Whether any of the person's accounts is a direct member of the group.
SELECT EXISTS (
  SELECT FROM public.directory_group g
    JOIN public.membership m ON m.connector = g.connector AND m.group_id = g.external_id
     AND m.member_kind = 'account'
    JOIN public.entry_holder a ON a.issuer = m.connector AND a.subject = m.member_id
   WHERE g.slug = %(group)s AND a.person = %(person)s);

-- name: groups_of_person
-- The groups that any of the person's accounts is directly in.
SELECT DISTINCT g.slug
  FROM public.entry_holder a
  JOIN public.membership m ON m.connector = a.issuer AND m.member_id = a.subject AND m.member_kind = 'account'
  JOIN public.directory_group g ON g.connector = m.connector AND g.external_id = m.group_id
 WHERE a.person = %(person)s ORDER BY g.slug;

-- name: reach_of_person
-- Every group the person is in, nesting included, and whether the company's file lists each; `via` is
-- the nested group that led there.
WITH RECURSIVE reach (connector, group_id, via) AS (
  SELECT m.connector, m.group_id, NULL::text
    FROM public.entry_holder a
    JOIN public.membership m ON m.connector = a.issuer AND m.member_id = a.subject
     AND m.member_kind = 'account'
   WHERE a.person = %(person)s
  UNION
  SELECT m.connector, m.group_id, m.member_id
    FROM reach r
    JOIN public.membership m ON m.connector = r.connector AND m.member_id = r.group_id
     AND m.member_kind = 'group')
SELECT r.group_id, r.via, g.slug, g.name, o.group_slug IS NOT NULL AS listed
  FROM reach r JOIN public.directory_group g ON g.connector = r.connector AND g.external_id = r.group_id
  LEFT JOIN public.group_owner o ON o.group_slug = g.slug;

-- name: privileged_among
-- Those of these people who hold a privileged right, by whatever groups and included rights.
WITH RECURSIVE reach (person, connector, group_id) AS (
  SELECT a.person, m.connector, m.group_id
    FROM public.entry_holder a
    JOIN public.membership m ON m.connector = a.issuer AND m.member_id = a.subject AND m.member_kind = 'account'
   WHERE a.person = ANY(%(people)s)
  UNION
  SELECT r.person, m.connector, m.group_id
    FROM reach r
    JOIN public.membership m ON m.connector = r.connector AND m.member_id = r.group_id AND m.member_kind = 'group'),
held (person, entitlement) AS (
  SELECT r.person, t.entitlement
    FROM reach r
    JOIN public.directory_group g ON g.connector = r.connector AND g.external_id = r.group_id
    JOIN public.group_grant t ON t.group_slug = g.slug
  UNION
  SELECT h.person, i.includes FROM held h JOIN public.entitlement_grant i USING (entitlement))
SELECT DISTINCT h.person FROM held h JOIN public.entitlement e ON e.id = h.entitlement AND e.privileged ORDER BY h.person;

-- name: reach_of_group
-- The group and every group that contains it, nesting included, and whether the company's file lists each.
WITH RECURSIVE reach (connector, group_id, via) AS (
  SELECT connector, external_id, NULL::text FROM public.directory_group WHERE slug = %(group)s
  UNION
  SELECT m.connector, m.group_id, m.member_id
    FROM reach r
    JOIN public.membership m ON m.connector = r.connector AND m.member_id = r.group_id
     AND m.member_kind = 'group')
SELECT r.group_id, r.via, g.slug, g.name, o.group_slug IS NOT NULL AS listed
  FROM reach r JOIN public.directory_group g ON g.connector = r.connector AND g.external_id = r.group_id
  LEFT JOIN public.group_owner o ON o.group_slug = g.slug;

-- name: unlisted_groups
-- The groups that the company's file does not list, and how many accounts are in each, nesting included.
WITH RECURSIVE within (connector, group_id, member_id, member_kind) AS (
  SELECT m.connector, m.group_id, m.member_id, m.member_kind
    FROM public.membership m
    JOIN public.directory_group g ON g.connector = m.connector AND g.external_id = m.group_id
   WHERE NOT EXISTS (SELECT FROM public.group_owner o WHERE o.group_slug = g.slug)
  UNION
  SELECT w.connector, w.group_id, m.member_id, m.member_kind
    FROM within w
    JOIN public.membership m ON m.connector = w.connector AND m.group_id = w.member_id
   WHERE w.member_kind = 'group')
SELECT g.connector, g.slug, g.name, count(w.member_id) FILTER (WHERE w.member_kind = 'account') AS people
  FROM public.directory_group g
  LEFT JOIN within w ON w.connector = g.connector AND w.group_id = g.external_id
 WHERE NOT EXISTS (SELECT FROM public.group_owner o WHERE o.group_slug = g.slug)
 GROUP BY g.connector, g.slug, g.name
 ORDER BY g.name, g.slug;

-- name: rights_of_groups
-- The rights that groups carry, and the rights that those rights include.
WITH RECURSIVE carried (group_slug, entitlement) AS (
  SELECT group_slug, entitlement FROM public.group_grant WHERE group_slug = ANY(%(groups)s)
  UNION
  SELECT c.group_slug, i.includes FROM carried c JOIN public.entitlement_grant i USING (entitlement))
SELECT c.group_slug, e.id, e.name, e.privileged, s.id AS system, s.name AS system_name, s.environment,
       s.data_class, s.owner
  FROM carried c JOIN public.entitlement e ON e.id = c.entitlement JOIN public.system s ON s.id = e.system
 ORDER BY e.id, c.group_slug;

-- name: rights_through_group
-- The same of a group and of every group that contains it.
WITH RECURSIVE reach (connector, group_id) AS (
  SELECT connector, external_id FROM public.directory_group WHERE slug = %(group)s
  UNION
  SELECT m.connector, m.group_id
    FROM reach r
    JOIN public.membership m ON m.connector = r.connector AND m.member_id = r.group_id
     AND m.member_kind = 'group'),
carried (group_slug, entitlement) AS (
  SELECT t.group_slug, t.entitlement
    FROM reach r JOIN public.directory_group g ON g.connector = r.connector AND g.external_id = r.group_id
    JOIN public.group_grant t ON t.group_slug = g.slug
  UNION
  SELECT c.group_slug, i.includes FROM carried c JOIN public.entitlement_grant i USING (entitlement))
SELECT c.group_slug, e.id, e.name, e.privileged, s.id AS system, s.name AS system_name, s.environment,
       s.data_class, s.owner
  FROM carried c JOIN public.entitlement e ON e.id = c.entitlement JOIN public.system s ON s.id = e.system
 ORDER BY e.id, c.group_slug;

-- name: names_of_a_kind
-- Every name that a reader could mistake for another, as one text: a JSON list.
SELECT json_agg(n.name)::text
  FROM (SELECT name FROM public.directory_group UNION ALL SELECT p.name FROM public.profile p) n;

-- name: mirror_read_at
-- The oldest reading among the mirrored directories.
SELECT min(read_at) AS read_at, min(read_at) > clock_timestamp() - interval '10 minutes' AS fresh
  FROM public.mirror_read;

-- name: policy_in_force
-- The newest version that somebody other than its author adopted.
SELECT v.number, v.document, a.person AS adopted_by, a.adopted_at
  FROM kernel.adoption a JOIN kernel.policy_version v ON v.number = a.policy_version
 ORDER BY v.number DESC LIMIT 1;

-- name: company_section
-- The rows of one section of the file behind the policy in force.
SELECT v.file->%(section)s AS rows
  FROM kernel.adoption a JOIN kernel.policy_version v ON v.number = a.policy_version
 ORDER BY v.number DESC LIMIT 1;

-- name: ordered_for
-- The equipment that was ordered for a person and not cancelled, and what waits to be.
SELECT DISTINCT convert_from(a.canonical, 'UTF8')::jsonb->'params'->>'item' AS item
  FROM kernel.action a JOIN kernel.action_state s ON s.action = a.id
 WHERE a.beneficiary = %(person)s AND a.type = 'equipment.order'
   AND s.state IN ('waiting', 'by_hand', 'authorized', 'executing', 'executed', 'unknown', 'mismatch');

-- name: article
-- A knowledge article.
SELECT id, title, body, audience, review_by FROM public.article WHERE id = %(article)s;

-- name: connectors
-- The connected apps.
SELECT name, kind, settings FROM public.connector ORDER BY name;

-- name: drop_accounts
DELETE FROM public.directory_account WHERE connector = %(connector)s;

-- name: drop_groups
DELETE FROM public.directory_group WHERE connector = %(connector)s;

-- name: drop_memberships
DELETE FROM public.membership WHERE connector = %(connector)s;

-- name: add_accounts
INSERT INTO public.directory_account (connector, external_id, user_name, display_name, active, factor_enrolled,
                                      locked_by, locked_at)
SELECT %(connector)s, r.external_id, r.user_name, r.display_name, r.active, r.factor_enrolled,
       COALESCE(r.locked_by, ''), r.locked_at
  FROM jsonb_to_recordset(%(rows)s) AS r (external_id text, user_name text, display_name text, active boolean,
       factor_enrolled boolean, locked_by text, locked_at timestamptz);

-- name: add_groups
INSERT INTO public.directory_group (connector, external_id, slug, name)
SELECT %(connector)s, r.external_id, r.slug, r.name
  FROM jsonb_to_recordset(%(rows)s) AS r (external_id text, slug text, name text);

-- name: add_memberships
INSERT INTO public.membership (connector, group_id, member_id, member_kind)
SELECT %(connector)s, r.group_id, r.member_id, r.member_kind
  FROM jsonb_to_recordset(%(rows)s) AS r (group_id text, member_id text, member_kind text)
ON CONFLICT DO NOTHING;

-- name: mirror_was_read
-- What it shows is as old as the beginning of its reading.
INSERT INTO public.mirror_read (connector, read_at) VALUES (%(connector)s, %(began)s)
ON CONFLICT (connector) DO UPDATE SET read_at = EXCLUDED.read_at;

-- name: asset
-- A thing of the inventory in force with the data class of its system, else the system of that id.
WITH f AS (
  SELECT v.file FROM kernel.policy_version v JOIN kernel.adoption d ON d.policy_version = v.number
   ORDER BY v.number DESC LIMIT 1),
s AS (SELECT s FROM f CROSS JOIN LATERAL jsonb_array_elements(f.file->'systems') s),
a AS (SELECT a FROM f CROSS JOIN LATERAL jsonb_array_elements(f.file->'assets') a WHERE a->>'id' = %(asset)s)
SELECT a->>'id' AS id, a->>'name' AS name, a->>'kind' AS kind, COALESCE(a->>'environment', 'unknown') AS environment,
       COALESCE(a->>'criticality', 'unknown') AS criticality, COALESCE(s->>'data_class', 'unknown') AS data_class,
       a->>'connector' AS connector, COALESCE(a->>'owner', s->>'owner') AS owner
  FROM a LEFT JOIN s ON s->>'id' = a->>'system'
UNION ALL
SELECT s->>'id', s->>'name', 'system', COALESCE(s->>'environment', 'unknown'), 'unknown',
       COALESCE(s->>'data_class', 'unknown'), s->>'connector', s->>'owner'
  FROM s WHERE s->>'id' = %(asset)s
 LIMIT 1;

-- name: account_in
-- A person's account in a connected app, by the app's own id.
SELECT subject FROM public.entry_holder WHERE person = %(person)s AND issuer = %(connector)s AND ended_at IS NULL
 ORDER BY id LIMIT 1;

-- name: held_before
-- What a person was before a change, as its bytes say; one that gave the same again counts as the one that it renewed.
SELECT b.seen->>'held'
  FROM kernel.action a
  JOIN kernel.action n ON n.type = a.type AND n.connector = a.connector AND n.beneficiary = a.beneficiary
   AND kernel.target_of(n.canonical) = kernel.target_of(a.canonical)
  JOIN kernel.outcome o ON o.action = n.id AND o.kind = 'verified'
 CROSS JOIN LATERAL (SELECT convert_from(n.canonical, 'UTF8')::jsonb->'seen' AS seen) b
 WHERE a.id = %(change)s AND a.beneficiary = %(person)s AND b.seen->>'held' <> b.seen->>'_to'
 ORDER BY o.at DESC LIMIT 1;

-- name: things_named
-- Which of these ids are assets or systems of the inventory in force, each with the system it is a part of.
WITH f AS (
  SELECT v.file FROM kernel.policy_version v JOIN kernel.adoption d ON d.policy_version = v.number
   ORDER BY v.number DESC LIMIT 1),
a AS (SELECT a FROM f CROSS JOIN LATERAL jsonb_array_elements(f.file->'assets') a
       WHERE a->>'id' = ANY(%(ids)s::text[]))
SELECT a->>'id' AS id FROM a
UNION
SELECT a->>'system' FROM a WHERE a ? 'system'
UNION
SELECT s.id FROM public.system s WHERE s.id = ANY(%(ids)s::text[]);
