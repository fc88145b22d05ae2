-- 0015. Leavers whom the desk notices by itself. Adds leaver, whom HR's record says to have left and on which ticket their
-- access ends, once for each last day; lets the desk open tickets and offer, in its own name alone; and finds the
-- decisions about many accounts at once quickly. {web}, {desk} and {executor} are login roles.

CREATE INDEX action_batches ON kernel.action (staged_at) WHERE type = 'idp.suspend_many';

CREATE TABLE public.leaver (
    person     text NOT NULL REFERENCES kernel.person,
    -- The last day, as HR's record says.
    ended_on   date NOT NULL,
    -- When that day was over on the company's clock.
    ended_at   timestamptz NOT NULL,
    ticket     bigint NOT NULL REFERENCES public.ticket,
    noticed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (person, ended_on)
);
GRANT SELECT ON public.leaver TO {web}, {desk}, {executor};
GRANT INSERT (person, ended_on, ended_at, ticket) ON public.leaver TO {desk};

-- ------------------------------------------------------------------ what the desk asks for itself

GRANT INSERT (requester, beneficiary, account, channel, assurance, private_to) ON public.ticket TO {desk};
ALTER TABLE public.ticket ENABLE ROW LEVEL SECURITY;
CREATE POLICY ticket_open ON public.ticket USING (true) WITH CHECK (true);
CREATE POLICY in_its_own_name ON public.ticket AS RESTRICTIVE FOR INSERT TO {desk} WITH CHECK (requester = 'holdshort');

GRANT INSERT (id, ticket, initiator, initiator_kind, agent_version, label, confidence, body, answers)
    ON kernel.proposal TO {desk};
CREATE POLICY in_its_own_name ON kernel.proposal AS RESTRICTIVE FOR INSERT TO {desk} WITH CHECK (
    initiator = 'holdshort'
    AND EXISTS (SELECT FROM public.ticket t WHERE t.number = proposal.ticket AND t.requester = 'holdshort'));
