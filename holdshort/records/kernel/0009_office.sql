-- 0009. What HR, finance, legal and facilities need. Finds purchases quickly, which every further one is added to.

CREATE INDEX action_spending ON kernel.action (staged_at) WHERE type = 'saas.renew';
