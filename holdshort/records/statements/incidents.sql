-- name: reports
-- Those of these tickets that are not private, with who has each: whoever is asked about it, else somebody for what is
-- general.
SELECT t.number, t.requester, t.opened_at,
       COALESCE((SELECT l.label FROM public.label l WHERE l.ticket = t.number ORDER BY l.id DESC LIMIT 1), '') AS label,
       (SELECT u.kind FROM public.turn u WHERE u.ticket = t.number ORDER BY u.id DESC LIMIT 1) AS stands,
       COALESCE(
           (SELECT s.person FROM kernel.action a
              JOIN kernel.action_state v ON v.action = a.id AND v.state = 'waiting'
              JOIN kernel.review r ON r.action = a.id JOIN kernel.seat s ON s.panel = r.panel
             WHERE a.ticket = t.number ORDER BY r.number DESC, s.rank LIMIT 1),
           (SELECT g.person FROM public.authority g WHERE 'general' = ANY (g.contexts) ORDER BY g.person LIMIT 1)
       ) AS holder
  FROM public.ticket t
 WHERE t.number = ANY(%(numbers)s) AND t.private_to IS NULL ORDER BY t.number;

-- name: tickets_in_work
-- Tickets of the last 60 days that wait for somebody here, are not private, and of whose time nobody was told yet.
SELECT t.number, t.opened_at,
       COALESCE((SELECT l.label FROM public.label l WHERE l.ticket = t.number ORDER BY l.id DESC LIMIT 1), '') AS label
  FROM public.ticket t
  JOIN LATERAL (SELECT u.kind FROM public.turn u WHERE u.ticket = t.number ORDER BY u.id DESC LIMIT 1) u
    ON u.kind IN ('with_agent', 'staged', 'with_person')
 WHERE t.requester <> 'holdshort' AND t.private_to IS NULL AND t.opened_at > clock_timestamp() - interval '60 days'
   AND NOT EXISTS (SELECT FROM kernel.proposal p WHERE p.initiator = 'holdshort' AND p.label = 'notify.sla'
                      AND p.body #>> '{actions,0,params,ticket}' = t.number::text)
 ORDER BY t.number;
