-- 0014. Break-glass; screens say emergency override. Adds override, looked_over and a fourth ground of a permission. One
-- human who answers for the desk, and is no party to it, may permit one change that waits, alone and for an hour: it is on
-- record before anything starts, and open until another human has looked at it. {web}, {desk} and {executor} are login
-- roles.

CREATE TABLE kernel.override (
    action      uuid PRIMARY KEY,
    digest      bytea NOT NULL,
    requester   text NOT NULL,
    beneficiary text NOT NULL,
    initiator   text NOT NULL,
    changer     text NOT NULL,
    person      text NOT NULL,
    person_kind text NOT NULL DEFAULT 'human',
    account     bigint NOT NULL,
    channel     text NOT NULL,
    -- Whoever reads it in a year understands why nobody else was asked.
    reason      text NOT NULL CHECK (length(reason) BETWEEN 20 AND 4000),
    invoked_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- It is about exactly these bytes and these people.
    CONSTRAINT of_these_bytes FOREIGN KEY (action, digest, requester, beneficiary, initiator, changer)
        REFERENCES kernel.action (id, digest, requester, beneficiary, initiator, changer),
    FOREIGN KEY (person, person_kind) REFERENCES kernel.person (id, kind),
    FOREIGN KEY (account, person) REFERENCES kernel.account (id, person),
    -- The agent and services never break the glass.
    CONSTRAINT human CHECK (person_kind = 'human'),
    -- Also in an emergency nobody permits what they asked for, gain from, staged or made riskier.
    CONSTRAINT another_person CHECK (person NOT IN (requester, beneficiary, initiator, changer)),
    UNIQUE (action, person)
);

-- Another human looked at it afterwards; until then it is open.
CREATE TABLE kernel.looked_over (
    override    uuid PRIMARY KEY,
    invoker     text NOT NULL,
    person      text NOT NULL,
    person_kind text NOT NULL DEFAULT 'human',
    account     bigint NOT NULL,
    verdict     text NOT NULL CHECK (verdict IN ('right', 'wrong')),
    note        text NOT NULL CHECK (note <> '' AND length(note) <= 4000),
    looked_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    FOREIGN KEY (override, invoker) REFERENCES kernel.override (action, person),
    FOREIGN KEY (person, person_kind) REFERENCES kernel.person (id, kind),
    FOREIGN KEY (account, person) REFERENCES kernel.account (id, person),
    CONSTRAINT human CHECK (person_kind = 'human'),
    -- Nobody looks over what they did alone.
    CONSTRAINT another_person CHECK (person <> invoker)
);

CREATE VIEW kernel.open_override AS
SELECT o.action, a.ticket, o.person, o.reason, o.invoked_at, o.invoked_at + interval '48 hours' AS due_at
  FROM kernel.override o JOIN kernel.action a ON a.id = o.action
 WHERE NOT EXISTS (SELECT FROM kernel.looked_over l WHERE l.override = o.action);

-- ------------------------------------------------------------------ the fourth ground of a permission

ALTER TABLE kernel."authorization"
    DROP CONSTRAINT authorization_basis_check,
    DROP CONSTRAINT policy_or_people;
ALTER TABLE kernel."authorization"
    ADD CONSTRAINT authorization_basis_check CHECK (basis IN ('policy', 'decisions', 'term', 'override')),
    -- A policy authorizes only what runs on its own; the end of access was approved with it; an override is one human's
    -- for what waits, never for what is not allowed; everything else needs its number of different people.
    ADD CONSTRAINT policy_or_people CHECK (
        basis = 'policy' AND mode = 'HOTL' AND tier < 3
            AND policy_version IS NOT NULL AND standing IS NOT NULL AND decision_1 IS NULL
        OR basis = 'decisions' AND mode IN ('HITL', 'SUGGEST') AND decision_1 IS NOT NULL
            AND (needed = 1 OR decision_2 IS NOT NULL AND person_1 <> person_2)
        OR basis IN ('term', 'override') AND mode <> 'REFUSE'
    );
CREATE POLICY within_an_hour ON kernel."authorization" AS RESTRICTIVE FOR INSERT WITH CHECK (
    basis <> 'override' OR EXISTS (
        SELECT FROM kernel.override o
         WHERE o.action = "authorization".action AND "authorization".expires_at <= o.invoked_at + interval '1 hour'));

-- ------------------------------------------------------------------ who may write it

GRANT SELECT ON kernel.override, kernel.looked_over, kernel.open_override TO {web}, {desk}, {executor};
GRANT INSERT (action, digest, requester, beneficiary, initiator, changer, person, account, channel, reason) ON kernel.override TO {web};
GRANT INSERT (override, invoker, person, account, verdict, note) ON kernel.looked_over TO {web};

ALTER TABLE kernel.override ENABLE ROW LEVEL SECURITY;
CREATE POLICY override_read ON kernel.override FOR SELECT USING (true);
CREATE POLICY override_web ON kernel.override FOR INSERT TO {web} WITH CHECK (true);
CREATE POLICY by_owner_or_security ON kernel.override AS RESTRICTIVE FOR INSERT WITH CHECK (
    EXISTS (SELECT FROM public.authority a WHERE a.person = override.person AND 'security' = ANY (a.contexts))
    OR EXISTS (SELECT FROM public.profile p WHERE p.person = override.person AND 'owner' = ANY (p.roles)));
CREATE POLICY account_in_use ON kernel.override AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.account a WHERE a.id = override.account AND a.ended_at IS NOT NULL));
CREATE POLICY not_ended ON kernel.override AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.fate f WHERE f.action = override.action));
-- Whose last one nobody has looked over in time breaks no other glass.
CREATE POLICY none_overdue ON kernel.override AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.open_override w WHERE w.person = override.person AND w.due_at <= clock_timestamp()));

ALTER TABLE kernel.looked_over ENABLE ROW LEVEL SECURITY;
CREATE POLICY looked_over_read ON kernel.looked_over FOR SELECT USING (true);
CREATE POLICY looked_over_web ON kernel.looked_over FOR INSERT TO {web} WITH CHECK (true);
CREATE POLICY by_somebody_who_works_here ON kernel.looked_over AS RESTRICTIVE FOR INSERT WITH CHECK (
    EXISTS (SELECT FROM public.authority a WHERE a.person = looked_over.person)
    OR EXISTS (SELECT FROM public.profile p WHERE p.person = looked_over.person AND 'owner' = ANY (p.roles)));
CREATE POLICY account_in_use ON kernel.looked_over AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.account a WHERE a.id = looked_over.account AND a.ended_at IS NOT NULL));
