-- 0011. Who may say yes, and for how much. Adds authority.scope; an answer of somebody who proved less well who they
-- are than its gate asks for is refused here, too.
-- docs/adr/0006-duties.md is the map. {web}, {agent}, {desk}, {executor} are the login roles.

-- ------------------------------------------------------------------ how far an authority reaches

ALTER TABLE public.authority ADD COLUMN scope text[] NOT NULL DEFAULT '{{}}';
ALTER TABLE public.authority ALTER COLUMN scope DROP DEFAULT;

CREATE POLICY well_proved ON kernel.decision AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.assessment s
                 WHERE s.action = decision.action AND s.min_assurance > decision.assurance));

-- ------------------------------------------------------------------ one decides for another, for some days

-- `account` is that of the giver, who said so; without one it is the company's file that says it.
CREATE TABLE kernel.delegation (
    id       uuid PRIMARY KEY,
    giver    text NOT NULL,
    taker    text NOT NULL,
    kind     text NOT NULL DEFAULT 'human' CHECK (kind = 'human'),
    account  bigint,
    starts   timestamptz NOT NULL,
    ends     timestamptz NOT NULL,
    given_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    FOREIGN KEY (giver, kind) REFERENCES kernel.person (id, kind),
    FOREIGN KEY (taker, kind) REFERENCES kernel.person (id, kind),
    FOREIGN KEY (account, giver) REFERENCES kernel.account (id, person),
    CONSTRAINT to_another CHECK (giver <> taker),
    -- It ends by itself; a company's own limit is shorter.
    CONSTRAINT bounded CHECK (ends > starts AND ends <= starts + interval '90 days'),
    UNIQUE (id, taker),
    UNIQUE (id, giver, taker)
);
CREATE INDEX delegation_ends ON kernel.delegation (ends);

CREATE TABLE kernel.takeback (
    delegation    uuid PRIMARY KEY REFERENCES kernel.delegation,
    taken_back_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Those that count now.
CREATE VIEW kernel.delegated AS
SELECT d.id, d.giver, d.taker, d.starts, d.ends
  FROM kernel.delegation d LEFT JOIN kernel.takeback b ON b.delegation = d.id
 WHERE clock_timestamp() >= d.starts AND clock_timestamp() < d.ends AND b.delegation IS NULL;

ALTER TABLE kernel.seat ADD COLUMN delegation uuid,
    ADD CONSTRAINT for_another FOREIGN KEY (delegation, person) REFERENCES kernel.delegation (id, taker);
ALTER TABLE kernel.assignment ADD COLUMN delegation uuid,
    ADD CONSTRAINT for_another FOREIGN KEY (delegation, person) REFERENCES kernel.delegation (id, taker);
CREATE OR REPLACE VIEW kernel.asked AS
SELECT r.number AS review, s.person, s.why, s.rank, r.opened_at AS asked_at, r.expires_at, s.delegation
  FROM kernel.review r JOIN kernel.seat s ON s.panel = r.panel
 UNION ALL
SELECT g.review, g.person, g.why, g.rank, g.assigned_at, g.expires_at, g.delegation FROM kernel.assignment g;

-- The answer of X for Y.
ALTER TABLE kernel.decision ADD COLUMN delegation uuid, ADD COLUMN instead_of text,
    ADD CONSTRAINT for_another FOREIGN KEY (delegation, instead_of, person)
        REFERENCES kernel.delegation (id, giver, taker),
    ADD CONSTRAINT whole_delegation CHECK (num_nulls(delegation, instead_of) IN (0, 2));

CREATE POLICY as_asked ON kernel.decision AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.asked g WHERE g.review = decision.review AND g.person = decision.person
                   AND g.delegation IS DISTINCT FROM decision.delegation));
CREATE POLICY while_it_lasts ON kernel.decision AS RESTRICTIVE FOR INSERT WITH CHECK (
    delegation IS NULL OR EXISTS (SELECT FROM kernel.delegated g WHERE g.id = decision.delegation));
-- Whoever decides for somebody these days decides nothing that this one has a part in, in whosever name.
CREATE POLICY not_for_a_party ON kernel.decision AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.delegated g WHERE g.taker = decision.person
                   AND g.giver IN (decision.requester, decision.beneficiary, decision.initiator, decision.changer)));
-- One authority counts once, whoever speaks for it.
CREATE POLICY two_authorities ON kernel."authorization" AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.decision a JOIN kernel.decision b ON b.id = "authorization".decision_2
                 WHERE a.id = "authorization".decision_1 AND a.person <> b.person
                   AND COALESCE(a.instead_of, a.person) = COALESCE(b.instead_of, b.person)));

GRANT SELECT ON kernel.delegation, kernel.takeback, kernel.delegated TO {web}, {desk}, {executor};
GRANT INSERT (id, giver, taker, account, starts, ends) ON kernel.delegation TO {web};
GRANT INSERT (delegation) ON kernel.takeback TO {web};
GRANT INSERT (delegation) ON kernel.seat TO {desk};
GRANT INSERT (delegation) ON kernel.assignment TO {desk};
GRANT INSERT (delegation, instead_of) ON kernel.decision TO {web};

-- Only the file says it without an account.
ALTER TABLE kernel.delegation ENABLE ROW LEVEL SECURITY;
CREATE POLICY delegation_read ON kernel.delegation FOR SELECT USING (true);
CREATE POLICY delegation_web ON kernel.delegation FOR INSERT TO {web} WITH CHECK (account IS NOT NULL);
CREATE POLICY account_in_use ON kernel.delegation AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.account a WHERE a.id = delegation.account AND a.ended_at IS NOT NULL));

-- ------------------------------------------------------------------ when nobody answers

-- When those who were asked are reminded, and when somebody else is asked; reviews of before just close.
ALTER TABLE kernel.review ADD COLUMN remind_at timestamptz, ADD COLUMN escalate_at timestamptz;
CREATE INDEX review_remind ON kernel.review USING brin (remind_at) WITH (pages_per_range = 16);
CREATE INDEX review_escalate ON kernel.review USING brin (escalate_at) WITH (pages_per_range = 16);

-- 1: they were reminded; 2: somebody else was asked, or there was nobody.
CREATE TABLE kernel.reminder (
    review      bigint NOT NULL REFERENCES kernel.review,
    step        integer NOT NULL CHECK (step IN (1, 2)),
    reminded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (review, step)
);

GRANT INSERT (remind_at, escalate_at) ON kernel.review TO {desk};
GRANT SELECT ON kernel.reminder TO {web}, {desk}, {executor};
GRANT INSERT (review, step) ON kernel.reminder TO {desk};

-- ------------------------------------------------------------------ somebody who is alone answers for themselves

-- The desk found that nobody else can decide this, and that the rules let whoever asked answer for it.
ALTER TABLE kernel.assessment ADD COLUMN alone boolean NOT NULL DEFAULT false,
    -- Privileged rights and production are tier 3.
    ADD CONSTRAINT alone_is_narrow CHECK (NOT alone OR tier < 3 AND needed = 1);
GRANT INSERT (alone) ON kernel.assessment TO {desk};

ALTER TABLE kernel.decision ADD COLUMN justification text,
    DROP CONSTRAINT decision_authority_check,
    DROP CONSTRAINT another_person,
    ADD CONSTRAINT decision_authority_check CHECK (authority IN ('independent', 'self_declared')),
    -- Nobody decides what they asked for, gain from, staged or made riskier, but where they are alone and say so.
    ADD CONSTRAINT another_person CHECK (
        authority = 'self_declared' OR person NOT IN (requester, beneficiary, initiator, changer)),
    -- And then only a yes to what they asked for, freshly proved to be them, in their own words.
    ADD CONSTRAINT for_oneself CHECK (
        authority <> 'self_declared'
        OR person = requester AND verdict = 'approve' AND assurance = 2
           AND justification IS NOT NULL AND length(btrim(justification)) BETWEEN 20 AND 4000),
    ADD UNIQUE (id, person, authority);
GRANT INSERT (authority, justification) ON kernel.decision TO {web};

-- Somebody else looked at it afterwards.
CREATE TABLE kernel.lookback (
    decision    uuid PRIMARY KEY,
    decider     text NOT NULL,
    authority   text NOT NULL DEFAULT 'self_declared' CHECK (authority = 'self_declared'),
    person      text NOT NULL,
    person_kind text NOT NULL DEFAULT 'human' CHECK (person_kind = 'human'),
    account     bigint NOT NULL,
    result      text NOT NULL CHECK (result IN ('right', 'wrong')),
    note        text NOT NULL CHECK (note <> '' AND length(note) <= 4000),
    looked_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    FOREIGN KEY (decision, decider, authority) REFERENCES kernel.decision (id, person, authority),
    FOREIGN KEY (person, person_kind) REFERENCES kernel.person (id, kind),
    FOREIGN KEY (account, person) REFERENCES kernel.account (id, person),
    CONSTRAINT by_another CHECK (person <> decider)
);
GRANT INSERT (decision, decider, person, account, result, note) ON kernel.lookback TO {web};

-- What people said yes to alone, until when somebody else must have looked, and whether they have.
CREATE VIEW kernel.own_yes AS
SELECT d.id, d.action, d.person, d.justification, d.decided_at, d.decided_at + interval '7 days' AS due_at,
       d.decided_at + interval '15 minutes' AS counts_at, l.person AS looked_by, l.result, l.note, l.looked_at
  FROM kernel.decision d LEFT JOIN kernel.lookback l ON l.decision = d.id WHERE d.authority = 'self_declared';
CREATE INDEX decision_alone ON kernel.decision (decided_at) WHERE authority = 'self_declared';
GRANT SELECT ON kernel.lookback, kernel.own_yes TO {web}, {desk}, {executor};

CREATE POLICY where_nobody_else_can ON kernel.decision AS RESTRICTIVE FOR INSERT WITH CHECK (
    authority = 'independent'
    OR EXISTS (SELECT FROM kernel.assessment s WHERE s.action = decision.action AND s.alone));
-- One that nobody looked at within seven days blocks every further one of theirs.
CREATE POLICY looked_at_in_time ON kernel.decision AS RESTRICTIVE FOR INSERT WITH CHECK (
    authority = 'independent'
    OR NOT EXISTS (SELECT FROM kernel.own_yes y WHERE y.person = decision.person AND y.looked_at IS NULL
                       AND y.due_at < clock_timestamp()));
-- Fifteen minutes to think better of it.
CREATE POLICY cooled_off ON kernel."authorization" AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.own_yes y
                 WHERE y.id = "authorization".decision_1 AND y.counts_at > clock_timestamp()));
