-- 0018. What was staged in the last day is asked for at every change: found by the blocks that it lies in, as rows are only
-- ever added, in the order of their time. Adds the index action_staged, of a few bytes for a hundred actions.

CREATE INDEX action_staged ON kernel.action USING brin (staged_at) WITH (pages_per_range = 16, autosummarize = on);
