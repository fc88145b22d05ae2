-- 0026. What a last look before a change compares with, and what comes of it where hands were faster. Adds assessment.leavers:
-- which of those whom an action concerns had left by HR's record when it was assessed. Work by hand that was done although
-- what its approvers knew had turned is to be looked over like an emergency: changes the view emergency, and adds the index
-- outcome_outdated. Adds made_already.looker: who looks over what somebody made unasked who is alone. {web} and {desk} are
-- login roles.

-- Null for what was assessed before anybody wrote it.
ALTER TABLE kernel.assessment ADD COLUMN leavers text[];
GRANT INSERT (leavers) ON kernel.assessment TO {desk};

-- ------------------------------------------------------------------ made unasked by somebody who is alone

-- Whom the rules name to look at what people decide alone; null where somebody who works here looks over it.
ALTER TABLE kernel.made_already ADD COLUMN looker text REFERENCES kernel.person,
    ADD CONSTRAINT looked_over_by_another CHECK (looker <> person);
GRANT INSERT (looker) ON kernel.made_already TO {web};

-- ------------------------------------------------------------------ what is open until another has looked over it

CREATE INDEX outcome_outdated ON kernel.outcome (action) WHERE evidence ? 'outdated';

-- As before, each with what it is, and what was done by hand under a yes to something else than it had become.
CREATE OR REPLACE VIEW kernel.emergency AS
SELECT z.action, a.ticket, z.person_1, z.person_2, f.turned_at AS started_at, f.turned_at + interval '48 hours' AS due_at,
       NULL::timestamptz AS made_at, ''::text AS reason, 'emergency'::text AS kind,
       NULL::text AS looker
  FROM kernel.assessment s JOIN kernel."authorization" z ON z.action = s.action AND z.basis = 'decisions'
  JOIN kernel.fate f ON f.action = s.action AND f.kind IN ('claimed', 'by_hand')
  JOIN kernel.action a ON a.id = s.action
 WHERE s.emergency
 UNION ALL
SELECT a.id, a.ticket, m.person, NULL, m.told_at,
       m.told_at + CASE WHEN m.looker IS NULL THEN interval '48 hours' ELSE interval '7 days' END, m.made_at, m.reason, 'made',
       m.looker
  FROM kernel.made_already m
  JOIN kernel.action a ON a.ticket = m.ticket AND a.proposal = m.proposal
  JOIN kernel.fate f ON f.action = a.id AND f.kind = 'made'
 UNION ALL
SELECT a.id, a.ticket, COALESCE(r.person, z.person_1), z.person_1, o.at, o.at + interval '48 hours', NULL,
       o.evidence ->> 'outdated', 'outdated', NULL
  FROM kernel.outcome o
  JOIN kernel."authorization" z ON z.action = o.action AND z.basis = 'decisions'
  JOIN kernel.assessment s ON s.action = o.action AND NOT s.emergency
  JOIN kernel.action a ON a.id = o.action
  LEFT JOIN kernel.report r ON r.action = o.action
 WHERE o.evidence ? 'outdated';

-- Whom the rules name does not have to work here, and looks over nothing else.
DROP POLICY by_somebody_who_works_here ON kernel.emergency_looked_over;
CREATE POLICY by_somebody_who_works_here ON kernel.emergency_looked_over AS RESTRICTIVE FOR INSERT WITH CHECK (
    EXISTS (SELECT FROM public.authority a WHERE a.person = emergency_looked_over.person)
    OR EXISTS (SELECT FROM public.profile p WHERE p.person = emergency_looked_over.person AND 'owner' = ANY (p.roles))
    OR EXISTS (SELECT FROM kernel.emergency e
                WHERE e.action = emergency_looked_over.action AND e.looker = emergency_looked_over.person));
