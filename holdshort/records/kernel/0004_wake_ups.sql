-- 0004. Wake-ups cost less. Adds tell_the_queue and switches four triggers of the queue off: it keeps no history of
-- its jobs, because our own log tells what happened, and it tells only the process whose queue it is, in words that
-- are the same for all wake-ups of a transaction, so that they are told once. The triggers are not dropped, because
-- the library's own migrations name them.

ALTER TABLE public.procrastinate_jobs DISABLE TRIGGER procrastinate_trigger_status_events_insert_v1;
ALTER TABLE public.procrastinate_jobs DISABLE TRIGGER procrastinate_trigger_status_events_update_v1;
ALTER TABLE public.procrastinate_jobs DISABLE TRIGGER procrastinate_trigger_scheduled_events_v1;
ALTER TABLE public.procrastinate_jobs DISABLE TRIGGER procrastinate_jobs_notify_queue_job_inserted_v1;

CREATE FUNCTION public.tell_the_queue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('procrastinate_queue_v1#' || NEW.queue_name, '{{"type": "job_inserted", "job_id": 0}}');
    RETURN NULL;
END;
$$;
CREATE TRIGGER tell_the_queue AFTER INSERT ON public.procrastinate_jobs
    FOR EACH ROW WHEN (NEW.status = 'todo') EXECUTE FUNCTION public.tell_the_queue();
