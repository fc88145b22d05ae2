-- 0019. People hear of what needs them outside the console. Adds delivery, what one person is to hear on one channel; and
-- finds by its time what they are to hear of. {web} and {desk} are login roles.

-- It is found by the rows that it is about, so no stop of the road writes it, and one that was left out is found again.
CREATE TABLE public.delivery (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel    text NOT NULL,
    -- What it is about: a kind, and the number or id of the row.
    kind       text NOT NULL,
    key        text NOT NULL,
    -- Empty where the channel has one reader, who passes it on: a pager.
    person     text REFERENCES kernel.person,
    urgent     boolean NOT NULL,
    state      text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed', 'needless')),
    -- What went, or is about to go, together.
    letter     uuid,
    tries      integer NOT NULL DEFAULT 0,
    next_at    timestamptz NOT NULL,
    reason     text NOT NULL DEFAULT '',
    found_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    settled_at timestamptz,
    -- Nobody is told the same twice.
    CONSTRAINT told_once UNIQUE NULLS NOT DISTINCT (channel, kind, key, person)
);
CREATE INDEX delivery_due ON public.delivery (channel, next_at) WHERE state = 'waiting';
CREATE INDEX delivery_letter ON public.delivery (letter) WHERE letter IS NOT NULL;
CREATE INDEX delivery_failed ON public.delivery (settled_at) WHERE state = 'failed';
COMMENT ON COLUMN public.delivery.state IS 'needless: settled before it went out';

CREATE INDEX review_opened ON kernel.review USING brin (opened_at) WITH (pages_per_range = 16);
CREATE INDEX assignment_at ON kernel.assignment USING brin (assigned_at) WITH (pages_per_range = 16);
CREATE INDEX reminder_at ON kernel.reminder USING brin (reminded_at) WITH (pages_per_range = 16);
CREATE INDEX notice_at ON public.notice USING brin (told_at) WITH (pages_per_range = 16);

GRANT SELECT ON public.delivery TO {web}, {desk};
GRANT INSERT (channel, kind, key, person, urgent, next_at) ON public.delivery TO {desk};
GRANT UPDATE (state, letter, tries, next_at, reason, settled_at) ON public.delivery TO {desk};
