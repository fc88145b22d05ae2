-- 0006. What waits weighs less. Adds panel, seat and the view asked: the same people are asked again and again, so
-- they are written once and a review names them. docs/adr/0005-weight.md says what each byte is needed for.

-- ------------------------------------------------------------------ who is asked when a review opens

-- So many people. Its number is made of who they are, so that the same people are the same panel; 0 is nobody.
CREATE TABLE kernel.panel (
    id   bigint PRIMARY KEY,
    size integer NOT NULL CHECK (size >= 0),
    UNIQUE (id, size)
);

-- One of them: why it is them, and their place; 1 is asked first.
CREATE TABLE kernel.seat (
    panel       bigint NOT NULL,
    size        integer NOT NULL,
    rank        integer NOT NULL,
    person      text NOT NULL,
    person_kind text NOT NULL DEFAULT 'human' CHECK (person_kind = 'human'),
    why         text NOT NULL,
    PRIMARY KEY (panel, person),
    FOREIGN KEY (person, person_kind) REFERENCES kernel.person (id, kind),
    FOREIGN KEY (panel, size) REFERENCES kernel.panel (id, size),
    -- Every place is taken when a panel is written, so that nobody joins the reviews it was asked in before.
    UNIQUE (panel, rank),
    CONSTRAINT a_place_of_it CHECK (rank >= 1 AND rank <= size)
);
CREATE INDEX seat_person ON kernel.seat (person);

-- Reviews of before keep the people who were asked one by one, as those who are asked later are.
INSERT INTO kernel.panel (id, size) SELECT 0, 0 WHERE EXISTS (SELECT FROM kernel.review);
ALTER TABLE kernel.review ADD COLUMN panel bigint NOT NULL DEFAULT 0 REFERENCES kernel.panel;
ALTER TABLE kernel.review ALTER COLUMN panel DROP DEFAULT;
DROP INDEX kernel.assignment_leads;

CREATE VIEW kernel.asked AS
SELECT r.number AS review, s.person, s.why, s.rank, r.opened_at AS asked_at, r.expires_at
  FROM kernel.review r JOIN kernel.seat s ON s.panel = r.panel
 UNION ALL
SELECT g.review, g.person, g.why, g.rank, g.assigned_at, g.expires_at FROM kernel.assignment g;

-- ------------------------------------------------------------------ only somebody whom the desk asked can answer

-- `later` says whether they were asked after the review had opened; the other of the two names is then empty, and a
-- foreign key with an empty part is not looked at.
ALTER TABLE kernel.decision
    ADD COLUMN panel bigint NOT NULL DEFAULT 0,
    ADD COLUMN later boolean NOT NULL DEFAULT true,
    ADD COLUMN seated text GENERATED ALWAYS AS (CASE WHEN later THEN NULL ELSE person END) STORED,
    ADD COLUMN assigned text GENERATED ALWAYS AS (CASE WHEN later THEN person END) STORED,
    DROP CONSTRAINT asked,
    DROP CONSTRAINT decision_review_action_digest_expires_at_fkey;
ALTER TABLE kernel.decision ALTER COLUMN panel DROP DEFAULT, ALTER COLUMN later DROP DEFAULT;

ALTER TABLE kernel.review DROP CONSTRAINT review_number_action_digest_expires_at_key;
ALTER TABLE kernel.review ADD UNIQUE (panel, expires_at, number, action, digest);
ALTER TABLE kernel.decision
    ADD CONSTRAINT about_its_review FOREIGN KEY (panel, expires_at, review, action, digest)
        REFERENCES kernel.review (panel, expires_at, number, action, digest),
    ADD CONSTRAINT asked FOREIGN KEY (panel, seated) REFERENCES kernel.seat (panel, person),
    ADD CONSTRAINT asked_later FOREIGN KEY (review, assigned, expires_at)
        REFERENCES kernel.assignment (review, person, expires_at);

-- ------------------------------------------------------------------ who may write it

GRANT SELECT ON kernel.panel, kernel.seat, kernel.asked TO {web}, {desk}, {executor};
GRANT INSERT (id, size) ON kernel.panel TO {desk};
GRANT INSERT (panel, size, rank, person, why) ON kernel.seat TO {desk};
GRANT INSERT (panel) ON kernel.review TO {desk};
GRANT INSERT (panel, later) ON kernel.decision TO {web};
