-- name: add_people
INSERT INTO kernel.person (id, kind) SELECT r.id, r.kind FROM jsonb_to_recordset(%(rows)s) AS r (id text, kind text)
ON CONFLICT (id) DO NOTHING;

-- name: changed_kinds
-- People whose kind a file would change; a person never changes kind.
SELECT r.id FROM jsonb_to_recordset(%(rows)s) AS r (id text, kind text)
  JOIN kernel.person p ON p.id = r.id AND p.kind <> r.kind;

-- name: set_profiles
INSERT INTO public.profile (person, name, email, department, manager, roles, employment_status, employment_start,
                            employment_end)
SELECT r.person, r.name, r.email, r.department, r.manager, ARRAY(SELECT jsonb_array_elements_text(r.roles)),
       r.employment_status, r.employment_start, r.employment_end
  FROM jsonb_to_recordset(%(rows)s) AS r (person text, name text, email text, department text, manager text,
       roles jsonb, employment_status text, employment_start date, employment_end date)
ON CONFLICT (person) DO UPDATE SET name = EXCLUDED.name, email = EXCLUDED.email, department = EXCLUDED.department,
    manager = EXCLUDED.manager, roles = EXCLUDED.roles, employment_status = EXCLUDED.employment_status,
    employment_start = EXCLUDED.employment_start, employment_end = EXCLUDED.employment_end;

-- name: end_absent_people
-- Whoever is no longer in the file has left, as far as facts are concerned.
UPDATE public.profile SET employment_status = 'ended' WHERE person <> ALL(%(people)s);

-- name: end_accounts
UPDATE kernel.account a SET ended_at = clock_timestamp()
 WHERE a.ended_at IS NULL AND NOT EXISTS (
   SELECT FROM jsonb_to_recordset(%(rows)s) AS r (person text, issuer text, subject text)
    WHERE r.person = a.person AND r.issuer = a.issuer AND r.subject = a.subject);

-- name: add_accounts_of_people
INSERT INTO kernel.account (person, issuer, subject)
SELECT r.person, r.issuer, r.subject
  FROM jsonb_to_recordset(%(rows)s) AS r (person text, issuer text, subject text)
ON CONFLICT (issuer, subject) DO UPDATE SET ended_at = NULL WHERE kernel.account.person = EXCLUDED.person;

-- name: moved_accounts
-- Accounts that a file gives to somebody else than the person who has them.
SELECT a.issuer, a.subject, a.person AS held_by, r.person AS given_to
  FROM jsonb_to_recordset(%(rows)s) AS r (person text, issuer text, subject text)
  JOIN kernel.account a ON a.issuer = r.issuer AND a.subject = r.subject AND a.person <> r.person;

-- name: drop_logins
DELETE FROM public.sign_in_link WHERE person <> ALL(%(people)s);

-- name: close_logins
DELETE FROM public.login WHERE person <> ALL(%(people)s);

-- name: add_logins
INSERT INTO public.login (person) SELECT unnest(%(people)s::text[]) ON CONFLICT (person) DO NOTHING;

-- name: clear_register
DELETE FROM public.authority;

-- name: clear_absences
DELETE FROM public.absence;

-- name: add_register
INSERT INTO public.authority (person, contexts, cost_limit, backup, scope)
SELECT r.person, ARRAY(SELECT jsonb_array_elements_text(r.contexts)), r.cost_limit, r.backup,
       ARRAY(SELECT jsonb_array_elements_text(r.scope))
  FROM jsonb_to_recordset(%(rows)s) AS r (person text, contexts jsonb, cost_limit bigint, backup text, scope jsonb);

-- name: add_absences
INSERT INTO public.absence (person, starts, ends)
SELECT r.person, r.starts, r.ends
  FROM jsonb_to_recordset(%(rows)s) AS r (person text, starts timestamptz, ends timestamptz);

-- name: clear_systems
TRUNCATE public.system, public.entitlement, public.entitlement_grant, public.group_grant, public.group_owner,
    public.connector, public.article;

-- name: add_systems
INSERT INTO public.system (id, name, connector, owner, environment, data_class)
SELECT r.id, r.name, r.connector, r.owner, r.environment, r.data_class
  FROM jsonb_to_recordset(%(rows)s) AS r (id text, name text, connector text, owner text, environment text,
       data_class text);

-- name: add_entitlements
INSERT INTO public.entitlement (id, system, name, privileged)
SELECT r.id, r.system, r.name, r.privileged
  FROM jsonb_to_recordset(%(rows)s) AS r (id text, system text, name text, privileged boolean);

-- name: add_entitlement_grants
INSERT INTO public.entitlement_grant (entitlement, includes)
SELECT r.entitlement, r.includes
  FROM jsonb_to_recordset(%(rows)s) AS r (entitlement text, includes text);

-- name: add_group_grants
INSERT INTO public.group_grant (group_slug, entitlement)
SELECT r.group_slug, r.entitlement FROM jsonb_to_recordset(%(rows)s) AS r (group_slug text, entitlement text);

-- name: add_group_owners
INSERT INTO public.group_owner (group_slug, person)
SELECT r.group_slug, r.person FROM jsonb_to_recordset(%(rows)s) AS r (group_slug text, person text);

-- name: add_connectors
INSERT INTO public.connector (name, kind, settings)
SELECT r.name, r.kind, r.settings FROM jsonb_to_recordset(%(rows)s) AS r (name text, kind text, settings jsonb);

-- name: add_articles
INSERT INTO public.article (id, title, body, audience, review_by)
SELECT r.id, r.title, r.body, ARRAY(SELECT jsonb_array_elements_text(r.audience)), r.review_by
  FROM jsonb_to_recordset(%(rows)s) AS r (id text, title text, body text, audience jsonb, review_by date);

-- name: policy_versions
-- Every version of the file with who adopted it, newest first.
SELECT v.number, v.digest, v.author, v.proposed_at, v.file, a.person AS adopted_by, a.adopted_at
  FROM kernel.policy_version v LEFT JOIN kernel.adoption a ON a.policy_version = v.number
 ORDER BY v.number DESC;

-- name: policy_version
-- The rules of one version.
SELECT v.number, v.document FROM kernel.policy_version v WHERE v.number = %(number)s;

-- name: staged_between
-- What was offered in that time and assessed, oldest first: of each change every version that a person
-- changed, and the last one. `previous` is the version before it.
WITH offered AS (
    SELECT a.id, a.proposal, a.staged_at, min(a.staged_at) OVER (PARTITION BY a.proposal) AS offered_at
      FROM kernel.action a JOIN kernel.assessment s ON s.action = a.id
     WHERE a.version = 1 AND a.staged_at >= %(since)s AND a.staged_at < %(until)s),
versions AS (
    SELECT o.id AS first, o.proposal, o.offered_at, o.staged_at AS began, v.id, v.version, v.staged_at,
           lag(v.id) OVER turns AS previous, lead(v.id) OVER turns IS NULL AS last
      FROM offered o JOIN LATERAL (
             SELECT x.id, x.version, x.staged_at FROM kernel.action x WHERE x.id = o.id
             UNION ALL
             SELECT x.id, x.version, x.staged_at FROM kernel.action x WHERE x.root = o.id AND x.version > 1) v ON true
    WINDOW turns AS (PARTITION BY o.id ORDER BY v.version))
SELECT v.id::text AS id, v.first::text AS first, v.proposal::text AS proposal, v.previous::text AS previous,
       CASE v.version WHEN 1 THEN v.offered_at ELSE v.staged_at END AS at, v.offered_at
  FROM versions v
 WHERE v.last OR EXISTS (SELECT FROM kernel.decision d WHERE d.action = v.id AND d.verdict = 'change')
 ORDER BY v.began, v.first, v.version;

-- name: add_policy_version
INSERT INTO kernel.policy_version (number, document, file, digest, author)
VALUES ((SELECT COALESCE(max(number), 0) + 1 FROM kernel.policy_version), %(document)s, %(file)s, %(digest)s,
        %(author)s) RETURNING number;

-- name: adopt
INSERT INTO kernel.adoption (policy_version, author, person)
SELECT number, author, %(person)s FROM kernel.policy_version WHERE number = %(number)s;

-- name: add_standing
-- Phases of a demonstration; a category that has standing keeps it.
INSERT INTO kernel.standing (category, phase, granted, basis)
SELECT r.category, r.phase, r.phase > 1 AND r.category NOT LIKE '%%/3', 'demo'
  FROM jsonb_to_recordset(%(rows)s) AS r (category text, phase integer)
 WHERE NOT EXISTS (SELECT FROM kernel.standing s WHERE s.category = r.category);

-- name: file_in_force
-- The file behind the rules in force.
SELECT v.file FROM kernel.adoption a JOIN kernel.policy_version v ON v.number = a.policy_version
 ORDER BY v.number DESC LIMIT 1;

-- name: rules_unreadable
-- The latest word on whether the company's file could be read, where it is that it could not.
SELECT e.at, (e.detail->>'problems')::integer AS problems, (e.detail->>'line')::integer AS line,
       (SELECT max(a.policy_version) FROM kernel.adoption a) AS version
  FROM (SELECT * FROM kernel.event WHERE name IN ('policy.unreadable', 'policy.read') ORDER BY id DESC LIMIT 1) e
 WHERE e.name = 'policy.unreadable';
