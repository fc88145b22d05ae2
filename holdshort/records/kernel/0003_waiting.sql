-- 0003. What waits is found by walking an index to it, however much is settled, and weighs less; docs/performance.md
-- has the figures. An assignment repeats the end of its review, an assessment keeps its grounds packed; indexes by time.

-- ------------------------------------------------------------------ what a waiting action weighs

-- Findings and reasons, packed: holdshort/records/grounds.py. Rows of before keep them as they are.
ALTER TABLE kernel.assessment ADD COLUMN grounds bytea;
ALTER TABLE kernel.assessment ALTER COLUMN findings DROP NOT NULL, ALTER COLUMN reasons DROP NOT NULL;
-- An answer says what it rests on.
ALTER TABLE kernel.assessment ADD CONSTRAINT with_grounds
    CHECK (grounds IS NOT NULL OR num_nulls(findings, reasons) = 0);
GRANT INSERT (grounds) ON kernel.assessment TO {desk};

-- The bytes hold the action's id, so two actions with one digest would be two with one id.
ALTER TABLE kernel.action DROP CONSTRAINT action_digest_key;

-- ------------------------------------------------------------------ the queue

-- Somebody's queue is one range of the primary key, in the order in which reviews end.
ALTER TABLE kernel.assignment ADD COLUMN expires_at timestamptz;
UPDATE kernel.assignment g SET expires_at = r.expires_at FROM kernel.review r WHERE r.number = g.review;
ALTER TABLE kernel.assignment ALTER COLUMN expires_at SET NOT NULL;
GRANT INSERT (expires_at) ON kernel.assignment TO {desk};

ALTER TABLE kernel.decision DROP CONSTRAINT asked;
ALTER TABLE kernel.assignment DROP CONSTRAINT assignment_pkey;
ALTER TABLE kernel.assignment ADD CONSTRAINT assignment_pkey PRIMARY KEY (person, expires_at, review);
CREATE INDEX assignment_review ON kernel.assignment (review);
CREATE INDEX assignment_leads ON kernel.assignment (person, expires_at) WHERE rank = 1;
DROP INDEX kernel.assignment_person;
-- Only somebody whom the desk asked can answer; an assignment that names another end than its review serves nobody.
ALTER TABLE kernel.decision ADD CONSTRAINT asked
    FOREIGN KEY (review, person, expires_at) REFERENCES kernel.assignment (review, person, expires_at);

-- ------------------------------------------------------------------ the sweep

-- Rows are written in the order of these times, so a few bytes for every stretch of a table find the latest.
CREATE INDEX turn_at ON public.turn USING brin (at) WITH (pages_per_range = 16);
CREATE INDEX proposal_at ON kernel.proposal USING brin (proposed_at) WITH (pages_per_range = 16);
CREATE INDEX authorization_at ON kernel."authorization" USING brin (authorized_at) WITH (pages_per_range = 16);
CREATE INDEX execution_at ON kernel.execution USING brin (started_at) WITH (pages_per_range = 16);
CREATE INDEX report_at ON kernel.report USING brin (reported_at) WITH (pages_per_range = 16);
CREATE INDEX outcome_drift ON kernel.outcome (at) WHERE kind = 'not_applied' AND reason = 'drift';

-- ------------------------------------------------------------------ what reviewers and the gate ask of the past

CREATE INDEX decision_at ON kernel.decision (decided_at);
CREATE INDEX authorization_precedent ON kernel."authorization" (category, authorized_at) WHERE basis = 'decisions';
CREATE INDEX fate_by_hand ON kernel.fate (turned_at) WHERE kind = 'by_hand';
CREATE INDEX outcome_unclear ON kernel.outcome (at) WHERE kind IN ('unknown', 'mismatch');
