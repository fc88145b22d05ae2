-- name: open_ticket
INSERT INTO public.ticket (requester, beneficiary, account, channel, assurance, private_to)
VALUES (%(requester)s, %(beneficiary)s, %(account)s, %(channel)s, %(assurance)s, %(private_to)s) RETURNING number;

-- name: ticket
-- A ticket with where it stands.
SELECT t.number, t.requester, t.beneficiary, t.account, t.channel, t.assurance, t.private_to, t.opened_at,
       u.kind AS stands, u.reason, u.person AS turned_by, u.at AS turned_at,
       (SELECT m.subject FROM public.message m WHERE m.ticket = t.number ORDER BY m.id LIMIT 1) AS subject,
       (SELECT max(m.id) FROM public.message m WHERE m.ticket = t.number) AS latest_message
  FROM public.ticket t
  JOIN LATERAL (SELECT * FROM public.turn u WHERE u.ticket = t.number ORDER BY u.id DESC LIMIT 1) u ON true
 WHERE t.number = %(ticket)s;

-- name: ticket_words
-- What the requester wrote, in order.
SELECT string_agg(m.subject || E'\n' || m.body, E'\n\n' ORDER BY m.id) AS words
  FROM public.message m JOIN public.ticket t ON t.number = m.ticket AND t.requester = m.author
 WHERE m.ticket = %(ticket)s;

-- name: say
INSERT INTO public.message (ticket, author, kind, subject, body)
VALUES (%(ticket)s, %(author)s, %(kind)s, %(subject)s, %(body)s);

-- name: attach
-- One file of the message that this transaction has just written.
INSERT INTO public.attachment (message, place, name, content)
VALUES (currval(pg_get_serial_sequence('public.message', 'id')), %(place)s, %(name)s, %(content)s);

-- name: attachments
-- The files of a ticket in the order of its messages, with as many bytes as tell what picture it is.
SELECT f.message, f.place, f.name, f.size, f.sha256, substring(f.content FROM 1 FOR 12) AS mark
  FROM public.attachment f JOIN public.message m ON m.id = f.message
 WHERE m.ticket = %(ticket)s ORDER BY f.message, f.place;

-- name: attachment
SELECT f.message, f.place, f.name, f.size, f.sha256, substring(f.content FROM 1 FOR 12) AS mark, f.content
  FROM public.attachment f JOIN public.message m ON m.id = f.message
 WHERE m.ticket = %(ticket)s AND f.message = %(message)s AND f.place = %(place)s;

-- name: turn
INSERT INTO public.turn (ticket, kind, person, reason) VALUES (%(ticket)s, %(kind)s, %(person)s, %(reason)s);

-- name: messages
SELECT m.id, m.author, k.kind AS author_kind, COALESCE(p.name, m.author) AS author_name, m.kind, m.subject, m.body,
       m.sent_at
  FROM public.message m JOIN kernel.person k ON k.id = m.author LEFT JOIN public.profile p ON p.person = m.author
 WHERE m.ticket = %(ticket)s ORDER BY m.id;

-- name: unfinished_actions
-- Actions of a ticket that have neither a turn that ends them nor an outcome.
SELECT a.id FROM kernel.action a JOIN kernel.action_state s ON s.action = a.id
 WHERE a.ticket = %(ticket)s AND s.state IN ('waiting', 'authorized', 'executing', 'by_hand');

-- name: waiting_words
-- What the agent may read about a ticket that waits for it.
SELECT number, requester, requester_name, subject, body, latest_message, attachments FROM public.agent_ticket
 WHERE number = %(ticket)s;

-- name: agent_names
-- What a text may name.
SELECT DISTINCT ON (kind, id) kind, id, name, also FROM public.agent_name ORDER BY kind, id, also[2] NULLS LAST;

-- name: label
INSERT INTO public.label (ticket, label) VALUES (%(ticket)s, %(label)s);

-- name: lines_of_ticket
-- The newest version of every change of a ticket with its state, who is asked, and whether what it waits for is done.
SELECT a.id::text AS id, a.root::text AS root, a.type, a.canonical, s.state,
       (SELECT f.canonical FROM kernel.action f WHERE f.id = a.root) AS first,
       ARRAY(SELECT COALESCE(p.name, g.person) FROM kernel.review r JOIN kernel.asked g ON g.review = r.number
               LEFT JOIN public.profile p ON p.person = g.person WHERE r.action = a.id
              ORDER BY g.rank, g.person) AS asked,
       ARRAY(SELECT n.root::text FROM kernel.dependency d JOIN kernel.action n ON n.id = d.needs
              WHERE d.action = a.id) AS needs
  FROM kernel.action a JOIN kernel.action_state s ON s.action = a.id
 WHERE a.ticket = %(ticket)s
   AND NOT EXISTS (SELECT FROM kernel.action b WHERE b.root = a.root AND b.version = a.version + 1 AND b.version > 1)
 ORDER BY a.position, a.staged_at;

-- name: proposals_of_ticket
-- What was offered on a ticket, the latest first.
SELECT id FROM kernel.proposal WHERE ticket = %(ticket)s ORDER BY proposed_at DESC, id DESC;
