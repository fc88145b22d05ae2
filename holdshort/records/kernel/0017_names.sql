-- 0017. A text may also name software, equipment, contracts and what is patched: agent_name lists what
-- the catalogues and the inventory in force have, by id and name alone. Replaces agent_name.

CREATE OR REPLACE VIEW public.agent_name AS
WITH force AS (
    SELECT v.document, v.file FROM kernel.policy_version v JOIN kernel.adoption d ON d.policy_version = v.number
     ORDER BY v.number DESC LIMIT 1)
SELECT 'person' AS kind, p.person AS id, p.name, ARRAY[p.email, d.user_name] AS also
  FROM public.profile p
  JOIN kernel.person k ON k.id = p.person AND k.kind = 'human'
  LEFT JOIN kernel.account a ON a.person = p.person
   AND a.issuer IN (SELECT connector FROM public.mirror_read)
  LEFT JOIN public.directory_account d ON d.connector = a.issuer AND d.external_id = a.subject
UNION ALL
SELECT 'group', slug, name, ARRAY[]::text[] FROM public.directory_group
UNION ALL
SELECT 'application', id, name, ARRAY[]::text[] FROM public.system
UNION ALL
SELECT 'article', id, title, ARRAY[left(body, 400)] FROM public.article
UNION ALL
SELECT 'software', r->>'id', r->>'name', ARRAY[r->>'package']
  FROM force CROSS JOIN LATERAL jsonb_array_elements(document->'software') r
UNION ALL
SELECT 'equipment', r->>'id', r->>'name', ARRAY[]::text[]
  FROM force CROSS JOIN LATERAL jsonb_array_elements(document->'equipment') r
UNION ALL
-- A contract is known by its vendor and its own id, and goes by either's name.
SELECT 'contract', (v->>'id') || '/' || (c->>'id'), c->>'item', ARRAY[v->>'name', v->>'id', c->>'id']
  FROM force CROSS JOIN LATERAL jsonb_array_elements(file->'vendors') v
  CROSS JOIN LATERAL jsonb_array_elements(v->'contracts') c
UNION ALL
SELECT 'patched', r->>'id', r->>'name', ARRAY[]::text[]
  FROM force CROSS JOIN LATERAL jsonb_array_elements(file->'assets') r
 WHERE r->>'kind' IN ('fleet', 'host', 'database', 'firewall', 'network');
