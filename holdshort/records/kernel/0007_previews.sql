-- 0007. What a connected app said that a change would do, before anybody decides: the executor, which holds the
-- credentials, asks for the desk. It is a mirror like the others, kept for a day; what was shown to people is kept with
-- the assessment, and the state that matters is compared again, live, when the change is made.

CREATE TABLE public.preview (
    about uuid NOT NULL,
    inquiry text NOT NULL,
    seen jsonb NOT NULL,
    shown jsonb NOT NULL,
    problem text NOT NULL,
    read_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (about, inquiry)
);
COMMENT ON COLUMN public.preview.about IS 'the proposal, or the action that is asked anew';
COMMENT ON COLUMN public.preview.inquiry IS 'SHA-256 of what was asked';

GRANT SELECT ON public.preview TO {web}, {desk}, {executor};
GRANT INSERT (about, inquiry, seen, shown, problem), DELETE ON public.preview TO {executor};
