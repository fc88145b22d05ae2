-- 0025. Files come with the words of a ticket. Adds attachment, which only the web process reads and writes: what the gate
-- computes cannot depend on a file, for the role that computes it may not read one. A file is written together with its message
-- and never changed. Also tells the agent, in agent_ticket, what the requester's files are called; it never gets their bytes.
-- {web} and {agent} are login roles. Names and bytes are words of people: who erases a message erases its files first.

CREATE TABLE public.attachment (
    message bigint NOT NULL REFERENCES public.message,
    place   smallint NOT NULL CHECK (place BETWEEN 1 AND 10),
    name    text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    content bytea NOT NULL CHECK (octet_length(content) BETWEEN 1 AND 10485760),
    size    integer GENERATED ALWAYS AS (octet_length(content)) STORED,
    sha256  text GENERATED ALWAYS AS (encode(sha256(content), 'hex')) STORED,
    PRIMARY KEY (message, place),
    -- No path, and nothing that ends a line or turns the direction of reading.
    CONSTRAINT plain_name CHECK (
        name !~ '[/\\\u0001-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]')
);
-- Most files are packed already; and a few bytes of one are read without the rest.
ALTER TABLE public.attachment ALTER COLUMN content SET STORAGE EXTERNAL;

GRANT SELECT, INSERT (message, place, name, content) ON public.attachment TO {web};
ALTER TABLE public.attachment ENABLE ROW LEVEL SECURITY;
CREATE POLICY attachment_read ON public.attachment FOR SELECT USING (true);
CREATE POLICY attachment_web ON public.attachment FOR INSERT TO {web} WITH CHECK (true);
-- What a message came with is settled when it is sent; nothing is slipped under it later.
CREATE POLICY with_its_message ON public.attachment AS RESTRICTIVE FOR INSERT WITH CHECK (
    EXISTS (SELECT FROM public.message m WHERE m.id = attachment.message AND m.sent_at >= transaction_timestamp()));

CREATE OR REPLACE VIEW public.agent_ticket WITH (security_barrier) AS
SELECT t.number,
       t.requester,
       p.name AS requester_name,
       (SELECT m.subject FROM public.message m WHERE m.ticket = t.number ORDER BY m.id LIMIT 1) AS subject,
       (SELECT string_agg(m.body, E'\n\n' ORDER BY m.id) FROM public.message m
         WHERE m.ticket = t.number AND m.author = t.requester) AS body,
       (SELECT max(m.id) FROM public.message m WHERE m.ticket = t.number) AS latest_message,
       ARRAY(SELECT f.name FROM public.attachment f JOIN public.message w ON w.id = f.message
              WHERE w.ticket = t.number AND w.author = t.requester ORDER BY f.message, f.place) AS attachments
  FROM public.ticket t
  JOIN public.profile p ON p.person = t.requester
 WHERE t.private_to IS NULL
   AND (SELECT u.kind FROM public.turn u WHERE u.ticket = t.number ORDER BY u.id DESC LIMIT 1) = 'with_agent';
