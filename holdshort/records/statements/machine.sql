-- name: first_owner
-- The owner whom the first file named; sign-in links of `holdshort up` are for them.
SELECT p.person FROM public.profile p JOIN public.login l ON l.person = p.person
 WHERE 'owner' = ANY(p.roles) ORDER BY l.id LIMIT 1;

-- name: drop_tokens
-- Tokens of an earlier start; only their digests were kept, so they are made anew.
DELETE FROM public.api_token WHERE label = %(label)s;

-- name: waiting_too_long
-- Events without a position and jobs that wait: signs that a process is not running. Counted to a thousand.
SELECT (SELECT count(*) FROM (
         SELECT e.at FROM kernel.event e WHERE e.id > (SELECT COALESCE(max(event), 0) FROM kernel.log)
          ORDER BY e.id LIMIT 1000) AS latest
         WHERE at < clock_timestamp() - interval '10 seconds') AS unlogged,
       (SELECT count(*) FROM kernel.execution x
         WHERE x.started_at > %(since)s
           AND EXISTS (SELECT FROM kernel.attempt t WHERE t.execution = x.id
                          AND t.lease_until < clock_timestamp() - interval '2 minutes')
           AND NOT EXISTS (SELECT FROM kernel.halted h WHERE h.action = x.action)
           AND NOT EXISTS (SELECT FROM kernel.outcome o WHERE o.action = x.action)) AS abandoned;

-- name: connected_roles
-- Which of these roles have a session on this database, besides the one that asks.
SELECT DISTINCT usename::text FROM pg_stat_activity
 WHERE datname = current_database() AND usename = ANY(%(roles)s) AND pid <> pg_backend_pid();
