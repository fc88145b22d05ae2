-- 0013. Access for a time. Adds takes_back, ending and granted, and a third ground of a permission: `term`. An approval
-- of access for so many hours approves that it ends then: its inverse, at the same target for the same person, needs
-- no second yes, and nothing else does without one. {web}, {desk} and {executor} are login roles.

-- Which type takes back what which type gives; nothing else ends by itself.
CREATE TABLE kernel.takes_back (
    gives text PRIMARY KEY,
    takes text NOT NULL
);
INSERT INTO kernel.takes_back (gives, takes) VALUES
    ('idp.add_to_group', 'idp.remove_from_group'),
    ('github.set_membership', 'idp.remove_from_group'),
    ('db.grant_role', 'db.revoke_role');

-- For how many hours, as the approved bytes say; null where they say nothing of it.
CREATE FUNCTION kernel.hours_of(canonical bytea) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN NULLIF((pg_catalog.convert_from(canonical, 'UTF8')::jsonb #>> '{{params,hours}}')::integer, 0);

-- Access that ends before its time: somebody gave it up, or it was found gone.
CREATE TABLE kernel.ending (
    action   uuid NOT NULL REFERENCES kernel.action,
    why      text NOT NULL CHECK (why IN ('ended', 'gone')),
    person   text REFERENCES kernel.person,
    ended_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (action, why),
    -- Who gave it up is on record; nobody did where it is only gone.
    CONSTRAINT given_up_by_somebody CHECK ((why = 'ended') = (person IS NOT NULL))
);

-- Access for a time that took effect and was not taken back, and when it is due to be. Whatever gave the same again
-- since counts instead.
CREATE VIEW kernel.granted AS
SELECT a.id AS action, a.ticket, a.type, a.connector, a.beneficiary, kernel.target_of(a.canonical) AS target,
       i.takes, kernel.hours_of(a.canonical) AS hours, COALESCE(o.at, se.settled_at) AS since,
       LEAST(COALESCE(o.at, se.settled_at) + kernel.hours_of(a.canonical) * interval '1 hour', e.ended_at) AS due_at
  FROM kernel.action a
  JOIN kernel.takes_back i ON i.gives = a.type
  JOIN LATERAL (SELECT v.state FROM kernel.action_state v WHERE v.action = a.id OFFSET 0) st ON true
  LEFT JOIN kernel.outcome o ON o.action = a.id
  LEFT JOIN kernel.settlement se ON se.action = a.id
  LEFT JOIN kernel.ending e ON e.action = a.id AND e.why = 'ended'
 WHERE kernel.hours_of(a.canonical) IS NOT NULL AND st.state IN ('executed', 'unknown', 'mismatch')
   AND NOT EXISTS (SELECT FROM kernel.ending g WHERE g.action = a.id AND g.why = 'gone')
   AND NOT EXISTS (SELECT FROM kernel.action b JOIN kernel.action_state v ON v.action = b.id
                    WHERE b.undoes = a.id AND v.state = 'executed')
   AND NOT EXISTS (SELECT FROM kernel.action n JOIN kernel.outcome p ON p.action = n.id
                    WHERE n.type = a.type AND n.connector = a.connector AND n.beneficiary = a.beneficiary
                      AND hashtext(kernel.target_of(n.canonical)) = hashtext(kernel.target_of(a.canonical))
                      AND kernel.target_of(n.canonical) = kernel.target_of(a.canonical)
                      AND p.kind IN ('verified', 'recorded') AND p.at > COALESCE(o.at, se.settled_at));
CREATE INDEX action_gives ON kernel.action (id)
    WHERE type IN ('idp.add_to_group', 'github.set_membership', 'db.grant_role');

-- ------------------------------------------------------------------ the third ground of a permission

ALTER TABLE kernel."authorization"
    DROP CONSTRAINT authorization_basis_check,
    DROP CONSTRAINT policy_or_people;
ALTER TABLE kernel."authorization"
    ADD CONSTRAINT authorization_basis_check CHECK (basis IN ('policy', 'decisions', 'term')),
    -- A policy authorizes only what runs on its own; the end of access was approved with it; everything else needs
    -- its number of different people.
    ADD CONSTRAINT policy_or_people CHECK (
        basis = 'policy' AND mode = 'HOTL' AND tier < 3
            AND policy_version IS NOT NULL AND standing IS NOT NULL AND decision_1 IS NULL
        OR basis = 'decisions' AND mode IN ('HITL', 'SUGGEST') AND decision_1 IS NOT NULL
            AND (needed = 1 OR decision_2 IS NOT NULL AND person_1 <> person_2)
        OR basis = 'term' AND mode <> 'REFUSE'
    );

-- The end of access is that of one grant whose time is over: its inverse, at its target, for its person.
CREATE POLICY as_agreed ON kernel."authorization" AS RESTRICTIVE FOR INSERT WITH CHECK (
    basis <> 'term' OR EXISTS (
        SELECT FROM kernel.action r, kernel.granted g
         WHERE r.id = "authorization".action AND g.action = r.undoes AND r.type = g.takes
           AND r.connector = g.connector AND kernel.target_of(r.canonical) = g.target
           AND r.beneficiary = g.beneficiary AND g.due_at <= clock_timestamp()));

-- ------------------------------------------------------------------ who may write it

GRANT SELECT ON kernel.takes_back, kernel.ending, kernel.granted TO {web}, {desk}, {executor};
GRANT INSERT (action, why, person) ON kernel.ending TO {web}, {desk};
ALTER TABLE kernel.ending ENABLE ROW LEVEL SECURITY;
CREATE POLICY ending_read ON kernel.ending FOR SELECT USING (true);
CREATE POLICY ending_web ON kernel.ending FOR INSERT TO {web} WITH CHECK (why = 'ended');
CREATE POLICY ending_desk ON kernel.ending FOR INSERT TO {desk} WITH CHECK (why = 'gone');
