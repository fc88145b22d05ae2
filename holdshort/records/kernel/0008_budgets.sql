-- 0008. Whom changes reached lately is asked before each further one; it looks at the last day only.

CREATE INDEX action_at ON kernel.action USING brin (staged_at) WITH (pages_per_range = 16);
