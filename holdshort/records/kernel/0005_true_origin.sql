-- 0005. Who asked for an action and who started it are those of its ticket and its proposal; and the
-- agent's view of tickets hides a row before it asks the agent's own conditions about it.

ALTER TABLE kernel.proposal ADD UNIQUE (id, ticket, initiator);
ALTER TABLE public.ticket ADD UNIQUE (number, requester);

ALTER TABLE kernel.action
    -- What the agent started is not staged in a human's name: it is gated more strictly.
    ADD CONSTRAINT as_proposed FOREIGN KEY (proposal, ticket, initiator)
        REFERENCES kernel.proposal (id, ticket, initiator),
    -- Whoever asked cannot be called somebody else, and then approve.
    ADD CONSTRAINT as_asked FOREIGN KEY (ticket, requester) REFERENCES public.ticket (number, requester),
    -- The two above say it: proposal and ticket refer to the rest.
    DROP CONSTRAINT action_proposal_fkey,
    DROP CONSTRAINT action_ticket_fkey,
    DROP CONSTRAINT action_requester_fkey,
    DROP CONSTRAINT action_initiator_fkey;

-- Without this a function in the agent's WHERE was shown tickets that people had taken over.
ALTER VIEW public.agent_ticket SET (security_barrier = true);
