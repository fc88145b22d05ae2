-- 0016. What a review may need besides the yes. Zones of a badge for a time; call_back, what somebody asked the requester
-- on a number that the ticket does not give; emergency_looked_over, what somebody else said afterwards about a change that
-- was an emergency; a fifth ground of a permission, `rollback`, for the undo that an approval covered. {web}, {desk} and
-- {executor} are login roles.

-- ------------------------------------------------------------------ a badge opens a room for a time

INSERT INTO kernel.takes_back (gives, takes) VALUES ('badge.set_zones', 'badge.remove_zones');

-- What of it ends, as the approved bytes say, where that is not all that they give.
CREATE FUNCTION kernel.ends_of(canonical bytea) RETURNS jsonb LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN pg_catalog.convert_from(canonical, 'UTF8')::jsonb #> '{{params,ends}}';

-- As before, but where the bytes name what ends, only what gives all of that again counts instead.
CREATE OR REPLACE VIEW kernel.granted AS
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
                      AND (kernel.ends_of(a.canonical) IS NULL OR kernel.ends_of(n.canonical) @> kernel.ends_of(a.canonical))
                      AND p.kind IN ('verified', 'recorded') AND p.at > COALESCE(o.at, se.settled_at));
DROP INDEX kernel.action_gives;
CREATE INDEX action_gives ON kernel.action (id)
    WHERE type IN ('idp.add_to_group', 'github.set_membership', 'db.grant_role', 'badge.set_zones');

-- ------------------------------------------------------------------ nobody proved to be the requester: somebody calls them back

ALTER TABLE kernel.assessment ADD COLUMN call_back boolean NOT NULL DEFAULT false;
GRANT INSERT (call_back) ON kernel.assessment TO {desk};

CREATE TABLE kernel.call_back (
    id          uuid PRIMARY KEY,
    action      uuid NOT NULL,
    digest      bytea NOT NULL,
    requester   text NOT NULL,
    beneficiary text NOT NULL,
    initiator   text NOT NULL,
    changer     text NOT NULL,
    person      text NOT NULL,
    person_kind text NOT NULL DEFAULT 'human',
    account     bigint NOT NULL,
    channel     text NOT NULL,
    -- Where the number is from; the ticket is no place for it.
    number_from text NOT NULL CHECK (number_from IN ('directory', 'hr_record', 'in_person')),
    result      text NOT NULL CHECK (result IN ('confirmed', 'denied', 'not_reached')),
    note        text NOT NULL DEFAULT '' CHECK (length(note) <= 1000),
    called_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- It is about exactly these bytes and these people.
    CONSTRAINT of_these_bytes FOREIGN KEY (action, digest, requester, beneficiary, initiator, changer)
        REFERENCES kernel.action (id, digest, requester, beneficiary, initiator, changer),
    FOREIGN KEY (person, person_kind) REFERENCES kernel.person (id, kind),
    FOREIGN KEY (account, person) REFERENCES kernel.account (id, person),
    -- The agent and services call nobody.
    CONSTRAINT human CHECK (person_kind = 'human'),
    -- Nobody confirms for themselves that they asked.
    CONSTRAINT another_person CHECK (person NOT IN (requester, beneficiary, initiator, changer))
);
CREATE INDEX call_back_action ON kernel.call_back (action);

-- Every call about an action or another version of it: it was the same person who was to have asked.
CREATE VIEW kernel.called AS
SELECT a.id AS action, c.id, c.person, c.number_from, c.result, c.note, c.channel, c.called_at
  FROM kernel.call_back c JOIN kernel.action b ON b.id = c.action
  JOIN kernel.action a ON a.id = b.root OR a.root = b.root AND a.version > 1;

GRANT SELECT ON kernel.call_back, kernel.called TO {web}, {desk}, {executor};
GRANT INSERT (id, action, digest, requester, beneficiary, initiator, changer, person, account, channel, number_from, result,
              note) ON kernel.call_back TO {web};
ALTER TABLE kernel.call_back ENABLE ROW LEVEL SECURITY;
CREATE POLICY call_back_read ON kernel.call_back FOR SELECT USING (true);
CREATE POLICY call_back_web ON kernel.call_back FOR INSERT TO {web} WITH CHECK (true);
CREATE POLICY by_somebody_who_works_here ON kernel.call_back AS RESTRICTIVE FOR INSERT WITH CHECK (
    EXISTS (SELECT FROM public.authority a WHERE a.person = call_back.person)
    OR EXISTS (SELECT FROM public.profile p WHERE p.person = call_back.person AND 'owner' = ANY (p.roles)));
CREATE POLICY account_in_use ON kernel.call_back AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.account a WHERE a.id = call_back.account AND a.ended_at IS NOT NULL));

-- No yes counts before somebody confirmed it, nor after they said that it was not them.
CREATE POLICY called_back ON kernel.decision AS RESTRICTIVE FOR INSERT WITH CHECK (
    verdict <> 'approve'
    OR NOT EXISTS (SELECT FROM kernel.assessment s WHERE s.action = decision.action AND s.call_back)
    OR EXISTS (SELECT FROM kernel.called c WHERE c.action = decision.action AND c.result = 'confirmed')
       AND NOT EXISTS (SELECT FROM kernel.called c WHERE c.action = decision.action AND c.result = 'denied'));
CREATE POLICY called_back ON kernel.override AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.assessment s WHERE s.action = override.action AND s.call_back)
    OR EXISTS (SELECT FROM kernel.called c WHERE c.action = override.action AND c.result = 'confirmed')
       AND NOT EXISTS (SELECT FROM kernel.called c WHERE c.action = override.action AND c.result = 'denied'));

-- ------------------------------------------------------------------ an emergency is looked over afterwards

ALTER TABLE kernel.assessment ADD COLUMN emergency boolean NOT NULL DEFAULT false;
GRANT INSERT (emergency) ON kernel.assessment TO {desk};
CREATE INDEX assessment_emergency ON kernel.assessment (action) WHERE emergency;

-- Somebody else than who said yes looked at it afterwards; until then it is open.
CREATE TABLE kernel.emergency_looked_over (
    action      uuid PRIMARY KEY REFERENCES kernel."authorization",
    person      text NOT NULL,
    person_kind text NOT NULL DEFAULT 'human',
    account     bigint NOT NULL,
    verdict     text NOT NULL CHECK (verdict IN ('right', 'wrong')),
    note        text NOT NULL CHECK (note <> '' AND length(note) <= 4000),
    looked_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    FOREIGN KEY (person, person_kind) REFERENCES kernel.person (id, kind),
    FOREIGN KEY (account, person) REFERENCES kernel.account (id, person),
    CONSTRAINT human CHECK (person_kind = 'human')
);

-- An emergency that people permitted and that has started; one that somebody overrode is open as that.
CREATE VIEW kernel.emergency AS
SELECT z.action, a.ticket, z.person_1, z.person_2, f.turned_at AS started_at, f.turned_at + interval '48 hours' AS due_at
  FROM kernel.assessment s JOIN kernel."authorization" z ON z.action = s.action AND z.basis = 'decisions'
  JOIN kernel.fate f ON f.action = s.action AND f.kind IN ('claimed', 'by_hand')
  JOIN kernel.action a ON a.id = s.action
 WHERE s.emergency;

GRANT SELECT ON kernel.emergency_looked_over, kernel.emergency TO {web}, {desk}, {executor};
GRANT INSERT (action, person, account, verdict, note) ON kernel.emergency_looked_over TO {web};
ALTER TABLE kernel.emergency_looked_over ENABLE ROW LEVEL SECURITY;
CREATE POLICY emergency_looked_over_read ON kernel.emergency_looked_over FOR SELECT USING (true);
CREATE POLICY emergency_looked_over_web ON kernel.emergency_looked_over FOR INSERT TO {web} WITH CHECK (true);
CREATE POLICY by_somebody_who_works_here ON kernel.emergency_looked_over AS RESTRICTIVE FOR INSERT WITH CHECK (
    EXISTS (SELECT FROM public.authority a WHERE a.person = emergency_looked_over.person)
    OR EXISTS (SELECT FROM public.profile p WHERE p.person = emergency_looked_over.person AND 'owner' = ANY (p.roles)));
CREATE POLICY account_in_use ON kernel.emergency_looked_over AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.account a WHERE a.id = emergency_looked_over.account AND a.ended_at IS NOT NULL));
-- Nobody looks over what they said yes to.
CREATE POLICY by_another_than_said_yes ON kernel.emergency_looked_over AS RESTRICTIVE FOR INSERT WITH CHECK (
    EXISTS (SELECT FROM kernel.emergency e WHERE e.action = emergency_looked_over.action
               AND emergency_looked_over.person NOT IN (e.person_1, COALESCE(e.person_2, ''))));

-- ------------------------------------------------------------------ the fifth ground of a permission

-- The undo that the approved bytes cover; null where they cover none.
CREATE FUNCTION kernel.rollback_of(canonical bytea) RETURNS jsonb LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN pg_catalog.convert_from(canonical, 'UTF8')::jsonb #> '{{seen,_rollback}}';

-- The undo that people said yes to with a change that has been made, and until when; once. Whoever undid it otherwise
-- has undone it.
CREATE VIEW kernel.rollback AS
SELECT a.id AS action, a.connector, a.beneficiary, kernel.target_of(a.canonical) AS target, z.person_1 AS approver,
       kernel.rollback_of(a.canonical) ->> 'type' AS type, kernel.rollback_of(a.canonical) -> 'params' AS params,
       o.at + (kernel.rollback_of(a.canonical) ->> 'hours')::integer * interval '1 hour' AS ends_at
  FROM kernel.action a
  JOIN kernel."authorization" z ON z.action = a.id AND z.basis = 'decisions'
  JOIN kernel.outcome o ON o.action = a.id AND o.kind IN ('verified', 'recorded')
 WHERE kernel.rollback_of(a.canonical) IS NOT NULL
   AND NOT EXISTS (SELECT FROM kernel.action b JOIN kernel.action_state v ON v.action = b.id
                    WHERE b.undoes = a.id AND v.state = 'executed')
   AND NOT EXISTS (SELECT FROM kernel.action b JOIN kernel."authorization" y ON y.action = b.id AND y.basis = 'rollback'
                    WHERE b.undoes = a.id);
GRANT SELECT ON kernel.rollback TO {web}, {desk}, {executor};

ALTER TABLE kernel."authorization"
    DROP CONSTRAINT authorization_basis_check,
    DROP CONSTRAINT policy_or_people;
ALTER TABLE kernel."authorization"
    ADD CONSTRAINT authorization_basis_check CHECK (basis IN ('policy', 'decisions', 'term', 'override', 'rollback')),
    -- A policy authorizes only what runs on its own; the end of access, and an undo that was covered, were approved before;
    -- an override is one human's for what waits, never for what is not allowed; everything else needs its number of
    -- different people.
    ADD CONSTRAINT policy_or_people CHECK (
        basis = 'policy' AND mode = 'HOTL' AND tier < 3
            AND policy_version IS NOT NULL AND standing IS NOT NULL AND decision_1 IS NULL
        OR basis = 'decisions' AND mode IN ('HITL', 'SUGGEST') AND decision_1 IS NOT NULL
            AND (needed = 1 OR decision_2 IS NOT NULL AND person_1 <> person_2)
        OR basis IN ('term', 'override', 'rollback') AND mode <> 'REFUSE'
    );
-- Exactly what was covered, at its target and for its person, and it starts before the time is over.
CREATE POLICY as_covered ON kernel."authorization" AS RESTRICTIVE FOR INSERT WITH CHECK (
    basis <> 'rollback' OR EXISTS (
        SELECT FROM kernel.action r JOIN kernel.rollback b ON b.action = r.undoes
         WHERE r.id = "authorization".action AND r.type = b.type AND r.connector = b.connector
           AND kernel.target_of(r.canonical) = b.target AND r.beneficiary = b.beneficiary
           AND pg_catalog.convert_from(r.canonical, 'UTF8')::jsonb -> 'params' = b.params
           AND "authorization".expires_at <= b.ends_at));
