-- 0020. What a last look before a change rests on. Adds the index action_joins: into which groups somebody is being put is
-- asked before each change of their rights.

CREATE INDEX action_joins ON kernel.action (beneficiary) WHERE type IN ('idp.add_to_group', 'github.set_membership');
