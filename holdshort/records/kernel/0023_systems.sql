-- 0023. What somebody is in GitHub is held there, and ends there: the role from before comes back. Changes a row of takes_back.
-- Adds the index event_of_rules: whether the company's file could be read the last time is asked on every page.

UPDATE kernel.takes_back SET takes = 'github.end_membership' WHERE gives = 'github.set_membership';
CREATE INDEX event_of_rules ON kernel.event (id) WHERE name IN ('policy.unreadable', 'policy.read');
