-- 0024. A change that somebody made by hand, before anybody permitted it, is recorded afterwards. Adds made_already: what its
-- maker says, of their own offer. The desk stages that offer, and in place of a question takes the turn `made` and writes the
-- report, about those very bytes. It permits nothing and starts nothing; it stays among the emergencies until somebody else
-- has looked over it. Also changes emergency_looked_over, which may be about it. {web}, {desk} and {executor} are login roles.

CREATE TABLE kernel.made_already (
    proposal    uuid PRIMARY KEY,
    ticket      bigint NOT NULL,
    person      text NOT NULL,
    person_kind text NOT NULL DEFAULT 'human',
    account     bigint NOT NULL,
    channel     text NOT NULL,
    -- Whoever reads it in a year understands why nobody was asked.
    reason      text NOT NULL CHECK (length(reason) BETWEEN 20 AND 4000),
    made_at     timestamptz NOT NULL,
    told_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Whoever made it offers it themselves.
    CONSTRAINT their_own FOREIGN KEY (proposal, ticket, person) REFERENCES kernel.proposal (id, ticket, initiator),
    FOREIGN KEY (person, person_kind) REFERENCES kernel.person (id, kind),
    FOREIGN KEY (account, person) REFERENCES kernel.account (id, person),
    -- What the agent and services did is on record before they did it.
    CONSTRAINT human CHECK (person_kind = 'human'),
    -- It has happened, and not so long ago that nobody can look over it any more.
    CONSTRAINT lately CHECK (made_at <= told_at AND made_at > told_at - interval '7 days')
);

-- ------------------------------------------------------------------ its turn and its report

ALTER TABLE kernel.fate DROP CONSTRAINT fate_kind_check;
ALTER TABLE kernel.fate ADD CONSTRAINT fate_kind_check CHECK (
    kind IN ('claimed', 'by_hand', 'rejected', 'refused', 'withdrawn', 'expired', 'superseded', 'revoked', 'made'));
DROP POLICY fate_desk ON kernel.fate;
CREATE POLICY fate_desk ON kernel.fate FOR INSERT TO {desk} WITH CHECK (
    kind IN ('rejected', 'refused', 'expired', 'superseded', 'by_hand', 'made') OR kind = 'claimed' AND connector = 'desk');
-- Nothing was made already that its maker has not said so of; what undoes another change is asked for.
CREATE POLICY as_told ON kernel.fate AS RESTRICTIVE FOR INSERT WITH CHECK (
    kind <> 'made' OR EXISTS (
        SELECT FROM kernel.action a JOIN kernel.made_already m ON m.proposal = a.proposal
         WHERE a.id = fate.action AND a.undoes IS NULL AND m.person = fate.person));

ALTER TABLE kernel.report DROP CONSTRAINT report_kind_check;
ALTER TABLE kernel.report ADD CONSTRAINT report_kind_check CHECK (kind IN ('by_hand', 'made'));
GRANT INSERT (action, digest, connector, kind, person, did, evidence) ON kernel.report TO {desk};
ALTER TABLE kernel.report ENABLE ROW LEVEL SECURITY;
CREATE POLICY report_read ON kernel.report FOR SELECT USING (true);
CREATE POLICY report_web ON kernel.report FOR INSERT TO {web} WITH CHECK (true);
-- The desk reports nothing of its own: whose word it is, and what they said, is on record.
CREATE POLICY report_desk ON kernel.report FOR INSERT TO {desk} WITH CHECK (
    EXISTS (
        SELECT FROM kernel.action a JOIN kernel.made_already m ON m.proposal = a.proposal
         WHERE a.id = report.action AND m.person = report.person AND m.reason = report.evidence));

-- It is no permission, and none is given for it any more; the end of access that it gave is a change of its own.
CREATE POLICY not_made_already ON kernel."authorization" AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.action a JOIN kernel.made_already m ON m.proposal = a.proposal
                 WHERE a.id = "authorization".action AND a.undoes IS NULL));

-- ------------------------------------------------------------------ it is looked over as an emergency is

ALTER TABLE kernel.emergency_looked_over DROP CONSTRAINT emergency_looked_over_action_fkey;
ALTER TABLE kernel.emergency_looked_over ADD FOREIGN KEY (action) REFERENCES kernel.action;

-- As before, and what one person made before anybody permitted it: that has a time at which it was made.
CREATE OR REPLACE VIEW kernel.emergency AS
SELECT z.action, a.ticket, z.person_1, z.person_2, f.turned_at AS started_at, f.turned_at + interval '48 hours' AS due_at,
       NULL::timestamptz AS made_at, ''::text AS reason
  FROM kernel.assessment s JOIN kernel."authorization" z ON z.action = s.action AND z.basis = 'decisions'
  JOIN kernel.fate f ON f.action = s.action AND f.kind IN ('claimed', 'by_hand')
  JOIN kernel.action a ON a.id = s.action
 WHERE s.emergency
 UNION ALL
SELECT a.id, a.ticket, m.person, NULL, m.told_at, m.told_at + interval '48 hours', m.made_at, m.reason
  FROM kernel.made_already m
  JOIN kernel.action a ON a.ticket = m.ticket AND a.proposal = m.proposal
  JOIN kernel.fate f ON f.action = a.id AND f.kind = 'made';

-- ------------------------------------------------------------------ who may write it

GRANT SELECT ON kernel.made_already TO {web}, {desk}, {executor};
GRANT INSERT (proposal, ticket, person, account, channel, reason, made_at) ON kernel.made_already TO {web};
ALTER TABLE kernel.made_already ENABLE ROW LEVEL SECURITY;
CREATE POLICY made_already_read ON kernel.made_already FOR SELECT USING (true);
CREATE POLICY made_already_web ON kernel.made_already FOR INSERT TO {web} WITH CHECK (true);
CREATE POLICY by_somebody_who_works_here ON kernel.made_already AS RESTRICTIVE FOR INSERT WITH CHECK (
    EXISTS (SELECT FROM public.authority a WHERE a.person = made_already.person)
    OR EXISTS (SELECT FROM public.profile p WHERE p.person = made_already.person AND 'owner' = ANY (p.roles)));
CREATE POLICY account_in_use ON kernel.made_already AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.account a WHERE a.id = made_already.account AND a.ended_at IS NOT NULL));
-- What is staged already was asked about.
CREATE POLICY not_asked_about ON kernel.made_already AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.staging s WHERE s.proposal = made_already.proposal));
-- Whose last one nobody has looked over in time records no other.
CREATE POLICY none_overdue ON kernel.made_already AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.emergency e
                 WHERE e.person_1 = made_already.person AND e.made_at IS NOT NULL AND e.due_at <= clock_timestamp()
                   AND NOT EXISTS (SELECT FROM kernel.emergency_looked_over l WHERE l.action = e.action)));
