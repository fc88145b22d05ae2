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

-- ------------------------------------------------------------------ digests are bytes

-- 32 instead of 65 wherever they stand; what shows or takes one writes it in hexadecimal.
ALTER TABLE kernel.decision
    DROP CONSTRAINT about_its_review,
    DROP CONSTRAINT decision_action_digest_requester_beneficiary_initiator_cha_fkey;
ALTER TABLE kernel.assessment DROP CONSTRAINT assessment_action_digest_type_fkey;
ALTER TABLE kernel."authorization"
    DROP CONSTRAINT its_own_event,
    DROP CONSTRAINT authorization_action_digest_category_tier_mode_hands_neede_fkey,
    DROP CONSTRAINT authorization_decision_1_action_digest_person_1_approving_fkey,
    DROP CONSTRAINT authorization_decision_2_action_digest_person_2_approving_fkey;
ALTER TABLE kernel.fate DROP CONSTRAINT fate_action_digest_connector_fkey, DROP CONSTRAINT starts_authorized;
ALTER TABLE kernel.execution DROP CONSTRAINT execution_action_digest_kind_connector_fkey;
ALTER TABLE kernel.report DROP CONSTRAINT report_action_digest_kind_connector_fkey;
ALTER TABLE kernel.event DROP CONSTRAINT event_id_action_name_digest_key;
ALTER TABLE kernel.action DROP CONSTRAINT digest_of_the_bytes, DROP CONSTRAINT columns_of_the_bytes;

ALTER TABLE kernel.action ALTER COLUMN digest TYPE bytea USING decode(digest, 'hex');
ALTER TABLE kernel.assessment ALTER COLUMN digest TYPE bytea USING decode(digest, 'hex');
ALTER TABLE kernel.decision ALTER COLUMN digest TYPE bytea USING decode(digest, 'hex');
ALTER TABLE kernel."authorization" ALTER COLUMN digest TYPE bytea USING decode(digest, 'hex');
ALTER TABLE kernel.fate ALTER COLUMN digest TYPE bytea USING decode(digest, 'hex');
ALTER TABLE kernel.execution ALTER COLUMN digest TYPE bytea USING decode(digest, 'hex');
ALTER TABLE kernel.report ALTER COLUMN digest TYPE bytea USING decode(digest, 'hex');
ALTER TABLE kernel.event DROP COLUMN digest;
-- What an event says may be anything; only what is a digest can be the one of a permission.
ALTER TABLE kernel.event ADD COLUMN digest bytea GENERATED ALWAYS AS (
    CASE WHEN detail ->> 'digest' ~ '^[0-9a-f]{{64}}$' THEN decode(detail ->> 'digest', 'hex') END) STORED;
ALTER TABLE kernel.event ADD UNIQUE (id, action, name, digest);
ALTER TABLE kernel.action ADD CONSTRAINT digest_of_the_bytes CHECK (digest = sha256(canonical));

-- ------------------------------------------------------------------ an action says once what its bytes say

-- The id of the target is read out of the bytes; few ask for it, and none of them decides anything.
DROP INDEX kernel.action_target;
ALTER TABLE kernel.action DROP COLUMN target;
-- An index takes only what never changes; of UTF-8 in a database of UTF-8 that is so.
CREATE FUNCTION kernel.target_of(canonical bytea) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN pg_catalog.convert_from(canonical, 'UTF8')::jsonb #>> '{{target,id}}';
ALTER TABLE kernel.action
    ADD CONSTRAINT columns_of_the_bytes CHECK (
        convert_from(canonical, 'UTF8')::jsonb @> jsonb_build_object(
            'id', id::text, 'root', root::text, 'version', version, 'type', type,
            'target', jsonb_build_object('connector', connector),
            'ticket', ticket, 'requester', requester, 'beneficiary', beneficiary,
            'initiator', initiator, 'changer', changer, 'position', position, 'undoes', undoes::text)),
    -- Nothing is changed nowhere.
    ADD CONSTRAINT somewhere CHECK (kernel.target_of(canonical) IS NOT NULL),
    -- What is no later version is one of nothing else, so that later versions alone need a key of their own.
    ADD CONSTRAINT its_own_root CHECK (version > 1 OR root = id),
    DROP CONSTRAINT action_root_version_key;
CREATE UNIQUE INDEX action_root_version_key ON kernel.action (root, version) WHERE version > 1;
CREATE INDEX action_target ON kernel.action (hashtext(kernel.target_of(canonical)));
-- The actions of a proposal are among those of its ticket.
DROP INDEX kernel.action_proposal;

-- ------------------------------------------------------------------ keys that rows point at

-- What the bytes do is one key for the gate's answer, the permission and the turn; who has a part in them is another.
ALTER TABLE kernel.action
    DROP CONSTRAINT action_id_digest_type_key,
    DROP CONSTRAINT action_id_digest_connector_key,
    ADD UNIQUE (id, digest, type, connector);

ALTER TABLE kernel.fate ADD COLUMN type text;
UPDATE kernel.fate f SET type = a.type FROM kernel.action a WHERE a.id = f.action;
ALTER TABLE kernel.fate ALTER COLUMN type SET NOT NULL;
ALTER TABLE kernel.fate
    ADD CONSTRAINT of_these_bytes FOREIGN KEY (action, digest, type, connector)
        REFERENCES kernel.action (id, digest, type, connector),
    ADD CONSTRAINT starts_authorized FOREIGN KEY (action, digest, hands)
        REFERENCES kernel."authorization" (action, digest, hands);
ALTER TABLE kernel.execution ADD FOREIGN KEY (action, digest, kind, connector)
    REFERENCES kernel.fate (action, digest, kind, connector);
ALTER TABLE kernel.report ADD FOREIGN KEY (action, digest, kind, connector)
    REFERENCES kernel.fate (action, digest, kind, connector);

-- A review is of an action, which has its bytes.
ALTER TABLE kernel.review DROP COLUMN digest;
ALTER TABLE kernel.review ALTER COLUMN fault DROP NOT NULL, ALTER COLUMN fault DROP DEFAULT;
UPDATE kernel.review SET fault = NULL WHERE fault = '';
-- What decisions point at is the walk over what waits, too: all that a queue asks of a review, in the order of its end.
ALTER TABLE kernel.review ADD UNIQUE (expires_at, number, panel, action);
DROP INDEX kernel.review_expires;
ALTER TABLE kernel.decision
    ADD CONSTRAINT about_its_review FOREIGN KEY (expires_at, review, panel, action)
        REFERENCES kernel.review (expires_at, number, panel, action),
    ADD CONSTRAINT of_these_bytes FOREIGN KEY (action, digest, requester, beneficiary, initiator, changer)
        REFERENCES kernel.action (id, digest, requester, beneficiary, initiator, changer);

-- ------------------------------------------------------------------ the gate's answer

-- The first byte of packed grounds says how they were packed; 0 is plain JSON. holdshort/records/grounds.py
UPDATE kernel.assessment SET grounds = '\x00'::bytea
       || convert_to(jsonb_build_object('findings', findings, 'reasons', reasons)::text, 'UTF8') WHERE grounds IS NULL;
ALTER TABLE kernel.assessment
    DROP CONSTRAINT with_grounds,
    DROP CONSTRAINT assessment_action_digest_category_tier_mode_hands_needed_key,
    DROP COLUMN findings,
    DROP COLUMN reasons,
    DROP COLUMN category;
ALTER TABLE kernel.assessment ALTER COLUMN grounds SET NOT NULL;
ALTER TABLE kernel.assessment ADD COLUMN connector text;
UPDATE kernel.assessment s SET connector = a.connector FROM kernel.action a WHERE a.id = s.action;
ALTER TABLE kernel.assessment ALTER COLUMN connector SET NOT NULL;
ALTER TABLE kernel.assessment
    ADD CONSTRAINT of_these_bytes FOREIGN KEY (action, digest, type, connector)
        REFERENCES kernel.action (id, digest, type, connector),
    ADD UNIQUE (action, tier, mode, hands, needed);

ALTER TABLE kernel."authorization" ADD COLUMN type text, ADD COLUMN connector text;
UPDATE kernel."authorization" z SET type = a.type, connector = a.connector FROM kernel.action a WHERE a.id = z.action;
ALTER TABLE kernel."authorization" ALTER COLUMN type SET NOT NULL, ALTER COLUMN connector SET NOT NULL;
ALTER TABLE kernel."authorization"
    ADD CONSTRAINT of_these_bytes FOREIGN KEY (action, digest, type, connector)
        REFERENCES kernel.action (id, digest, type, connector),
    -- The category that earns autonomy is the type and the tier of these bytes.
    ADD CONSTRAINT its_own_category CHECK (category = type || '/' || tier::text),
    ADD CONSTRAINT as_assessed FOREIGN KEY (action, tier, mode, hands, needed)
        REFERENCES kernel.assessment (action, tier, mode, hands, needed),
    ADD CONSTRAINT its_own_event FOREIGN KEY (event, action, event_name, digest)
        REFERENCES kernel.event (id, action, name, digest),
    ADD FOREIGN KEY (decision_1, action, digest, person_1, approving)
        REFERENCES kernel.decision (id, action, digest, person, verdict),
    ADD FOREIGN KEY (decision_2, action, digest, person_2, approving)
        REFERENCES kernel.decision (id, action, digest, person, verdict);

GRANT INSERT (type) ON kernel.fate TO {web}, {desk}, {executor};
GRANT INSERT (connector) ON kernel.assessment TO {desk};
GRANT INSERT (type, connector) ON kernel."authorization" TO {desk};
