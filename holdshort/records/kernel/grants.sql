-- Who may write what. The default is nothing; columns that the database fills in (…_at, login_role,
-- category) are never granted. docs/adr/0001-kernel.md prints this as a table; tests attack each row.
-- {web}, {agent}, {desk}, {executor} are the login roles.

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO {web}, {agent}, {desk}, {executor};
GRANT USAGE ON SCHEMA kernel TO {web}, {agent}, {desk}, {executor};

-- ------------------------------------------------------------------ the kernel

GRANT SELECT ON ALL TABLES IN SCHEMA kernel TO {web}, {desk}, {executor};

GRANT INSERT (policy_version, author, person) ON kernel.adoption TO {web};

GRANT INSERT (id, ticket, initiator, initiator_kind, agent_version, label, confidence, body, answers)
    ON kernel.proposal TO {agent}, {web};
GRANT INSERT (proposal, result, reason) ON kernel.staging TO {desk};

GRANT INSERT (id, root, version, digest, canonical, type, connector, target, ticket, proposal, requester,
              beneficiary, initiator, changer, position, undoes) ON kernel.action TO {desk};
GRANT INSERT (action, needs) ON kernel.dependency TO {desk};
GRANT INSERT (action, digest, type, tier, mode, hands, needed, phase, min_assurance, policy_version,
              catalogue_version, findings, reasons) ON kernel.assessment TO {desk};
GRANT INSERT (action, digest, expires_at, fault) ON kernel.review TO {desk};
GRANT INSERT (review, person, why, rank) ON kernel.assignment TO {desk};

GRANT INSERT (id, review, action, digest, expires_at, requester, beneficiary, initiator, changer, person,
              account, verdict, reason_code, changes, hand_to, channel, assurance, shown)
    ON kernel.decision TO {web};

GRANT INSERT (name, actor, ticket, action, detail) ON kernel.event TO {web}, {agent}, {desk}, {executor};
GRANT INSERT (position, event) ON kernel.log TO {desk};

GRANT INSERT (action, digest, category, tier, mode, hands, needed, basis, policy_version, standing,
              standing_granted, decision_1, person_1, decision_2, person_2, event, not_before, expires_at)
    ON kernel."authorization" TO {desk};

GRANT INSERT (action, digest, connector, kind, hands, person, reason) ON kernel.fate TO {web}, {desk}, {executor};
GRANT INSERT (id, action, digest, connector, event, expires_at, not_before, position)
    ON kernel.execution TO {desk}, {executor};
GRANT INSERT (execution, fence, lease_until, worker) ON kernel.attempt TO {desk}, {executor};
GRANT INSERT (action, kind, execution, fence, report, before, after, evidence, reason)
    ON kernel.outcome TO {desk}, {executor};
GRANT INSERT (action, digest, connector, person, did, evidence) ON kernel.report TO {web};
GRANT INSERT (action, kind, person, result, note) ON kernel.finding TO {web};

-- Which turn each role may take: the web stops and withdraws, the desk settles what people or time
-- decided, the executor claims. The desk claims only what touches our own tables.
ALTER TABLE kernel.fate ENABLE ROW LEVEL SECURITY;
CREATE POLICY fate_read ON kernel.fate FOR SELECT USING (true);
CREATE POLICY fate_web ON kernel.fate FOR INSERT TO {web} WITH CHECK (kind IN ('revoked', 'withdrawn'));
CREATE POLICY fate_desk ON kernel.fate FOR INSERT TO {desk} WITH CHECK (
    kind IN ('rejected', 'refused', 'expired', 'superseded', 'by_hand') OR kind = 'claimed' AND connector = 'desk');
CREATE POLICY fate_executor ON kernel.fate FOR INSERT TO {executor} WITH CHECK (
    kind = 'claimed' AND connector <> 'desk');

ALTER TABLE kernel.execution ENABLE ROW LEVEL SECURITY;
CREATE POLICY execution_read ON kernel.execution FOR SELECT USING (true);
CREATE POLICY execution_desk ON kernel.execution FOR INSERT TO {desk} WITH CHECK (connector = 'desk');
CREATE POLICY execution_executor ON kernel.execution FOR INSERT TO {executor} WITH CHECK (connector <> 'desk');

ALTER TABLE kernel.outcome ENABLE ROW LEVEL SECURITY;
CREATE POLICY outcome_read ON kernel.outcome FOR SELECT USING (true);
CREATE POLICY outcome_desk ON kernel.outcome FOR INSERT TO {desk} WITH CHECK (
    EXISTS (SELECT FROM kernel.execution e WHERE e.id = execution AND e.connector = 'desk'));
CREATE POLICY outcome_executor ON kernel.outcome FOR INSERT TO {executor} WITH CHECK (
    report IS NOT NULL
    OR EXISTS (SELECT FROM kernel.execution e WHERE e.id = execution AND e.connector <> 'desk'));

CREATE POLICY by_the_latest_attempt ON kernel.outcome AS RESTRICTIVE FOR INSERT WITH CHECK (
    report IS NOT NULL
    OR NOT EXISTS (SELECT FROM kernel.attempt t WHERE t.execution = outcome.execution AND t.fence > outcome.fence));

-- Raising the fence ends an attempt, so nobody raises it on another process's executions.
ALTER TABLE kernel.attempt ENABLE ROW LEVEL SECURITY;
CREATE POLICY attempt_read ON kernel.attempt FOR SELECT USING (true);
CREATE POLICY attempt_desk ON kernel.attempt FOR INSERT TO {desk} WITH CHECK (
    EXISTS (SELECT FROM kernel.execution e WHERE e.id = attempt.execution AND e.connector = 'desk'));
CREATE POLICY attempt_executor ON kernel.attempt FOR INSERT TO {executor} WITH CHECK (
    EXISTS (SELECT FROM kernel.execution e WHERE e.id = attempt.execution AND e.connector <> 'desk'));

-- The agent starts only what answers a ticket that waits for it, in an agent's name.
ALTER TABLE kernel.proposal ENABLE ROW LEVEL SECURITY;
CREATE POLICY proposal_read ON kernel.proposal FOR SELECT USING (true);
CREATE POLICY proposal_write ON kernel.proposal FOR INSERT WITH CHECK (true);
CREATE POLICY in_the_agents_name ON kernel.proposal AS RESTRICTIVE FOR INSERT TO {agent} WITH CHECK (
    initiator_kind = 'agent' AND answers IS NOT NULL);

-- Two things about a decision change with time, so no foreign key can say them.
ALTER TABLE kernel.decision ENABLE ROW LEVEL SECURITY;
CREATE POLICY decision_read ON kernel.decision FOR SELECT USING (true);
CREATE POLICY decision_web ON kernel.decision FOR INSERT TO {web} WITH CHECK (true);
CREATE POLICY account_in_use ON kernel.decision AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.account a WHERE a.id = decision.account AND a.ended_at IS NOT NULL));
CREATE POLICY not_ended ON kernel.decision AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.fate f WHERE f.action = decision.action));

-- A permission by policy rests on the standing and the policy of now, not on some earlier row.
ALTER TABLE kernel."authorization" ENABLE ROW LEVEL SECURITY;
CREATE POLICY authorization_read ON kernel."authorization" FOR SELECT USING (true);
CREATE POLICY authorization_desk ON kernel."authorization" FOR INSERT TO {desk} WITH CHECK (true);
CREATE POLICY in_force ON kernel."authorization" AS RESTRICTIVE FOR INSERT WITH CHECK (
    basis = 'decisions'
    OR NOT EXISTS (SELECT FROM kernel.standing t
                    WHERE t.category = "authorization".category AND t.id > "authorization".standing)
   AND NOT EXISTS (SELECT FROM kernel.adoption t WHERE t.policy_version > "authorization".policy_version));

-- Each role tells only of what it does itself, so that no other can put a false permission in the log.
ALTER TABLE kernel.event ENABLE ROW LEVEL SECURITY;
CREATE POLICY event_read ON kernel.event FOR SELECT USING (true);
CREATE POLICY event_write ON kernel.event FOR INSERT WITH CHECK (true);
CREATE POLICY told_by_those_who_do_it ON kernel.event AS RESTRICTIVE FOR INSERT WITH CHECK (
    CASE current_user
      WHEN '{agent}' THEN name = 'proposal.offered'
      WHEN '{executor}' THEN name LIKE 'execution.%' OR name LIKE 'ticket.%'
      WHEN '{web}' THEN name !~ '^(authorization|execution|review)\.'
           AND name NOT IN ('action.staged', 'action.refused', 'action.rejected', 'action.superseded', 'action.expired')
      WHEN '{desk}' THEN name !~ '^(decision|sign_in)\.' ELSE true END);

-- ------------------------------------------------------------------ the desk around it

GRANT SELECT ON public.profile, public.authority, public.absence, public.ticket, public.message, public.turn,
    public.connector, public.system, public.entitlement, public.entitlement_grant, public.group_grant, public.group_owner,
    public.article, public.mirror_read, public.directory_account, public.directory_group,
    public.membership, public.decision_note, public.label TO {web}, {desk}, {executor};

GRANT SELECT ON public.agent_ticket, public.agent_name TO {agent};

GRANT INSERT (requester, beneficiary, account, channel, assurance, private_to) ON public.ticket TO {web};
GRANT INSERT (ticket, author, kind, subject, body) ON public.message TO {web}, {desk}, {executor};
GRANT INSERT (ticket, kind, person, reason) ON public.turn TO {web}, {desk}, {executor};
GRANT INSERT (ticket, label) ON public.label TO {desk};
GRANT INSERT (decision, comment) ON public.decision_note TO {web};

GRANT INSERT (action, ticket, person, sealed, expires_at) ON public.sealed TO {executor};
GRANT SELECT, DELETE ON public.sealed TO {web};
GRANT DELETE ON public.sealed TO {desk};
GRANT SELECT (action, expires_at) ON public.sealed TO {desk};

GRANT SELECT, UPDATE (password, last_login) ON public.login TO {web};
GRANT SELECT, DELETE ON public.sign_in_link TO {web};
GRANT SELECT, INSERT (name, succeeded) ON public.sign_in_attempt TO {web};
GRANT SELECT ON public.api_token TO {web};
GRANT SELECT, INSERT, UPDATE (status, response) ON public.idempotency TO {web};
GRANT SELECT, INSERT, UPDATE, DELETE ON public.django_session TO {web};

GRANT SELECT, INSERT, UPDATE, DELETE ON public.mirror_read, public.directory_account, public.directory_group,
    public.membership TO {executor};

-- ------------------------------------------------------------------ wake-ups

-- A job is a wake-up, never authority: any role may wake the others, and works only its own queue.
GRANT INSERT (queue_name, task_name, args, scheduled_at) ON public.procrastinate_jobs
    TO {web}, {agent}, {desk}, {executor};
GRANT INSERT (queueing_lock) ON public.procrastinate_jobs TO {desk};
GRANT SELECT, UPDATE, DELETE ON public.procrastinate_jobs TO {agent}, {desk}, {executor};
GRANT SELECT, INSERT, UPDATE, DELETE ON public.procrastinate_workers TO {agent}, {desk}, {executor};
GRANT SELECT, UPDATE ON public.procrastinate_periodic_defers TO {agent}, {desk}, {executor};
GRANT INSERT (job_id, type, at) ON public.procrastinate_events TO {web}, {agent}, {desk}, {executor};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {web}, {agent}, {desk}, {executor};

ALTER TABLE public.procrastinate_jobs ENABLE ROW LEVEL SECURITY;
CREATE POLICY job_wake ON public.procrastinate_jobs FOR INSERT
    WITH CHECK (queue_name IN ('agent', 'desk', 'executor'));
CREATE POLICY job_agent ON public.procrastinate_jobs TO {agent} USING (queue_name = 'agent');
CREATE POLICY job_desk ON public.procrastinate_jobs TO {desk} USING (queue_name = 'desk');
CREATE POLICY job_executor ON public.procrastinate_jobs TO {executor} USING (queue_name = 'executor');
