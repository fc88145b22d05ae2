-- name: add_token
INSERT INTO public.api_token (digest, account, person, sponsor, scopes, label, expires_at)
VALUES (%(digest)s, %(account)s, %(person)s, %(sponsor)s, %(scopes)s, %(label)s, %(expires_at)s);

-- name: token
-- Whose token it is, while it is valid, its account is theirs and nobody has left. A sponsor who left sponsors no more.
SELECT t.account, t.scopes, k.id, k.kind, COALESCE(p.name, k.id) AS name, COALESCE(p.email, '') AS email,
       COALESCE(p.department, '') AS department, p.manager, COALESCE(p.roles, '{}') AS roles,
       COALESCE(p.employment_status, 'unknown') AS employment_status, p.employment_start, p.employment_end,
       (SELECT s.person FROM public.profile s WHERE s.person = t.sponsor AND s.employment_status <> 'ended') AS sponsor
  FROM public.api_token t
  JOIN kernel.account a ON a.id = t.account AND a.ended_at IS NULL
  JOIN kernel.person k ON k.id = t.person
  LEFT JOIN public.profile p ON p.person = t.person
 WHERE t.digest = %(digest)s AND (t.expires_at IS NULL OR t.expires_at > clock_timestamp())
   AND COALESCE(p.employment_status, 'unknown') <> 'ended';

-- name: account_of_person
-- The account a token stands for: of the issuer that was named, else the local one, else the oldest.
SELECT id FROM kernel.account
 WHERE person = %(person)s AND ended_at IS NULL AND (%(issuer)s::text IS NULL OR issuer = %(issuer)s)
 ORDER BY issuer = 'local' DESC, id LIMIT 1;

-- name: claim_key
-- Takes an idempotency key; waits for another request that is taking it, and gives nothing when it was taken.
INSERT INTO public.idempotency (person, key, request_digest) VALUES (%(person)s, %(key)s, %(digest)s)
ON CONFLICT DO NOTHING RETURNING key;

-- name: claimed_key
SELECT request_digest, status, response FROM public.idempotency WHERE person = %(person)s AND key = %(key)s;

-- name: keep_receipt
-- What was made, in the transaction that made it, so that a repetition finds it whatever happens next.
UPDATE public.idempotency SET response = %(receipt)s WHERE person = %(person)s AND key = %(key)s;

-- name: keep_response
UPDATE public.idempotency SET status = %(status)s, response = %(response)s
 WHERE person = %(person)s AND key = %(key)s AND status IS NULL;

-- name: actions_of_proposal
SELECT a.id FROM kernel.proposal p JOIN kernel.action a ON a.ticket = p.ticket AND a.proposal = p.id
 WHERE p.id = %(proposal)s ORDER BY a.version, a.position;

-- name: actions_of_tickets
-- The latest version of every action of these tickets, in short.
SELECT a.ticket, a.id, a.version, a.type, encode(a.digest, 'hex') AS digest, st.state, s.tier, s.mode, s.hands,
       r.number AS review
  FROM kernel.action a
  JOIN kernel.action_state st ON st.action = a.id
  JOIN kernel.assessment s ON s.action = a.id
  LEFT JOIN kernel.review r ON r.action = a.id
 WHERE a.ticket = ANY(%(tickets)s)
   AND NOT EXISTS (SELECT FROM kernel.action b WHERE b.root = a.root AND b.version > a.version AND b.version > 1)
 ORDER BY a.ticket, a.position, a.staged_at;

-- name: adopter
-- Who put a policy version into force, and when.
SELECT a.person, COALESCE(p.name, a.person) AS name, a.adopted_at
  FROM kernel.adoption a LEFT JOIN public.profile p ON p.person = a.person
 WHERE a.policy_version = %(version)s;

-- name: recent_grave_approvals
-- How many tier-3 actions somebody approved in the last seconds.
SELECT count(*) FROM kernel.decision d JOIN kernel.assessment s ON s.action = d.action
 WHERE d.person = %(person)s AND d.verdict = 'approve' AND s.tier = 3
   AND d.decided_at > clock_timestamp() - make_interval(secs => %(seconds)s);

-- name: directory_ages
-- How old what we know of each directory is, in seconds, and whether it still counts as known.
SELECT connector, extract(epoch FROM clock_timestamp() - read_at)::integer AS seconds,
       read_at > clock_timestamp() - interval '10 minutes' AS fresh
  FROM public.mirror_read ORDER BY connector;

-- name: login_role
SELECT current_user::text;

-- name: consequence_is_drawn
-- Whether the desk has drawn the consequence of a decision, or there is none to draw.
SELECT d.verdict = 'ask'
       OR d.verdict = 'hand_over' AND EXISTS (
            SELECT FROM kernel.asked g WHERE g.review = d.review AND g.person = d.hand_to)
       OR d.verdict = 'approve' AND (
            SELECT count(*) FROM kernel.decision y WHERE y.review = d.review AND y.verdict = 'approve')
          < (SELECT s.needed FROM kernel.assessment s WHERE s.action = d.action)
       OR d.verdict = 'approve' AND EXISTS (SELECT FROM kernel.stopped s WHERE s.action = d.action)
       OR EXISTS (SELECT FROM kernel.fate f WHERE f.action = d.action)
       OR EXISTS (SELECT FROM kernel."authorization" z WHERE z.action = d.action)
  FROM kernel.decision d WHERE d.id = %(decision)s;

-- name: proposal_result
-- What became of a proposal; nothing while it waits to be staged.
SELECT result FROM kernel.staging WHERE proposal = %(proposal)s;

-- name: staging_reason
SELECT reason FROM kernel.staging WHERE proposal = %(proposal)s;
