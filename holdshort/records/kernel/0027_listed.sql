-- 0027. A group of a directory that the company's file does not list carries rights that nobody has named. Changes group_owner:
-- it has a row for each group that the file lists, and `person` is null where nobody answers for it.

ALTER TABLE public.group_owner ALTER COLUMN person DROP NOT NULL;
INSERT INTO public.group_owner (group_slug)
SELECT g ->> 'id'
  FROM (SELECT v.file FROM kernel.adoption a JOIN kernel.policy_version v ON v.number = a.policy_version
         ORDER BY v.number DESC LIMIT 1) f
 CROSS JOIN LATERAL jsonb_array_elements(f.file -> 'groups') g
ON CONFLICT DO NOTHING;
COMMENT ON COLUMN public.group_owner.person IS 'null where the file lists the group and names nobody';
