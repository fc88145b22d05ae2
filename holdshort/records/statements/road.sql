-- name: add_proposal
INSERT INTO kernel.proposal (id, ticket, initiator, initiator_kind, agent_version, label, confidence, body, answers)
VALUES (%(id)s, %(ticket)s, %(initiator)s, %(initiator_kind)s, %(agent_version)s, %(label)s, %(confidence)s, %(body)s, %(answers)s);

-- name: proposal
-- A proposal and what became of it.
SELECT p.id, p.ticket, p.initiator, p.agent_version, p.label, p.confidence, p.body, p.answers, p.proposed_at,
       s.result, s.reason AS staging_reason,
       EXISTS (SELECT FROM kernel.made_already m WHERE m.proposal = p.id) AS made
  FROM kernel.proposal p LEFT JOIN kernel.staging s ON s.proposal = p.id WHERE p.id = %(id)s;

-- name: add_staging
INSERT INTO kernel.staging (proposal, result, reason) VALUES (%(proposal)s, %(result)s, %(reason)s);

-- name: add_action
INSERT INTO kernel.action (id, root, version, digest, canonical, type, connector, ticket, proposal,
                           requester, beneficiary, initiator, changer, position, undoes)
VALUES (%(id)s, %(root)s, %(version)s, decode(%(digest)s, 'hex'), %(canonical)s, %(type)s, %(connector)s, %(ticket)s,
        %(proposal)s, %(requester)s, %(beneficiary)s, %(initiator)s, %(changer)s, %(position)s, %(undoes)s);

-- name: add_dependency
INSERT INTO kernel.dependency (action, needs) VALUES (%(action)s, %(needs)s);

-- name: add_assessment
INSERT INTO kernel.assessment (action, digest, type, connector, tier, mode, hands, needed, phase, min_assurance,
                               policy_version, catalogue_version, grounds, alone, call_back, call_vendor, emergency,
                               sides, leavers)
VALUES (%(action)s, decode(%(digest)s, 'hex'), %(type)s, %(connector)s, %(tier)s, %(mode)s, %(hands)s, %(needed)s,
        %(phase)s, %(min_assurance)s, %(policy_version)s, %(catalogue_version)s, %(grounds)s, %(alone)s, %(call_back)s,
        %(call_vendor)s, %(emergency)s, %(sides)s, %(leavers)s);

-- name: add_review
INSERT INTO kernel.review (action, expires_at, fault, panel, remind_at, escalate_at)
VALUES (%(action)s, %(expires_at)s, %(fault)s, %(panel)s, %(remind_at)s, %(escalate_at)s) RETURNING number;

-- name: add_panel
-- The people who are asked, in their order, unless they are written already.
WITH wanted AS (
  SELECT WHERE NOT EXISTS (SELECT FROM kernel.panel p WHERE p.id = %(id)s)),
panel AS (
  INSERT INTO kernel.panel (id, size) SELECT %(id)s, cardinality(%(people)s::text[]) FROM wanted ON CONFLICT DO NOTHING)
INSERT INTO kernel.seat (panel, size, rank, person, why, delegation)
SELECT %(id)s, cardinality(%(people)s::text[]), one.rank, one.person, one.why, one.delegation
  FROM wanted CROSS JOIN unnest(%(people)s::text[], %(whys)s::text[], %(delegations)s::uuid[])
       WITH ORDINALITY AS one (person, why, delegation, rank)
ON CONFLICT DO NOTHING;

-- name: add_assignment
-- Somebody who is asked after the review had opened.
INSERT INTO kernel.assignment (review, person, why, rank, expires_at, delegation)
SELECT r.number, %(person)s, %(why)s, %(rank)s, r.expires_at, %(delegation)s FROM kernel.review r WHERE r.number = %(review)s
ON CONFLICT DO NOTHING;

-- name: add_sides
-- For which sides people were asked, where each of them must say yes.
INSERT INTO kernel.side (review, person, side)
SELECT %(review)s, one.person, one.side FROM unnest(%(people)s::text[], %(sides)s::text[]) AS one (person, side)
ON CONFLICT DO NOTHING;

-- name: sides
SELECT person, side FROM kernel.side WHERE review = %(review)s;

-- name: add_decision
INSERT INTO kernel.decision (id, review, action, digest, expires_at, requester, beneficiary, initiator, changer,
                             person, account, verdict, reason_code, changes, hand_to, channel, assurance, shown,
                             panel, later, delegation, instead_of, authority, justification)
SELECT %(id)s, r.number, a.id, decode(%(digest)s, 'hex'), r.expires_at, a.requester, a.beneficiary, a.initiator,
       a.changer,
       %(person)s, %(account)s, %(verdict)s, %(reason_code)s, %(changes)s, %(hand_to)s, %(channel)s,
       %(assurance)s, %(shown)s, r.panel,
       NOT EXISTS (SELECT FROM kernel.seat s WHERE s.panel = r.panel AND s.person = %(person)s),
       g.delegation, d.giver, %(authority)s, %(justification)s
  FROM kernel.review r JOIN kernel.action a ON a.id = r.action
  LEFT JOIN kernel.asked g ON g.review = r.number AND g.person = %(person)s
  LEFT JOIN kernel.delegation d ON d.id = g.delegation
 WHERE r.number = %(review)s;

-- name: add_note
INSERT INTO public.decision_note (decision, comment) VALUES (%(decision)s, %(comment)s);

-- name: add_authorization
-- The permission together with the event that it points at.
WITH told AS (
  INSERT INTO kernel.event (name, actor, ticket, action, detail)
  VALUES (%(name)s, %(actor)s, %(ticket)s, %(action)s, %(detail)s) RETURNING id)
INSERT INTO kernel."authorization" (action, digest, type, connector, category, tier, mode, hands, needed, basis,
       policy_version,
       standing, standing_granted, decision_1, person_1, decision_2, person_2, event, not_before, expires_at)
SELECT %(action)s, decode(%(digest)s, 'hex'), %(type)s, %(connector)s, %(category)s, %(tier)s, %(mode)s, %(hands)s,
       %(needed)s, %(basis)s,
       %(policy_version)s, %(standing)s, %(standing_granted)s, %(decision_1)s, %(person_1)s, %(decision_2)s,
       %(person_2)s, told.id, %(not_before)s, %(expires_at)s
  FROM told;

-- name: rules_hold
-- Whether the rules and the standing that permitted an action are still the latest ones.
SELECT NOT EXISTS (SELECT FROM kernel.standing t WHERE t.category = z.category AND t.id > z.standing)
   AND NOT EXISTS (SELECT FROM kernel.adoption t WHERE t.policy_version > z.policy_version)
  FROM kernel."authorization" z WHERE z.action = %(action)s;

-- name: add_fate
INSERT INTO kernel.fate (action, digest, type, connector, kind, hands, person, reason)
VALUES (%(action)s, decode(%(digest)s, 'hex'), %(type)s, %(connector)s, %(kind)s, %(hands)s, %(person)s, %(reason)s);

-- name: add_execution
-- Started only inside the window of the authorization, and (outside our own tables) once it is in the log.
INSERT INTO kernel.execution (id, action, digest, connector, event, expires_at, not_before, position)
SELECT %(id)s, z.action, z.digest, %(connector)s, z.event, z.expires_at, z.not_before,
       (SELECT l.position FROM kernel.log l WHERE l.event = z.event)
  FROM kernel."authorization" z WHERE z.action = %(action)s;

-- name: add_attempt
INSERT INTO kernel.attempt (execution, fence, lease_until, worker)
VALUES (%(execution)s, %(fence)s, clock_timestamp() + make_interval(secs => %(lease)s), %(worker)s);

-- name: may_have_been_sent
-- Whether an earlier attempt may have sent the change: every one of them that did not note that it had not.
SELECT EXISTS (
  SELECT FROM kernel.attempt t JOIN kernel.execution x ON x.id = t.execution
   WHERE t.execution = %(execution)s AND t.fence < %(fence)s
     AND NOT EXISTS (SELECT FROM kernel.event e
                      WHERE e.action = x.action AND e.name = 'execution.delayed'
                        AND e.detail @> jsonb_build_object('fence', t.fence, 'sent', false)));

-- name: may_send
-- Whether this attempt may still send: nobody took over, its answer comes inside the lease, the permission holds.
SELECT clock_timestamp() AS at, x.expires_at <= clock_timestamp() AS late,
       t.lease_until > clock_timestamp() + make_interval(secs => %(seconds)s) AND x.expires_at > clock_timestamp()
       AND NOT EXISTS (SELECT FROM kernel.attempt later WHERE later.execution = t.execution AND later.fence > t.fence)
       AS may_send
  FROM kernel.attempt t JOIN kernel.execution x ON x.id = t.execution
 WHERE t.execution = %(execution)s AND t.fence = %(fence)s;

-- name: add_outcome
-- Written only by the latest attempt: a worker that slept past its lease writes nothing.
INSERT INTO kernel.outcome (action, kind, execution, fence, before, after, evidence, reason)
SELECT %(action)s, %(kind)s, %(execution)s, %(fence)s, %(before)s, %(after)s, %(evidence)s, %(reason)s
 WHERE NOT EXISTS (SELECT FROM kernel.attempt t WHERE t.execution = %(execution)s AND t.fence > %(fence)s)
   AND NOT EXISTS (SELECT FROM kernel.outcome o WHERE o.action = %(action)s);

-- name: add_outcome_by_hand
INSERT INTO kernel.outcome (action, kind, report, before, after, evidence, reason)
VALUES (%(action)s, %(kind)s, %(action)s, %(before)s, %(after)s, %(evidence)s, %(reason)s);

-- name: add_outcome_seen
INSERT INTO kernel.outcome (action, kind, before, after, evidence)
VALUES (%(action)s, 'verified', %(before)s, %(after)s, %(evidence)s);

-- name: work_to_see
-- Work by hand in connected apps of which nobody has said anything, what was given out last first.
SELECT f.action FROM kernel.fate f
 WHERE f.kind = 'by_hand' AND f.connector = ANY(%(connectors)s)
   AND NOT EXISTS (SELECT FROM kernel.report h WHERE h.action = f.action)
   AND NOT EXISTS (SELECT FROM kernel.outcome o WHERE o.action = f.action)
   AND NOT EXISTS (SELECT FROM kernel.halted t WHERE t.action = f.action)
 ORDER BY f.turned_at DESC LIMIT 200;

-- name: add_report
INSERT INTO kernel.report (action, digest, connector, person, did, evidence)
VALUES (%(action)s, decode(%(digest)s, 'hex'), %(connector)s, %(person)s, %(did)s, %(evidence)s);

-- name: add_finding
INSERT INTO kernel.finding (action, kind, person, result, note)
VALUES (%(action)s, %(kind)s, %(person)s, %(result)s, %(note)s);

-- name: add_sealed
-- A later attempt sets the same value, so what an earlier one left stays.
INSERT INTO public.sealed (action, ticket, person, sealed, expires_at)
VALUES (%(action)s, %(ticket)s, %(person)s, %(sealed)s, clock_timestamp() + interval '15 minutes')
ON CONFLICT DO NOTHING;

-- name: standing
-- What the category has earned, as its latest row says.
SELECT id, phase, granted, basis, since FROM kernel.standing WHERE category = %(category)s ORDER BY id DESC LIMIT 1;

-- name: precedent
-- Whether anything of this category was approved, or the category was granted, in the last twelve months.
SELECT EXISTS (
    SELECT FROM kernel."authorization" z
     WHERE z.category = %(category)s AND z.basis = 'decisions' AND z.authorized_at > clock_timestamp() - interval '1 year')
    OR EXISTS (
    SELECT FROM kernel.standing t WHERE t.category = %(category)s AND t.granted
       AND t.since > clock_timestamp() - interval '1 year');

-- name: open_reviews
-- How many open reviews each of these people leads, counted to a hundred: enough to spread the load.
SELECT who.person, (SELECT count(*) FROM (
         SELECT FROM (
             SELECT r.action FROM kernel.review r
              WHERE r.expires_at > (SELECT clock_timestamp())
                AND (r.panel IN (SELECT s.panel FROM kernel.seat s WHERE s.person = who.person AND s.rank = 1)
                     OR r.number IN (SELECT g.review FROM kernel.assignment g WHERE g.person = who.person
                                        AND g.rank = 1 AND g.expires_at > (SELECT clock_timestamp())))
              ORDER BY r.expires_at OFFSET 0) r
          WHERE NOT COALESCE((SELECT true FROM kernel.fate f WHERE f.action = r.action), false)
            AND NOT COALESCE((SELECT true FROM kernel."authorization" z WHERE z.action = r.action), false)
            AND NOT COALESCE((SELECT true FROM kernel.settlement s WHERE s.action = r.action AND s.result = 'done'), false)
          LIMIT 100) AS leads) AS open
  FROM unnest(%(people)s::text[]) AS who (person);

-- name: writer_of_ticket
-- Whose account opened a ticket: the requester's own, or that of whoever asked in their name.
SELECT k.person FROM public.ticket t JOIN kernel.account k ON k.id = t.account WHERE t.number = %(ticket)s;

-- name: action_of_review
SELECT action FROM kernel.review WHERE number = %(review)s;

-- name: story
-- An action, or that of a review, with everything that has happened to it, in one reading.
SELECT a.id, encode(a.digest, 'hex') AS digest, a.canonical, a.proposal, a.staged_at, st.state,
       to_jsonb(s) || jsonb_build_object('category', s.type || '/' || s.tier) AS assessment,
       to_jsonb(s) - 'grounds' || jsonb_build_object('category', s.type || '/' || s.tier) AS gate,
       to_jsonb(r) || jsonb_build_object('fault', CASE
         WHEN s.needed > (SELECT count(*) FROM kernel.asked g WHERE g.review = r.number)
         THEN COALESCE(r.fault, '') ELSE '' END) AS review,
       to_jsonb(p) - 'body' || jsonb_build_object('reasoning', p.body ->> 'reasoning') AS proposed,
       to_jsonb(z) AS "authorization", to_jsonb(f) AS fate,
       to_jsonb(x) AS execution, to_jsonb(o) AS outcome, to_jsonb(h) AS report, to_jsonb(fi) AS finding,
       to_jsonb(se) AS settlement, ha.older IS NOT NULL AS halted, COALESCE(ha.older, false) AS older,
       (SELECT to_jsonb(w) FROM kernel.stopped w WHERE w.action = a.id ORDER BY w.switch LIMIT 1) AS stopped,
       (SELECT to_jsonb(v) FROM kernel.override v WHERE v.action = a.id) AS override,
       (SELECT to_jsonb(v) FROM kernel.made_already v WHERE v.proposal = a.proposal AND a.undoes IS NULL) AS made,
       EXISTS (SELECT FROM kernel.adoption t WHERE t.policy_version > COALESCE(s.policy_version, 0)) AS rules_are_newer,
       (SELECT l.position FROM kernel.log l WHERE l.event = z.event) AS position,
       (SELECT k.person FROM public.ticket t JOIN kernel.account k ON k.id = t.account WHERE t.number = a.ticket)
         AS writer,
       (SELECT b.id::text FROM kernel.action b
         WHERE b.root = a.root AND b.version = a.version + 1 AND b.version > 1) AS next_version,
       (SELECT t.private_to FROM public.ticket t WHERE t.number = a.ticket) AS private_to,
       (SELECT b.id::text FROM kernel.action b WHERE b.undoes = a.id ORDER BY b.staged_at DESC LIMIT 1) AS undone_by,
       COALESCE((SELECT jsonb_agg(to_jsonb(g) || jsonb_build_object('name', COALESCE(w.name, g.person))
                          ORDER BY g.rank, g.person)
                   FROM kernel.asked g LEFT JOIN public.profile w ON w.person = g.person
                  WHERE g.review = r.number), '[]') AS assignments,
       COALESCE((SELECT jsonb_agg(to_jsonb(d) || jsonb_build_object('comment', n.comment) ORDER BY d.decided_at)
                   FROM kernel.decision d LEFT JOIN public.decision_note n ON n.decision = d.id
                  WHERE d.review = r.number), '[]') AS decisions,
       COALESCE((SELECT jsonb_agg(to_jsonb(t) ORDER BY t.fence) FROM kernel.attempt t
                  WHERE t.execution = x.id), '[]') AS attempts,
       COALESCE((SELECT jsonb_agg(e.needs) FROM kernel.dependency e WHERE e.action = a.id), '[]') AS needs
  FROM kernel.action a
  JOIN kernel.action_state st ON st.action = a.id
  JOIN kernel.proposal p ON p.id = a.proposal
  LEFT JOIN kernel.assessment s ON s.action = a.id
  LEFT JOIN kernel.review r ON r.action = a.id
  LEFT JOIN kernel."authorization" z ON z.action = a.id
  LEFT JOIN kernel.fate f ON f.action = a.id
  LEFT JOIN kernel.execution x ON x.action = a.id
  LEFT JOIN kernel.outcome o ON o.action = a.id
  LEFT JOIN kernel.report h ON h.action = a.id
  LEFT JOIN kernel.finding fi ON fi.action = a.id
  LEFT JOIN kernel.settlement se ON se.action = a.id
  LEFT JOIN LATERAL (SELECT bool_or(h.from_before) AS older FROM kernel.halted h WHERE h.action = a.id) ha ON true
 WHERE a.id = COALESCE(%(action)s::uuid, (SELECT w.action FROM kernel.review w WHERE w.number = %(review)s));

-- name: story_to_answer
-- What an answer to a review is about, before it counts: the action, what was found about it and who may see it.
SELECT a.id, encode(a.digest, 'hex') AS digest, a.canonical,
       to_jsonb(s) || jsonb_build_object('category', s.type || '/' || s.tier) AS assessment,
       to_jsonb(p) - 'body' || jsonb_build_object('reasoning', p.body ->> 'reasoning') AS proposed,
       (SELECT t.private_to FROM public.ticket t WHERE t.number = a.ticket) AS private_to,
       (SELECT to_jsonb(v) FROM kernel.made_already v WHERE v.proposal = a.proposal AND a.undoes IS NULL) AS made
  FROM kernel.review r
  JOIN kernel.action a ON a.id = r.action
  JOIN kernel.proposal p ON p.id = a.proposal
  JOIN kernel.assessment s ON s.action = a.id
 WHERE r.number = %(review)s;

-- name: story_answered
-- What became of an action by an answer to its review; the rest of its story is as it was before.
SELECT a.id, encode(a.digest, 'hex') AS digest, a.canonical, a.staged_at, st.state,
       to_jsonb(r) || jsonb_build_object('fault', COALESCE(r.fault, '')) AS review,
       to_jsonb(z) AS "authorization", to_jsonb(f) AS fate, to_jsonb(x) AS execution, to_jsonb(o) AS outcome,
       (SELECT to_jsonb(w) FROM kernel.stopped w WHERE w.action = a.id ORDER BY w.switch LIMIT 1) AS stopped,
       (SELECT l.position FROM kernel.log l WHERE l.event = z.event) AS position,
       (SELECT b.id::text FROM kernel.action b
         WHERE b.root = a.root AND b.version = a.version + 1 AND b.version > 1) AS next_version,
       (SELECT b.id::text FROM kernel.action b WHERE b.undoes = a.id ORDER BY b.staged_at DESC LIMIT 1) AS undone_by,
       COALESCE((SELECT jsonb_agg(to_jsonb(g) || jsonb_build_object('name', COALESCE(w.name, g.person))
                          ORDER BY g.rank, g.person)
                   FROM kernel.asked g LEFT JOIN public.profile w ON w.person = g.person
                  WHERE g.review = r.number), '[]') AS assignments,
       COALESCE((SELECT jsonb_agg(to_jsonb(t) ORDER BY t.fence) FROM kernel.attempt t
                  WHERE t.execution = x.id), '[]') AS attempts,
       COALESCE((SELECT jsonb_agg(e.needs) FROM kernel.dependency e WHERE e.action = a.id), '[]') AS needs
  FROM kernel.action a
  JOIN kernel.action_state st ON st.action = a.id
  JOIN kernel.review r ON r.action = a.id
  LEFT JOIN kernel."authorization" z ON z.action = a.id
  LEFT JOIN kernel.fate f ON f.action = a.id
  LEFT JOIN kernel.execution x ON x.action = a.id
  LEFT JOIN kernel.outcome o ON o.action = a.id
 WHERE a.id = (SELECT w.action FROM kernel.review w WHERE w.number = %(review)s);

-- name: story_to_decide
-- What a decision needs of a story, before it counts.
SELECT a.id, encode(a.digest, 'hex') AS digest, a.canonical,
       to_jsonb(r) || jsonb_build_object('fault', COALESCE(r.fault, '')) AS review,
       to_jsonb(s) || jsonb_build_object('category', s.type || '/' || s.tier) AS assessment,
       to_jsonb(s) - 'grounds' || jsonb_build_object('category', s.type || '/' || s.tier) AS gate,
       to_jsonb(z) AS "authorization", to_jsonb(f) AS fate, ha.older IS NOT NULL AS halted,
       COALESCE(ha.older, false) AS older,
       (SELECT to_jsonb(w) FROM kernel.stopped w WHERE w.action = a.id ORDER BY w.switch LIMIT 1) AS stopped,
       (SELECT to_jsonb(v) FROM kernel.override v WHERE v.action = a.id) AS override,
       (SELECT k.person FROM public.ticket t JOIN kernel.account k ON k.id = t.account WHERE t.number = a.ticket)
         AS writer,
       (SELECT b.id::text FROM kernel.action b
         WHERE b.root = a.root AND b.version = a.version + 1 AND b.version > 1) AS next_version,
       COALESCE((SELECT jsonb_agg(to_jsonb(g) || jsonb_build_object('name', COALESCE(w.name, g.person))
                          ORDER BY g.rank, g.person)
                   FROM kernel.asked g LEFT JOIN public.profile w ON w.person = g.person
                  WHERE g.review = r.number), '[]') AS assignments,
       COALESCE((SELECT jsonb_agg(to_jsonb(d) || jsonb_build_object('comment', n.comment) ORDER BY d.decided_at)
                   FROM kernel.decision d LEFT JOIN public.decision_note n ON n.decision = d.id
                  WHERE d.review = r.number), '[]') AS decisions
  FROM kernel.action a
  LEFT JOIN kernel.assessment s ON s.action = a.id
  LEFT JOIN kernel.review r ON r.action = a.id
  LEFT JOIN kernel."authorization" z ON z.action = a.id
  LEFT JOIN kernel.fate f ON f.action = a.id
  LEFT JOIN LATERAL (SELECT bool_or(h.from_before) AS older FROM kernel.halted h WHERE h.action = a.id) ha ON true
 WHERE a.id = (SELECT w.action FROM kernel.review w WHERE w.number = %(review)s);

-- name: story_to_authorize
-- What the consequence of an approval needs of a story; that of another answer needs more.
SELECT a.id, encode(a.digest, 'hex') AS digest, a.canonical,
       to_jsonb(s) - 'grounds' || jsonb_build_object('category', s.type || '/' || s.tier) AS gate,
       to_jsonb(z) AS "authorization", to_jsonb(f) AS fate, ha.older IS NOT NULL AS halted,
       COALESCE(ha.older, false) AS older,
       (SELECT to_jsonb(w) FROM kernel.stopped w WHERE w.action = a.id ORDER BY w.switch LIMIT 1) AS stopped,
       (SELECT to_jsonb(v) FROM kernel.override v WHERE v.action = a.id) AS override,
       COALESCE((SELECT jsonb_agg(to_jsonb(d) || jsonb_build_object('comment', n.comment) ORDER BY d.decided_at)
                   FROM kernel.review r
                   JOIN kernel.decision d ON d.review = r.number
                   LEFT JOIN public.decision_note n ON n.decision = d.id
                  WHERE r.action = a.id), '[]') AS decisions
  FROM kernel.action a
  LEFT JOIN kernel.assessment s ON s.action = a.id
  LEFT JOIN kernel."authorization" z ON z.action = a.id
  LEFT JOIN kernel.fate f ON f.action = a.id
  LEFT JOIN LATERAL (SELECT bool_or(h.from_before) AS older FROM kernel.halted h WHERE h.action = a.id) ha ON true
 WHERE a.id = %(action)s;

-- name: story_to_run
-- What a claim needs of a story.
SELECT a.id, encode(a.digest, 'hex') AS digest, a.canonical,
       to_jsonb(z) AS "authorization", to_jsonb(f) AS fate, to_jsonb(x) AS execution,
       to_jsonb(o) AS outcome, EXISTS (SELECT FROM kernel.halted h WHERE h.action = a.id) AS halted,
       (SELECT to_jsonb(w) FROM kernel.stopped w WHERE w.action = a.id ORDER BY w.switch LIMIT 1) AS stopped,
       EXISTS (SELECT FROM kernel.adoption t WHERE t.policy_version > COALESCE(s.policy_version, 0)) AS rules_are_newer,
       (SELECT l.position FROM kernel.log l WHERE l.event = z.event) AS position,
       COALESCE((SELECT jsonb_agg(to_jsonb(t) ORDER BY t.fence) FROM kernel.attempt t
                  WHERE t.execution = x.id), '[]') AS attempts,
       COALESCE((SELECT jsonb_agg(e.needs) FROM kernel.dependency e WHERE e.action = a.id), '[]') AS needs
  FROM kernel.action a
  LEFT JOIN kernel.assessment s ON s.action = a.id
  LEFT JOIN kernel."authorization" z ON z.action = a.id
  LEFT JOIN kernel.fate f ON f.action = a.id
  LEFT JOIN kernel.execution x ON x.action = a.id
  LEFT JOIN kernel.outcome o ON o.action = a.id
 WHERE a.id = %(action)s;

-- name: actions_of_ticket
SELECT id FROM kernel.action WHERE ticket = %(ticket)s ORDER BY position, version, staged_at;

-- name: settling
-- What the end of an attempt depends on: whether nobody took over or ended it, who waits for it, what else is open.
SELECT NOT EXISTS (SELECT FROM kernel.attempt t WHERE t.execution = %(execution)s AND t.fence > %(fence)s)
       AND NOT EXISTS (SELECT FROM kernel.outcome o WHERE o.action = %(action)s) AS mine,
       ARRAY(SELECT d.action::text FROM kernel.action a JOIN kernel.action n
                 ON n.id = a.root OR n.root = a.root AND n.version > 1
               JOIN kernel.dependency d ON d.needs = n.id WHERE a.id = %(action)s) AS dependents,
       EXISTS (SELECT FROM kernel.action a JOIN kernel.action_state s ON s.action = a.id
                WHERE a.ticket = %(ticket)s AND a.id <> %(action)s
                  AND s.state IN ('waiting', 'authorized', 'executing', 'by_hand')) AS others_open;

-- name: needs_met
-- Whether everything that must be done first has been done, in whichever version.
SELECT NOT EXISTS (
    SELECT FROM kernel.dependency d JOIN kernel.action n ON n.id = d.needs
     WHERE d.action = %(action)s AND NOT EXISTS (
        SELECT FROM kernel.action v JOIN kernel.action_state s ON s.action = v.id
         WHERE (v.id = n.root OR v.root = n.root AND v.version > 1) AND (s.state = 'executed' OR EXISTS (
               SELECT FROM kernel.event e WHERE e.action = v.id AND e.name = 'review.not_reopened'
                  AND e.detail @> '{"why": "already_so"}'))));

-- name: not_reopened
-- Whether it was found that no next version is to follow an action, whatever a wake-up says.
SELECT EXISTS (SELECT FROM kernel.event e WHERE e.action = %(action)s AND e.name = 'review.not_reopened');

-- name: times_drifted
-- How often the world moved before one version or another could run.
SELECT count(*) FROM kernel.action a JOIN kernel.outcome o ON o.action = a.id
 WHERE (a.id = %(root)s OR a.root = %(root)s AND a.version > 1) AND o.kind = 'not_applied' AND o.reason = 'drift';

-- name: sequencer_turn
-- One sequencer at a time, whoever asks; the rest of the transaction can tell whether it is this one.
SELECT set_config('holdshort.sequencer', pg_try_advisory_xact_lock(hashtextextended('sequencer', 0))::text, true);

-- name: log_new_events
-- Gives every committed event that has none a position, if it is our turn, and wakes what the log now permits. It
-- is sent behind the turn in one go, and sees what the sequencer before has committed. The window keeps the
-- search short; what commits after more later events than it holds is found by the next call with a wider one.
WITH new AS (
  INSERT INTO kernel.log (position, event)
  SELECT (SELECT COALESCE(max(position), -1) FROM kernel.log) + row_number() OVER (ORDER BY e.id), e.id
    FROM kernel.event e
   WHERE current_setting('holdshort.sequencer') = 'true'
     AND e.id > (SELECT COALESCE(max(event), 0) FROM kernel.log) - %(window)s::bigint
     AND NOT EXISTS (SELECT FROM kernel.log l WHERE l.event = e.id OFFSET 0)
   ORDER BY e.id LIMIT 5000
  RETURNING event),
woken AS (
  INSERT INTO public.procrastinate_jobs (queue_name, task_name, args, scheduled_at)
  SELECT 'executor', 'execute', jsonb_build_object('id', z.action), z.not_before
    FROM new CROSS JOIN LATERAL (
      SELECT y.action, y.not_before FROM kernel."authorization" y
       WHERE y.event = new.event AND y.hands = 'executor' LIMIT 1) z)
SELECT count(*) FROM new;

-- name: forget_secrets
DELETE FROM public.sealed WHERE expires_at < clock_timestamp();
