-- 0016. Zones of a badge for a time. {web}, {desk} and {executor} are login roles.

-- ------------------------------------------------------------------ a badge opens a room for a time

INSERT INTO kernel.takes_back (gives, takes) VALUES ('badge.set_zones', 'badge.remove_zones');

-- What of it ends, as the approved bytes say, where that is not all that they give.
CREATE FUNCTION kernel.ends_of(canonical bytea) RETURNS jsonb LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN pg_catalog.convert_from(canonical, 'UTF8')::jsonb #> '{{params,ends}}';

-- As before, but where the bytes name what ends, only what gives all of that again counts instead.
CREATE OR REPLACE VIEW kernel.granted AS
SELECT a.id AS action, a.ticket, a.type, a.connector, a.beneficiary, kernel.target_of(a.canonical) AS target,
       i.takes, kernel.hours_of(a.canonical) AS hours, COALESCE(o.at, se.settled_at) AS since,
       LEAST(COALESCE(o.at, se.settled_at) + kernel.hours_of(a.canonical) * interval '1 hour', e.ended_at) AS due_at
  FROM kernel.action a
  JOIN kernel.takes_back i ON i.gives = a.type
  JOIN LATERAL (SELECT v.state FROM kernel.action_state v WHERE v.action = a.id OFFSET 0) st ON true
  LEFT JOIN kernel.outcome o ON o.action = a.id
  LEFT JOIN kernel.settlement se ON se.action = a.id
  LEFT JOIN kernel.ending e ON e.action = a.id AND e.why = 'ended'
 WHERE kernel.hours_of(a.canonical) IS NOT NULL AND st.state IN ('executed', 'unknown', 'mismatch')
   AND NOT EXISTS (SELECT FROM kernel.ending g WHERE g.action = a.id AND g.why = 'gone')
   AND NOT EXISTS (SELECT FROM kernel.action b JOIN kernel.action_state v ON v.action = b.id
                    WHERE b.undoes = a.id AND v.state = 'executed')
   AND NOT EXISTS (SELECT FROM kernel.action n JOIN kernel.outcome p ON p.action = n.id
                    WHERE n.type = a.type AND n.connector = a.connector AND n.beneficiary = a.beneficiary
                      AND hashtext(kernel.target_of(n.canonical)) = hashtext(kernel.target_of(a.canonical))
                      AND kernel.target_of(n.canonical) = kernel.target_of(a.canonical)
                      AND (kernel.ends_of(a.canonical) IS NULL OR kernel.ends_of(n.canonical) @> kernel.ends_of(a.canonical))
                      AND p.kind IN ('verified', 'recorded') AND p.at > COALESCE(o.at, se.settled_at));
DROP INDEX kernel.action_gives;
CREATE INDEX action_gives ON kernel.action (id)
    WHERE type IN ('idp.add_to_group', 'github.set_membership', 'db.grant_role', 'badge.set_zones');
