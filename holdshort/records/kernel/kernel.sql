-- The kernel: rows that decide whether something may happen. docs/adr/0001-kernel.md is the map.
-- Every table is insert-only for every login role; "who may insert what" is grants.sql.
-- A constraint carries one sentence of reason; the attack suite shows what happens without it.

-- ------------------------------------------------------------------ rules and standing

CREATE TABLE kernel.policy_version (
    number      integer PRIMARY KEY CHECK (number > 0),
    document    jsonb NOT NULL,
    file        jsonb NOT NULL,
    digest      text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    author      text NOT NULL REFERENCES kernel.person,
    proposed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (number, author)
);

CREATE TABLE kernel.adoption (
    policy_version integer PRIMARY KEY,
    author         text NOT NULL,
    person         text NOT NULL,
    person_kind    text NOT NULL DEFAULT 'human' CHECK (person_kind = 'human'),
    adopted_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    FOREIGN KEY (policy_version, author) REFERENCES kernel.policy_version (number, author),
    FOREIGN KEY (person, person_kind) REFERENCES kernel.person (id, kind),
    -- Nobody puts their own rules into force.
    CONSTRAINT adopted_by_another CHECK (person <> author)
);

CREATE TABLE kernel.standing (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    category text NOT NULL CHECK (category ~ '^[a-z_]+\.[a-z_]+/[123]$'),
    phase    integer NOT NULL CHECK (phase IN (1, 2, 3)),
    granted  boolean NOT NULL,
    basis    text NOT NULL CHECK (basis IN ('demo', 'earned', 'recalled')),
    since    timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- What needs a person in every phase can never be granted.
    CONSTRAINT tier_3_never_stands CHECK (NOT (granted AND category LIKE '%/3')),
    -- Phase 1 grants nothing.
    CONSTRAINT granted_after_phase_1 CHECK (NOT granted OR phase > 1),
    UNIQUE (id, category, granted)
);
CREATE INDEX standing_latest ON kernel.standing (category, id DESC);

-- ------------------------------------------------------------------ what is asked for

CREATE TABLE kernel.proposal (
    id            uuid PRIMARY KEY,
    ticket        bigint NOT NULL REFERENCES public.ticket,
    initiator     text NOT NULL,
    initiator_kind text NOT NULL,
    agent_version text NOT NULL,
    label         text NOT NULL,
    confidence    numeric(5, 4) CHECK (confidence BETWEEN 0 AND 1),
    body          jsonb NOT NULL,
    -- The latest message that the proposal answers; empty when it came through the API.
    answers       bigint,
    proposed_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- A proposal says truly whether the agent started it: what the agent starts is gated more strictly.
    CONSTRAINT true_kind FOREIGN KEY (initiator, initiator_kind) REFERENCES kernel.person (id, kind),
    -- The message that is answered is one of this very ticket.
    CONSTRAINT of_its_ticket FOREIGN KEY (answers, ticket) REFERENCES public.message (id, ticket),
    -- One answer to one state of the conversation, however often the agent is woken.
    UNIQUE (initiator, answers)
);
CREATE INDEX proposal_ticket ON kernel.proposal (ticket);

-- What became of a proposal: actions were staged, the requester was asked, or a person took over.
CREATE TABLE kernel.staging (
    proposal  uuid PRIMARY KEY REFERENCES kernel.proposal,
    result    text NOT NULL CHECK (result IN ('actions', 'nothing_to_do', 'question', 'person', 'stale')),
    reason    text NOT NULL DEFAULT '',
    staged_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE kernel.action (
    id          uuid PRIMARY KEY,
    root        uuid NOT NULL,
    version     integer NOT NULL CHECK (version > 0),
    digest      text NOT NULL UNIQUE,
    canonical   bytea NOT NULL CHECK (octet_length(canonical) <= 32768),
    type        text NOT NULL,
    connector   text NOT NULL,
    target      text NOT NULL,
    ticket      bigint NOT NULL REFERENCES public.ticket,
    proposal    uuid NOT NULL REFERENCES kernel.proposal,
    requester   text NOT NULL REFERENCES kernel.person,
    beneficiary text NOT NULL REFERENCES kernel.person,
    initiator   text NOT NULL REFERENCES kernel.person,
    changer     text NOT NULL REFERENCES kernel.person,
    position    integer NOT NULL CHECK (position >= 0),
    undoes      uuid REFERENCES kernel.action,
    staged_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- A version is staged once, so that two changes at the same moment cannot both become version 2.
    UNIQUE (root, version),
    -- The digest is the digest of these bytes, whoever wrote the row.
    CONSTRAINT digest_of_the_bytes CHECK (digest = encode(sha256(canonical), 'hex')),
    -- The columns that duties are checked on say what the approved bytes say.
    CONSTRAINT columns_of_the_bytes CHECK (
        convert_from(canonical, 'UTF8')::jsonb @> jsonb_build_object(
            'id', id::text, 'root', root::text, 'version', version, 'type', type,
            'target', jsonb_build_object('connector', connector, 'id', target),
            'ticket', ticket, 'requester', requester, 'beneficiary', beneficiary,
            'initiator', initiator, 'changer', changer, 'position', position, 'undoes', undoes::text)
    ),
    UNIQUE (id, digest, requester, beneficiary, initiator, changer),
    UNIQUE (id, digest, type),
    UNIQUE (id, digest, connector)
);
CREATE INDEX action_ticket ON kernel.action (ticket);
CREATE INDEX action_target ON kernel.action (connector, target);
CREATE INDEX action_proposal ON kernel.action (proposal);
CREATE INDEX action_undoes ON kernel.action (undoes) WHERE undoes IS NOT NULL;

CREATE TABLE kernel.dependency (
    action uuid NOT NULL REFERENCES kernel.action,
    needs  uuid NOT NULL REFERENCES kernel.action,
    PRIMARY KEY (action, needs),
    CONSTRAINT not_of_itself CHECK (action <> needs)
);

-- ------------------------------------------------------------------ the gate's answer

CREATE TABLE kernel.assessment (
    action            uuid PRIMARY KEY,
    digest            text NOT NULL,
    type              text NOT NULL,
    tier              integer NOT NULL CHECK (tier IN (1, 2, 3)),
    mode              text NOT NULL CHECK (mode IN ('HOTL', 'SUGGEST', 'HITL', 'REFUSE')),
    hands             text NOT NULL CHECK (hands IN ('person', 'executor')),
    needed            integer NOT NULL CHECK (needed BETWEEN 0 AND 2),
    category          text NOT NULL GENERATED ALWAYS AS (type || '/' || tier::text) STORED,
    phase             integer NOT NULL CHECK (phase IN (1, 2, 3)),
    min_assurance     integer NOT NULL CHECK (min_assurance IN (0, 1, 2)),
    policy_version    integer REFERENCES kernel.adoption,
    catalogue_version text NOT NULL,
    findings          jsonb NOT NULL,
    reasons           jsonb NOT NULL,
    assessed_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    FOREIGN KEY (action, digest, type) REFERENCES kernel.action (id, digest, type),
    -- Tier 3 waits for a person in every phase.
    CONSTRAINT tier_3_waits CHECK (tier < 3 OR mode IN ('HITL', 'REFUSE')),
    -- What runs on its own is carried out by the executor, and never in phase 1.
    CONSTRAINT alone_after_phase_1 CHECK (mode <> 'HOTL' OR (hands = 'executor' AND phase > 1)),
    -- Whatever waits for a yes needs at least one; what does not, needs none.
    CONSTRAINT a_yes_is_somebodys CHECK ((mode IN ('HITL', 'SUGGEST')) = (needed > 0)),
    UNIQUE (action, digest, category, tier, mode, hands, needed)
);

CREATE TABLE kernel.review (
    number     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    action     uuid NOT NULL UNIQUE,
    digest     text NOT NULL,
    opened_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,
    fault      text NOT NULL DEFAULT '',
    FOREIGN KEY (action) REFERENCES kernel.assessment (action),
    UNIQUE (number, action, digest, expires_at)
);
CREATE INDEX review_expires ON kernel.review (expires_at);

CREATE TABLE kernel.assignment (
    review      bigint NOT NULL REFERENCES kernel.review,
    person      text NOT NULL,
    person_kind text NOT NULL DEFAULT 'human' CHECK (person_kind = 'human'),
    why         text NOT NULL,
    rank        integer NOT NULL CHECK (rank >= 0),
    assigned_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (review, person),
    FOREIGN KEY (person, person_kind) REFERENCES kernel.person (id, kind)
);
CREATE INDEX assignment_person ON kernel.assignment (person);

-- ------------------------------------------------------------------ decisions

CREATE TABLE kernel.decision (
    id          uuid PRIMARY KEY,
    review      bigint NOT NULL,
    action      uuid NOT NULL,
    digest      text NOT NULL,
    expires_at  timestamptz NOT NULL,
    requester   text NOT NULL,
    beneficiary text NOT NULL,
    initiator   text NOT NULL,
    changer     text NOT NULL,
    person      text NOT NULL,
    person_kind text NOT NULL DEFAULT 'human',
    account     bigint NOT NULL,
    verdict     text NOT NULL CHECK (verdict IN ('approve', 'change', 'reject', 'ask', 'hand_over')),
    reason_code text,
    changes     jsonb,
    hand_to     text REFERENCES kernel.person,
    channel     text NOT NULL,
    assurance   integer NOT NULL CHECK (assurance IN (0, 1, 2)),
    shown       text NOT NULL,
    authority   text NOT NULL DEFAULT 'independent' CHECK (authority = 'independent'),
    decided_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- A decision is about exactly these bytes and these people.
    FOREIGN KEY (action, digest, requester, beneficiary, initiator, changer)
        REFERENCES kernel.action (id, digest, requester, beneficiary, initiator, changer),
    FOREIGN KEY (review, action, digest, expires_at)
        REFERENCES kernel.review (number, action, digest, expires_at),
    FOREIGN KEY (person, person_kind) REFERENCES kernel.person (id, kind),
    -- Only somebody whom the desk asked can answer.
    CONSTRAINT asked FOREIGN KEY (review, person) REFERENCES kernel.assignment (review, person),
    -- The account is one of the person's own.
    FOREIGN KEY (account, person) REFERENCES kernel.account (id, person),
    -- The agent and services never decide.
    CONSTRAINT human CHECK (person_kind = 'human'),
    -- Nobody decides what they asked for, gain from, staged or made riskier.
    CONSTRAINT another_person CHECK (person NOT IN (requester, beneficiary, initiator, changer)),
    -- Silence has already closed a review that has expired.
    CONSTRAINT in_time CHECK (decided_at < expires_at),
    -- A no and a change say why.
    CONSTRAINT with_reason CHECK (verdict NOT IN ('change', 'reject', 'hand_over') OR reason_code <> ''
                                  AND reason_code IS NOT NULL),
    CONSTRAINT change_says_what CHECK ((verdict = 'change') = (changes IS NOT NULL)),
    CONSTRAINT hand_over_says_whom CHECK ((verdict = 'hand_over') = (hand_to IS NOT NULL)),
    UNIQUE (id, action, digest, person, verdict)
);
-- One person gives one final answer.
CREATE UNIQUE INDEX one_answer_each ON kernel.decision (action, person)
    WHERE verdict IN ('approve', 'change', 'reject');
CREATE INDEX decision_review ON kernel.decision (review);

-- ------------------------------------------------------------------ the audit outbox and its order

CREATE TABLE kernel.event (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    name       text NOT NULL CHECK (name ~ '^[a-z_]+\.[a-z_]+$'),
    actor      text NOT NULL REFERENCES kernel.person,
    login_role text NOT NULL DEFAULT current_user,
    ticket     bigint,
    action     uuid,
    detail     jsonb NOT NULL,
    -- The bytes that an event is about, so that a permission can point at its own event.
    digest     text GENERATED ALWAYS AS (detail ->> 'digest') STORED,
    UNIQUE (id, action, name, digest)
);
CREATE INDEX event_action ON kernel.event (action) WHERE action IS NOT NULL;
CREATE INDEX event_ticket ON kernel.event (ticket) WHERE ticket IS NOT NULL;

CREATE TABLE kernel.log (
    position     bigint PRIMARY KEY CHECK (position >= 0),
    event        bigint NOT NULL UNIQUE REFERENCES kernel.event,
    sequenced_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (position, event)
);

-- ------------------------------------------------------------------ authorization

CREATE TABLE kernel."authorization" (
    action           uuid PRIMARY KEY,
    digest           text NOT NULL,
    category         text NOT NULL,
    tier             integer NOT NULL,
    mode             text NOT NULL,
    hands            text NOT NULL,
    needed           integer NOT NULL,
    basis            text NOT NULL CHECK (basis IN ('policy', 'decisions')),
    policy_version   integer REFERENCES kernel.adoption,
    standing         bigint,
    standing_granted boolean CHECK (standing_granted),
    approving        text NOT NULL DEFAULT 'approve' CHECK (approving = 'approve'),
    decision_1       uuid,
    person_1         text,
    decision_2       uuid,
    person_2         text,
    event            bigint NOT NULL,
    event_name       text NOT NULL DEFAULT 'authorization.granted' CHECK (event_name = 'authorization.granted'),
    not_before       timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    authorized_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- What the log must hold before anything starts is this permission for these bytes, and no older event.
    CONSTRAINT its_own_event FOREIGN KEY (event, action, event_name, digest)
        REFERENCES kernel.event (id, action, name, digest),
    -- What is authorized is what was assessed, with the gate's answer about it.
    FOREIGN KEY (action, digest, category, tier, mode, hands, needed)
        REFERENCES kernel.assessment (action, digest, category, tier, mode, hands, needed),
    FOREIGN KEY (standing, category, standing_granted)
        REFERENCES kernel.standing (id, category, granted),
    -- Only a yes to these very bytes counts, and it counts for the person who said it.
    FOREIGN KEY (decision_1, action, digest, person_1, approving)
        REFERENCES kernel.decision (id, action, digest, person, verdict),
    FOREIGN KEY (decision_2, action, digest, person_2, approving)
        REFERENCES kernel.decision (id, action, digest, person, verdict),
    -- A policy authorizes only what runs on its own; everything else needs its number of different people.
    CONSTRAINT policy_or_people CHECK (
        basis = 'policy' AND mode = 'HOTL' AND tier < 3
            AND policy_version IS NOT NULL AND standing IS NOT NULL AND decision_1 IS NULL
        OR basis = 'decisions' AND mode IN ('HITL', 'SUGGEST') AND decision_1 IS NOT NULL
            AND (needed = 1 OR decision_2 IS NOT NULL AND person_1 <> person_2)
    ),
    -- A foreign key with an empty part is not checked, so the parts come together or not at all.
    CONSTRAINT whole_standing CHECK (num_nulls(standing, standing_granted) IN (0, 2)),
    CONSTRAINT whole_decision_1 CHECK (num_nulls(decision_1, person_1) IN (0, 2)),
    CONSTRAINT whole_decision_2 CHECK (num_nulls(decision_2, person_2) IN (0, 2)),
    CONSTRAINT ends CHECK (expires_at > not_before),
    UNIQUE (action, digest, hands),
    UNIQUE (action, event, expires_at, not_before)
);

CREATE INDEX authorization_event ON kernel."authorization" (event);

-- ------------------------------------------------------------------ the one irrevocable turn

CREATE TABLE kernel.fate (
    -- One turn an action: of revoke and claim, one comes second and fails.
    action    uuid PRIMARY KEY,
    digest    text NOT NULL,
    connector text NOT NULL,
    kind      text NOT NULL CHECK (kind IN ('claimed', 'by_hand', 'rejected', 'refused', 'withdrawn',
                                            'expired', 'superseded', 'revoked')),
    hands     text,
    person    text REFERENCES kernel.person,
    reason    text NOT NULL DEFAULT '',
    turned_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    FOREIGN KEY (action, digest, connector) REFERENCES kernel.action (id, digest, connector),
    -- Nothing starts, by program or by hand, without an authorization for those hands.
    CONSTRAINT starts_authorized FOREIGN KEY (action, digest, hands)
        REFERENCES kernel."authorization" (action, digest, hands),
    CONSTRAINT hands_when_started CHECK (
        CASE kind WHEN 'claimed' THEN hands IS NOT NULL AND hands = 'executor'
                  WHEN 'by_hand' THEN hands IS NOT NULL AND hands = 'person'
                  ELSE hands IS NULL END),
    UNIQUE (action, digest, kind, connector)
);

-- ------------------------------------------------------------------ execution

CREATE TABLE kernel.execution (
    id         uuid PRIMARY KEY,
    action     uuid NOT NULL UNIQUE,
    digest     text NOT NULL,
    connector  text NOT NULL,
    kind       text NOT NULL DEFAULT 'claimed' CHECK (kind = 'claimed'),
    event      bigint NOT NULL,
    expires_at timestamptz NOT NULL,
    not_before timestamptz NOT NULL,
    position   bigint,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    FOREIGN KEY (action, digest, kind, connector) REFERENCES kernel.fate (action, digest, kind, connector),
    FOREIGN KEY (action, event, expires_at, not_before)
        REFERENCES kernel."authorization" (action, event, expires_at, not_before),
    -- The authorization was in the log before anything started.
    FOREIGN KEY (position, event) REFERENCES kernel.log (position, event),
    -- Actions on our own tables change nothing outside; they are logged in the same transaction.
    CONSTRAINT logged_first CHECK (position IS NOT NULL OR connector = 'desk'),
    -- An authorization works inside its window only.
    CONSTRAINT in_its_window CHECK (started_at >= not_before AND started_at < expires_at),
    UNIQUE (id, action)
);

CREATE TABLE kernel.attempt (
    execution  uuid NOT NULL REFERENCES kernel.execution,
    -- The number that a later attempt raises, so that a worker that slept cannot write any more.
    fence      integer NOT NULL CHECK (fence > 0),
    lease_until timestamptz NOT NULL,
    worker     text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (execution, fence)
);

-- ------------------------------------------------------------------ what came of it

CREATE TABLE kernel.report (
    action      uuid PRIMARY KEY,
    digest      text NOT NULL,
    connector   text NOT NULL,
    kind        text NOT NULL DEFAULT 'by_hand' CHECK (kind = 'by_hand'),
    person      text NOT NULL,
    person_kind text NOT NULL DEFAULT 'human' CHECK (person_kind = 'human'),
    did         text NOT NULL CHECK (did IN ('as_approved', 'differently', 'not_done')),
    evidence    text NOT NULL CHECK (evidence <> '' AND length(evidence) <= 4000),
    reported_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Work by hand is reported only after it was authorized for a person's hands.
    FOREIGN KEY (action, digest, kind, connector) REFERENCES kernel.fate (action, digest, kind, connector),
    FOREIGN KEY (person, person_kind) REFERENCES kernel.person (id, kind)
);

CREATE TABLE kernel.outcome (
    action    uuid PRIMARY KEY,
    kind      text NOT NULL CHECK (kind IN ('verified', 'mismatch', 'unknown', 'not_applied', 'recorded')),
    execution uuid,
    fence     integer,
    report    uuid REFERENCES kernel.report,
    before    jsonb NOT NULL,
    after     jsonb NOT NULL,
    evidence  jsonb NOT NULL,
    reason    text NOT NULL DEFAULT '',
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    FOREIGN KEY (execution, action) REFERENCES kernel.execution (id, action),
    FOREIGN KEY (execution, fence) REFERENCES kernel.attempt (execution, fence),
    -- An outcome is that of an execution or of a report by hand, never of nothing.
    CONSTRAINT of_something CHECK (
        num_nulls(execution, fence) = 0 AND report IS NULL AND kind <> 'recorded'
        OR num_nulls(execution, fence) = 2 AND report IS NOT NULL AND report = action
           AND kind IN ('recorded', 'verified', 'mismatch', 'not_applied')),
    UNIQUE (action, kind)
);

CREATE TABLE kernel.finding (
    action      uuid PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('unknown', 'mismatch')),
    person      text NOT NULL,
    person_kind text NOT NULL DEFAULT 'human' CHECK (person_kind = 'human'),
    result      text NOT NULL CHECK (result IN ('applied', 'not_applied')),
    note        text NOT NULL CHECK (note <> '' AND length(note) <= 4000),
    found_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- A person settles only what the program could not.
    FOREIGN KEY (action, kind) REFERENCES kernel.outcome (action, kind),
    FOREIGN KEY (person, person_kind) REFERENCES kernel.person (id, kind)
);

-- ------------------------------------------------------------------ where an action stands

-- Status is derived from rows, never stored.
CREATE VIEW kernel.action_state AS
SELECT a.id AS action,
       CASE
         WHEN o.kind IN ('verified', 'recorded') AND u.undone THEN 'undone'
         WHEN o.kind IN ('verified', 'recorded') OR fi.result = 'applied' THEN 'executed'
         WHEN o.kind = 'not_applied' OR fi.result = 'not_applied' THEN 'not_applied'
         WHEN o.kind IS NOT NULL THEN o.kind
         WHEN f.kind = 'claimed' THEN 'executing'
         WHEN f.kind IS NOT NULL THEN f.kind
         WHEN z.action IS NOT NULL THEN 'authorized'
         ELSE 'waiting'
       END AS state
  FROM kernel.action a
  LEFT JOIN kernel.outcome o ON o.action = a.id
  LEFT JOIN kernel.finding fi ON fi.action = a.id
  LEFT JOIN kernel.fate f ON f.action = a.id
  LEFT JOIN kernel."authorization" z ON z.action = a.id
  LEFT JOIN LATERAL (
    SELECT true AS undone FROM kernel.action b JOIN kernel.outcome p ON p.action = b.id
     WHERE b.undoes = a.id AND p.kind IN ('verified', 'recorded') LIMIT 1) u ON true;
