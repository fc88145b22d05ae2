-- name: preview
-- What an app answered to an inquiry for a proposal, or for an action that is asked anew.
SELECT seen, shown, problem, read_at FROM public.preview WHERE about = %(about)s AND inquiry = %(inquiry)s;

-- name: add_preview
-- Keep an answer. It holds values of other systems, so those of the day before go.
WITH old AS (DELETE FROM public.preview WHERE read_at < clock_timestamp() - interval '1 day')
INSERT INTO public.preview (about, inquiry, seen, shown, problem)
VALUES (%(about)s, %(inquiry)s, %(seen)s, %(shown)s, %(problem)s) ON CONFLICT (about, inquiry) DO NOTHING;
