-- 0010. Switches: a stop of everything, of one connected app or of one category, as rows. Adds switch, off and
-- stopped. What a switch covers does not start while it is off, whichever way it was permitted; nothing that has
-- started is torn. {web}, {desk} and {executor} are login roles.

-- ------------------------------------------------------------------ who switched what, when and why

-- The latest row of a scope counts; nobody changes an earlier one.
CREATE TABLE kernel.switch (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scope       text NOT NULL,
    is_on       boolean NOT NULL,
    person      text NOT NULL,
    person_kind text NOT NULL DEFAULT 'human',
    account     bigint NOT NULL,
    channel     text NOT NULL,
    reason      text NOT NULL CHECK (length(reason) <= 4000),
    set_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    FOREIGN KEY (person, person_kind) REFERENCES kernel.person (id, kind),
    FOREIGN KEY (account, person) REFERENCES kernel.account (id, person),
    -- A switch that covers nothing would look like a stop and be none.
    CONSTRAINT scope_of_something CHECK (
        scope ~ '^(everything|connector:[A-Za-z0-9._-]{{1,64}}|category:[a-z_]+\.[a-z_]+(/[123])?)$'),
    -- The agent and services neither stop the desk nor let it go on.
    CONSTRAINT human CHECK (person_kind = 'human'),
    -- Stopping is one click; going on says why.
    CONSTRAINT on_with_reason CHECK (NOT is_on OR reason <> '')
);
CREATE INDEX switch_latest ON kernel.switch (scope, id DESC);

CREATE VIEW kernel.off AS
SELECT s.id, s.scope, s.person, s.reason, s.set_at
  FROM (SELECT DISTINCT ON (t.scope) t.* FROM kernel.switch t ORDER BY t.scope, t.id DESC) s WHERE NOT s.is_on;

-- ------------------------------------------------------------------ what it stops

-- Actions that may not start now, with the switches that are off over them.
CREATE VIEW kernel.stopped AS
SELECT m.action, s.id AS switch, s.scope, s.person, s.reason, s.set_at
  FROM kernel.off s JOIN kernel.assessment m
    ON s.scope IN ('everything', 'connector:' || m.connector,
                   'category:' || m.type, 'category:' || m.type || '/' || m.tier::text);

CREATE POLICY not_stopped ON kernel.fate AS RESTRICTIVE FOR INSERT WITH CHECK (
    kind NOT IN ('claimed', 'by_hand')
    OR NOT EXISTS (SELECT FROM kernel.stopped s WHERE s.action = fate.action));

-- Permissions that ran out while a switch was off over them: nobody let them expire, so they are asked anew.
CREATE VIEW kernel.held_up AS
SELECT z.action FROM kernel."authorization" z JOIN kernel.switch s
    ON s.scope IN ('everything', 'connector:' || z.connector, 'category:' || z.type, 'category:' || z.category)
 WHERE NOT s.is_on AND s.set_at < z.expires_at AND z.expires_at <= clock_timestamp()
   AND NOT EXISTS (SELECT FROM kernel.switch n WHERE n.scope = s.scope AND n.id > s.id AND n.set_at < z.expires_at);

-- ------------------------------------------------------------------ who may write it

GRANT SELECT ON kernel.switch, kernel.off, kernel.stopped, kernel.held_up TO {web}, {desk}, {executor};
GRANT INSERT (scope, is_on, person, account, channel, reason) ON kernel.switch TO {web};

ALTER TABLE kernel.switch ENABLE ROW LEVEL SECURITY;
CREATE POLICY switch_read ON kernel.switch FOR SELECT USING (true);
CREATE POLICY switch_web ON kernel.switch FOR INSERT TO {web} WITH CHECK (true);
-- Whoever works here stops it; owners and security let it go on.
CREATE POLICY by_somebody_who_may ON kernel.switch AS RESTRICTIVE FOR INSERT WITH CHECK (
    EXISTS (SELECT FROM public.authority a WHERE a.person = switch.person
               AND (NOT switch.is_on OR 'security' = ANY (a.contexts)))
    OR EXISTS (SELECT FROM public.profile p WHERE p.person = switch.person AND 'owner' = ANY (p.roles)));
CREATE POLICY account_in_use ON kernel.switch AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.account a WHERE a.id = switch.account AND a.ended_at IS NOT NULL));
