-- 0026. What a last look before a change compares with. Adds assessment.leavers: which of those whom an action concerns had
-- left by HR's record when it was assessed. {desk} is a login role.

-- Null for what was assessed before anybody wrote it.
ALTER TABLE kernel.assessment ADD COLUMN leavers text[];
GRANT INSERT (leavers) ON kernel.assessment TO {desk};
