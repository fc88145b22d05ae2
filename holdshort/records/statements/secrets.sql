-- name: secrets_of_ticket
SELECT action, expires_at FROM public.sealed
 WHERE ticket = %(ticket)s AND person = %(person)s AND expires_at > clock_timestamp();

-- name: take_secret
-- Reading is deleting, so that it can be read once.
DELETE FROM public.sealed
 WHERE action = %(action)s AND person = %(person)s AND expires_at > clock_timestamp()
RETURNING ticket, sealed;
