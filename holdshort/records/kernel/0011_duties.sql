-- 0011. Who may say yes, and for how much. Adds authority.scope; an answer of somebody who proved less well who they
-- are than its gate asks for is refused here, too.
-- docs/adr/0011-duties.md is the map. {web}, {agent}, {desk}, {executor} are the login roles.

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
