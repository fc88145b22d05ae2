-- 0011. Who may say yes, and for how much. Adds authority.scope; an answer of somebody who proved less well who they
-- are than its gate asks for is refused here, too.
-- docs/adr/0011-duties.md is the map. {web}, {agent}, {desk}, {executor} are the login roles.

-- ------------------------------------------------------------------ how far an authority reaches

ALTER TABLE public.authority ADD COLUMN scope text[] NOT NULL DEFAULT '{{}}';
ALTER TABLE public.authority ALTER COLUMN scope DROP DEFAULT;

CREATE POLICY well_proved ON kernel.decision AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.assessment s
                 WHERE s.action = decision.action AND s.min_assurance > decision.assurance));
