-- 0002. An older state came back, from a backup or with a whole machine: what happened outside since
-- it was kept is not in these rows. Adds restoration, reconciliation, settlement, sighting and halted;
-- replaces action_state; lets every login role read which migrations were applied.
-- docs/adr/0002-older-states.md is the map. {web}, {agent}, {desk}, {executor} are the login roles.

-- ------------------------------------------------------------------ the state that came back

CREATE TABLE kernel.restoration (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reason     text NOT NULL CHECK (reason IN ('backup', 'log')),
    -- The fingerprint of the backup, and when it was made; of a shorter log nobody knows that.
    backup     text NOT NULL DEFAULT '',
    kept_at    timestamptz,
    -- Where the log ends in this state, and where somebody had seen it end.
    position   bigint NOT NULL CHECK (position >= -1),
    seen       bigint,
    noticed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT says_which CHECK (
        CASE reason WHEN 'backup' THEN backup <> '' AND kept_at IS NOT NULL ELSE seen IS NOT NULL END)
);

-- Somebody looked at what may have happened since, and answers for going on.
CREATE TABLE kernel.reconciliation (
    restoration   bigint PRIMARY KEY REFERENCES kernel.restoration,
    person        text NOT NULL,
    person_kind   text NOT NULL DEFAULT 'human',
    account       bigint NOT NULL,
    channel       text NOT NULL,
    note          text NOT NULL CHECK (note <> '' AND length(note) <= 4000),
    reconciled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    FOREIGN KEY (person, person_kind) REFERENCES kernel.person (id, kind),
    FOREIGN KEY (account, person) REFERENCES kernel.account (id, person),
    -- The agent and services end nothing.
    CONSTRAINT human CHECK (person_kind = 'human')
);

-- What a person says about one change of the older state: it is in place, ask for it anew, or drop it.
CREATE TABLE kernel.settlement (
    action      uuid PRIMARY KEY REFERENCES kernel.action,
    restoration bigint NOT NULL REFERENCES kernel.restoration,
    person      text NOT NULL,
    person_kind text NOT NULL DEFAULT 'human',
    account     bigint NOT NULL,
    result      text NOT NULL CHECK (result IN ('done', 'again', 'dropped')),
    note        text NOT NULL DEFAULT '' CHECK (length(note) <= 4000),
    settled_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    FOREIGN KEY (person, person_kind) REFERENCES kernel.person (id, kind),
    FOREIGN KEY (account, person) REFERENCES kernel.account (id, person),
    CONSTRAINT human CHECK (person_kind = 'human')
);

-- What a target showed when it was only looked at; `shown` is null where it cannot tell.
CREATE TABLE kernel.sighting (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    action  uuid NOT NULL REFERENCES kernel.action,
    shown   boolean,
    now     jsonb NOT NULL,
    problem text NOT NULL DEFAULT '',
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX sighting_latest ON kernel.sighting (action, id DESC);

-- ------------------------------------------------------------------ what it stops

-- Actions that may not start: all of them until a person has reconciled, and whatever was staged before
-- an older state came back for ever. It may have been carried out since; its next version is asked anew.
CREATE VIEW kernel.halted AS
SELECT a.id AS action, a.staged_at < r.noticed_at AS from_before, c.restoration IS NULL AS unreconciled
  FROM kernel.action a
  JOIN kernel.restoration r ON true
  LEFT JOIN kernel.reconciliation c ON c.restoration = r.id
 WHERE a.staged_at < r.noticed_at OR c.restoration IS NULL;

CREATE POLICY not_halted ON kernel."authorization" AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.halted h WHERE h.action = "authorization".action));
CREATE POLICY not_halted ON kernel.fate AS RESTRICTIVE FOR INSERT WITH CHECK (
    kind NOT IN ('claimed', 'by_hand')
    OR NOT EXISTS (SELECT FROM kernel.halted h WHERE h.action = fate.action));
CREATE POLICY not_halted ON kernel.execution AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.halted h WHERE h.action = execution.action));
CREATE POLICY not_halted ON kernel.attempt AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.execution e JOIN kernel.halted h ON h.action = e.action
                 WHERE e.id = attempt.execution));

-- ------------------------------------------------------------------ who may write it

GRANT SELECT ON kernel.restoration, kernel.reconciliation, kernel.settlement, kernel.sighting, kernel.halted
    TO {web}, {desk}, {executor};
GRANT SELECT ON public.django_migrations TO {web}, {agent}, {desk}, {executor};

-- Whoever sees a shorter log halts the desk. That a backup came back is written by `holdshort restore`.
GRANT INSERT (reason, position, seen) ON kernel.restoration TO {desk}, {executor};
GRANT INSERT (action, shown, now, problem) ON kernel.sighting TO {executor};
GRANT INSERT (action, restoration, person, account, result, note) ON kernel.settlement TO {web};
GRANT INSERT (restoration, person, account, channel, note) ON kernel.reconciliation TO {web};

-- Only people who work here say what happened, and only while it is open what did.
ALTER TABLE kernel.reconciliation ENABLE ROW LEVEL SECURITY;
CREATE POLICY reconciliation_read ON kernel.reconciliation FOR SELECT USING (true);
CREATE POLICY reconciliation_web ON kernel.reconciliation FOR INSERT TO {web} WITH CHECK (true);
CREATE POLICY by_somebody_who_works_here ON kernel.reconciliation AS RESTRICTIVE FOR INSERT WITH CHECK (
    EXISTS (SELECT FROM public.authority a WHERE a.person = reconciliation.person)
    OR EXISTS (SELECT FROM public.profile p WHERE p.person = reconciliation.person AND 'owner' = ANY (p.roles)));
CREATE POLICY account_in_use ON kernel.reconciliation AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.account a WHERE a.id = reconciliation.account AND a.ended_at IS NOT NULL));

ALTER TABLE kernel.settlement ENABLE ROW LEVEL SECURITY;
CREATE POLICY settlement_read ON kernel.settlement FOR SELECT USING (true);
CREATE POLICY settlement_web ON kernel.settlement FOR INSERT TO {web} WITH CHECK (true);
CREATE POLICY by_somebody_who_works_here ON kernel.settlement AS RESTRICTIVE FOR INSERT WITH CHECK (
    EXISTS (SELECT FROM public.authority a WHERE a.person = settlement.person)
    OR EXISTS (SELECT FROM public.profile p WHERE p.person = settlement.person AND 'owner' = ANY (p.roles)));
CREATE POLICY account_in_use ON kernel.settlement AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.account a WHERE a.id = settlement.account AND a.ended_at IS NOT NULL));
CREATE POLICY in_doubt ON kernel.settlement AS RESTRICTIVE FOR INSERT WITH CHECK (
    EXISTS (SELECT FROM kernel.restoration r JOIN kernel.action a ON a.staged_at < r.noticed_at
             WHERE r.id = settlement.restoration AND a.id = settlement.action
               AND NOT EXISTS (SELECT FROM kernel.reconciliation c WHERE c.restoration = r.id))
    AND NOT EXISTS (SELECT FROM kernel.outcome o WHERE o.action = settlement.action)
    AND NOT EXISTS (SELECT FROM kernel.fate f WHERE f.action = settlement.action
                       AND f.kind NOT IN ('claimed', 'by_hand')));

-- ------------------------------------------------------------------ where an action stands

-- As in 0001, and what a person settled after an older state came back counts like a finding.
CREATE OR REPLACE VIEW kernel.action_state AS
SELECT a.id AS action,
       CASE
         WHEN (o.kind IN ('verified', 'recorded') OR s.result = 'done') AND u.undone THEN 'undone'
         WHEN o.kind IN ('verified', 'recorded') OR fi.result = 'applied' OR s.result = 'done' THEN 'executed'
         WHEN o.kind = 'not_applied' OR fi.result = 'not_applied' THEN 'not_applied'
         WHEN s.result IS NOT NULL AND f.kind IN ('claimed', 'by_hand') THEN 'not_applied'
         WHEN o.kind IS NOT NULL THEN o.kind
         WHEN f.kind = 'claimed' THEN 'executing'
         WHEN f.kind IS NOT NULL THEN f.kind
         WHEN z.action IS NOT NULL THEN 'authorized'
         ELSE 'waiting'
       END AS state
  FROM kernel.action a
  LEFT JOIN kernel.outcome o ON o.action = a.id
  LEFT JOIN kernel.finding fi ON fi.action = a.id
  LEFT JOIN kernel.settlement s ON s.action = a.id
  LEFT JOIN kernel.fate f ON f.action = a.id
  LEFT JOIN kernel."authorization" z ON z.action = a.id
  LEFT JOIN LATERAL (
    SELECT true AS undone FROM kernel.action b JOIN kernel.outcome p ON p.action = b.id
     WHERE b.undoes = a.id AND p.kind IN ('verified', 'recorded') LIMIT 1) u ON true;
