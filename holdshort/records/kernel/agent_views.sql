-- All that the agent may read: the words of tickets that wait for it, and the names they may mean.

CREATE VIEW public.agent_ticket AS
SELECT t.number,
       t.requester,
       p.name AS requester_name,
       (SELECT m.subject FROM public.message m WHERE m.ticket = t.number ORDER BY m.id LIMIT 1) AS subject,
       (SELECT string_agg(m.body, E'\n\n' ORDER BY m.id) FROM public.message m
         WHERE m.ticket = t.number AND m.author = t.requester) AS body,
       (SELECT max(m.id) FROM public.message m WHERE m.ticket = t.number) AS latest_message
  FROM public.ticket t
  JOIN public.profile p ON p.person = t.requester
 WHERE t.private_to IS NULL
   AND (SELECT u.kind FROM public.turn u WHERE u.ticket = t.number ORDER BY u.id DESC LIMIT 1) = 'with_agent';

CREATE VIEW public.agent_name AS
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
SELECT 'article', id, title, ARRAY[left(body, 400)] FROM public.article;
