-- name: spent
-- What a vendor was given, or is to be given, in the last days by whatever buys and has not ended without effect; NULL
-- where one of it is of an unknown amount. The action that is asked anew does not count, in no version of it.
-- With `at`: in the days before that moment.
SELECT CASE WHEN bool_and(b.total IS NOT NULL) IS NOT FALSE THEN COALESCE(sum(b.total), 0)::bigint END AS total
  FROM kernel.action a
  JOIN kernel.action_state s ON s.action = a.id
  LEFT JOIN kernel."authorization" z ON z.action = a.id
 CROSS JOIN LATERAL (
   SELECT COALESCE(said.seen ->> '_vendor', said.seen ->> 'vendor') AS vendor, (said.seen ->> '_total')::bigint AS total
     FROM (SELECT convert_from(a.canonical, 'UTF8')::jsonb -> 'seen' AS seen) said) b
 WHERE a.type IN ('saas.renew', 'equipment.order', 'mdm.install') AND b.vendor = %(vendor)s
   AND a.staged_at < COALESCE(%(at)s::timestamptz, 'infinity')
   AND a.staged_at > COALESCE(%(at)s::timestamptz, clock_timestamp()) - make_interval(days => %(days)s::integer + 31)
   AND COALESCE(z.authorized_at, a.staged_at)
       > COALESCE(%(at)s::timestamptz, clock_timestamp()) - make_interval(days => %(days)s::integer)
   AND s.state NOT IN ('rejected', 'refused', 'withdrawn', 'expired', 'superseded', 'revoked', 'not_applied', 'undone')
   AND a.root IS DISTINCT FROM (SELECT r.root FROM kernel.action r WHERE r.id = %(asking)s::uuid);

-- name: met
-- What the target showed instead, when an action could not run because the world had moved.
SELECT o.after FROM kernel.outcome o WHERE o.action = %(action)s::uuid AND o.reason = 'drift';
