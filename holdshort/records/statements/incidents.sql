-- name: reports
-- Tickets that may be put together: those of these numbers that are not private.
SELECT t.number, t.requester, t.opened_at FROM public.ticket t
 WHERE t.number = ANY(%(numbers)s) AND t.private_to IS NULL ORDER BY t.number;
