-- 0009. What HR, finance, legal and facilities need. Adds notice, what somebody is told without having asked; lets the
-- desk make a ticket private; and finds purchases quickly, which every further one is added to.

CREATE INDEX action_spending ON kernel.action (staged_at) WHERE type = 'saas.renew';

-- ------------------------------------------------------------------ what people are told

CREATE TABLE public.notice (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person  text NOT NULL REFERENCES kernel.person,
    ticket  bigint REFERENCES public.ticket,
    action  uuid REFERENCES kernel.action,
    text    text NOT NULL CHECK (text <> '' AND length(text) <= 2000),
    told_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- A stop that is entered again tells nobody twice.
    UNIQUE (action, person)
);
COMMENT ON COLUMN public.notice.action IS 'what it is about, or what sends it';
CREATE INDEX notice_person ON public.notice (person, id DESC);

GRANT SELECT ON public.notice TO {web}, {desk}, {executor};
GRANT INSERT (person, ticket, action, text) ON public.notice TO {desk};

-- ------------------------------------------------------------------ tickets about somebody else

GRANT UPDATE (private_to) ON public.ticket TO {desk};
