-- name: tell
-- Put something before a person, unless they were told it about this action already.
INSERT INTO public.notice (person, ticket, action, text)
VALUES (%(person)s, %(ticket)s, %(action)s, %(text)s) ON CONFLICT DO NOTHING;

-- name: notices
-- The latest that a person was told without having asked, newest first; the ticket only where they may read it.
SELECT n.text, n.told_at, CASE WHEN %(everybody)s AND (t.private_to IS NULL OR t.private_to = ANY(%(contexts)s))
                                 OR t.requester = %(person)s THEN n.ticket END AS ticket
  FROM public.notice n LEFT JOIN public.ticket t ON t.number = n.ticket
 WHERE n.person = %(person)s AND n.told_at > clock_timestamp() - interval '90 days'
 ORDER BY n.id DESC LIMIT 20;

-- name: make_private
-- From now on only its requester and the people of a context read a ticket, and no agent does.
UPDATE public.ticket SET private_to = %(context)s WHERE number = %(ticket)s AND private_to IS NULL;
