-- 0020. What a permission and a last look before a change rest on. Adds assessment.sides and the table side: which of two
-- sides each of those who were asked speaks for; a permission of people needs a yes of both. Nobody overrides the decision
-- about a batch of accounts. Adds the index action_joins: into which groups somebody is being put is asked before each
-- change of their rights; action_spending finds every purchase. {web}, {desk} and {executor} are login roles.

CREATE INDEX action_joins ON kernel.action (beneficiary) WHERE type IN ('idp.add_to_group', 'github.set_membership');

-- Whatever buys counts for what a vendor gets, in a month or in a year.
DROP INDEX kernel.action_spending;
CREATE INDEX action_spending ON kernel.action (staged_at) WHERE type IN ('saas.renew', 'equipment.order', 'mdm.install');

-- ------------------------------------------------------------------ a yes of each side

-- Null where any two, or any one, may say yes.
ALTER TABLE kernel.assessment ADD COLUMN sides text[],
    ADD CONSTRAINT two_sides CHECK (sides IS NULL OR cardinality(sides) = 2 AND needed = 2);
GRANT INSERT (sides) ON kernel.assessment TO {desk};

-- For which of them somebody was asked; who decides both was asked for both.
CREATE TABLE kernel.side (
    review bigint NOT NULL,
    person text NOT NULL,
    side   text NOT NULL,
    PRIMARY KEY (review, person, side)
);
GRANT SELECT ON kernel.side TO {web}, {desk}, {executor};
GRANT INSERT (review, person, side) ON kernel.side TO {desk};
ALTER TABLE kernel.side ENABLE ROW LEVEL SECURITY;
CREATE POLICY side_read ON kernel.side FOR SELECT USING (true);
CREATE POLICY side_desk ON kernel.side FOR INSERT TO {desk} WITH CHECK (true);
CREATE POLICY of_who_was_asked ON kernel.side AS RESTRICTIVE FOR INSERT WITH CHECK (
    EXISTS (SELECT FROM kernel.asked g WHERE g.review = side.review AND g.person = side.person));
CREATE POLICY one_of_two ON kernel.side AS RESTRICTIVE FOR INSERT WITH CHECK (
    EXISTS (SELECT FROM kernel.review r JOIN kernel.assessment s ON s.action = r.action
             WHERE r.number = side.review AND side.side = ANY (s.sides)));

CREATE POLICY each_side ON kernel."authorization" AS RESTRICTIVE FOR INSERT WITH CHECK (
    basis <> 'decisions'
    OR NOT EXISTS (SELECT FROM kernel.assessment s WHERE s.action = "authorization".action AND s.sides IS NOT NULL)
    OR EXISTS (SELECT FROM kernel.review r
                 JOIN kernel.side a ON a.review = r.number AND a.person = "authorization".person_1
                 JOIN kernel.side b ON b.review = r.number AND b.person = "authorization".person_2 AND b.side <> a.side
                WHERE r.action = "authorization".action));

-- Nobody permits alone that so many lose their access: nothing is lost while it waits.
CREATE POLICY never_alone ON kernel.override AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.action a WHERE a.id = override.action AND a.type = 'idp.suspend_many'));
