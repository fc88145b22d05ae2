-- 0028. A permission and a wake-up cost less. Adds is_agreed_end, is_covered_undo, is_called_back and next_wake_up, and says
-- three rules and who sees which rows of the queue anew, with the same meaning.

-- ------------------------------------------------------------------ what few permissions rest on

-- The server makes ready all of a rule each time, also the parts that are not about this row. What is in a function of its own
-- is made ready where it is asked: of a permission by people or rules, three quarters of the work were for those two grounds.

-- The end of access is that of one grant whose time is over: its inverse, at its target, for its person.
CREATE FUNCTION kernel.is_agreed_end(undo uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM kernel.action r, kernel.granted g
         WHERE r.id = undo AND g.action = r.undoes AND r.type = g.takes
           AND r.connector = g.connector AND kernel.target_of(r.canonical) = g.target
           AND r.beneficiary = g.beneficiary AND g.due_at <= clock_timestamp());
END;
$$;
DROP POLICY as_agreed ON kernel."authorization";
CREATE POLICY as_agreed ON kernel."authorization" AS RESTRICTIVE FOR INSERT WITH CHECK (
    basis <> 'term' OR kernel.is_agreed_end(action));

-- Exactly what was covered, at its target and for its person, and it starts before the time is over.
CREATE FUNCTION kernel.is_covered_undo(undo uuid, expires_at timestamptz) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM kernel.action r JOIN kernel.rollback b ON b.action = r.undoes
         WHERE r.id = undo AND r.type = b.type AND r.connector = b.connector
           AND kernel.target_of(r.canonical) = b.target AND r.beneficiary = b.beneficiary
           AND pg_catalog.convert_from(r.canonical, 'UTF8')::jsonb -> 'params' = b.params
           AND is_covered_undo.expires_at <= b.ends_at);
END;
$$;
DROP POLICY as_covered ON kernel."authorization";
CREATE POLICY as_covered ON kernel."authorization" AS RESTRICTIVE FOR INSERT WITH CHECK (
    basis <> 'rollback' OR kernel.is_covered_undo(action, expires_at));

-- Whoever is to have asked: only a call to them confirms that, and a call in which they denied it counts more.
CREATE FUNCTION kernel.is_called_back(asked uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM kernel.called c WHERE c.action = asked AND c.result = 'confirmed'
                      AND c.number_from NOT IN ('vendor_record', 'contract'))
       AND NOT EXISTS (SELECT FROM kernel.called c WHERE c.action = asked AND c.result = 'denied'
                          AND c.number_from NOT IN ('vendor_record', 'contract'));
END;
$$;
DROP POLICY called_back ON kernel.decision;
CREATE POLICY called_back ON kernel.decision AS RESTRICTIVE FOR INSERT WITH CHECK (
    verdict <> 'approve'
    OR NOT EXISTS (SELECT FROM kernel.assessment s WHERE s.action = decision.action AND s.call_back)
    OR kernel.is_called_back(action));
DROP POLICY called_back ON kernel.override;
CREATE POLICY called_back ON kernel.override AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.assessment s WHERE s.action = override.action AND s.call_back)
    OR kernel.is_called_back(action));

-- ------------------------------------------------------------------ wake-ups

-- Forgets a wake-up that is done and takes the next. The table is empty whenever nothing is to do, so that a plan made then would
-- read all of it, for each wake-up of the next burst: here no plan may.
CREATE FUNCTION public.next_wake_up(done bigint, worker bigint, queue text)
RETURNS TABLE (id bigint, stop text, target text) LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    DELETE FROM public.procrastinate_jobs j WHERE j.id = done AND j.worker_id = worker;
    RETURN QUERY
    UPDATE public.procrastinate_jobs j SET status = 'doing', worker_id = worker
     WHERE j.id = (
           SELECT o.id FROM public.procrastinate_jobs o
            WHERE o.status = 'todo' AND o.queue_name = queue
              AND (o.scheduled_at IS NULL OR o.scheduled_at <= clock_timestamp())
            ORDER BY o.priority DESC, o.id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING j.id, j.task_name::text, j.args ->> 'id';
END;
$$;

-- Whoever works a queue finds a wake-up by its id. An index on the queue's name would look as good to a plan for an empty table.
DROP POLICY job_agent ON public.procrastinate_jobs;
DROP POLICY job_desk ON public.procrastinate_jobs;
DROP POLICY job_executor ON public.procrastinate_jobs;
CREATE POLICY job_agent ON public.procrastinate_jobs TO {agent} USING (queue_name || '' = 'agent');
CREATE POLICY job_desk ON public.procrastinate_jobs TO {desk} USING (queue_name || '' = 'desk');
CREATE POLICY job_executor ON public.procrastinate_jobs TO {executor} USING (queue_name || '' = 'executor');
