-- 0021. What is asked for at every page and every action is found without reading everything there is. The indexes
-- action_for_a_time, account_person and profile_owners, in place of action_gives; of two that found an action by its time, one goes.

DROP INDEX kernel.action_at;
CREATE INDEX account_person ON kernel.account (person);
CREATE INDEX profile_owners ON public.profile (person) WHERE 'owner' = ANY(roles);

-- Every page says how much access should have ended. Only what is for a time is looked at; the bytes of whatever could be were read.
DROP INDEX kernel.action_gives;
CREATE INDEX action_for_a_time ON kernel.action (id) WHERE kernel.hours_of(canonical) IS NOT NULL;
-- Without it the planner takes every action to be for a time, and reads them all instead of the index.
CREATE STATISTICS kernel.action_hours ON (kernel.hours_of(canonical)) FROM kernel.action;

-- It says what it said. OFFSET 0 keeps what is asked about each grant from being asked about every action first.
CREATE OR REPLACE VIEW kernel.granted AS
SELECT a.id AS action, a.ticket, a.type, a.connector, a.beneficiary, kernel.target_of(a.canonical) AS target,
       i.takes, kernel.hours_of(a.canonical) AS hours, t.since,
       LEAST(t.since + kernel.hours_of(a.canonical) * interval '1 hour', t.ended_at) AS due_at
  FROM kernel.action a
  JOIN kernel.takes_back i ON i.gives = a.type
  JOIN LATERAL (SELECT v.state, COALESCE(o.at, se.settled_at) AS since, e.ended_at
                  FROM kernel.action_state v
                  LEFT JOIN kernel.outcome o ON o.action = v.action
                  LEFT JOIN kernel.settlement se ON se.action = v.action
                  LEFT JOIN kernel.ending e ON e.action = v.action AND e.why = 'ended'
                 WHERE v.action = a.id OFFSET 0) t ON true
 WHERE kernel.hours_of(a.canonical) IS NOT NULL AND t.state IN ('executed', 'unknown', 'mismatch')
   AND NOT EXISTS (SELECT FROM kernel.ending g WHERE g.action = a.id AND g.why = 'gone' OFFSET 0)
   AND NOT EXISTS (SELECT FROM kernel.action b JOIN kernel.action_state v ON v.action = b.id
                    WHERE b.undoes = a.id AND v.state = 'executed' OFFSET 0)
   AND NOT EXISTS (SELECT FROM kernel.action n JOIN kernel.outcome p ON p.action = n.id
                    WHERE n.type = a.type AND n.connector = a.connector AND n.beneficiary = a.beneficiary
                      AND hashtext(kernel.target_of(n.canonical)) = hashtext(kernel.target_of(a.canonical))
                      AND kernel.target_of(n.canonical) = kernel.target_of(a.canonical)
                      AND (kernel.ends_of(a.canonical) IS NULL OR kernel.ends_of(n.canonical) @> kernel.ends_of(a.canonical))
                      AND p.kind IN ('verified', 'recorded') AND p.at > t.since OFFSET 0);
