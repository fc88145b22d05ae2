-- 0022. Evidence from outside. Before a yes to where a vendor's money goes somebody calls the vendor: adds
-- assessment.call_vendor, two places that a vendor's number may be from, and vendor_called. Work by hand ends when its target
-- shows it, though nobody reported it: adds outcome_seen and as_seen. {desk} and {executor} are login roles.

-- ------------------------------------------------------------------ the vendor is called

ALTER TABLE kernel.assessment ADD COLUMN call_vendor boolean NOT NULL DEFAULT false;
GRANT INSERT (call_vendor) ON kernel.assessment TO {desk};

-- Where the number is from says whom it is of: the last two are of vendors.
ALTER TABLE kernel.call_back
    DROP CONSTRAINT call_back_number_from_check,
    ADD CONSTRAINT call_back_number_from_check
        CHECK (number_from IN ('directory', 'hr_record', 'in_person', 'vendor_record', 'contract'));

-- Whoever is to have asked: only a call to them confirms that.
DROP POLICY called_back ON kernel.decision;
CREATE POLICY called_back ON kernel.decision AS RESTRICTIVE FOR INSERT WITH CHECK (
    verdict <> 'approve'
    OR NOT EXISTS (SELECT FROM kernel.assessment s WHERE s.action = decision.action AND s.call_back)
    OR EXISTS (SELECT FROM kernel.called c WHERE c.action = decision.action AND c.result = 'confirmed'
                  AND c.number_from NOT IN ('vendor_record', 'contract'))
       AND NOT EXISTS (SELECT FROM kernel.called c WHERE c.action = decision.action AND c.result = 'denied'
                          AND c.number_from NOT IN ('vendor_record', 'contract')));
DROP POLICY called_back ON kernel.override;
CREATE POLICY called_back ON kernel.override AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.assessment s WHERE s.action = override.action AND s.call_back)
    OR EXISTS (SELECT FROM kernel.called c WHERE c.action = override.action AND c.result = 'confirmed'
                  AND c.number_from NOT IN ('vendor_record', 'contract'))
       AND NOT EXISTS (SELECT FROM kernel.called c WHERE c.action = override.action AND c.result = 'denied'
                          AND c.number_from NOT IN ('vendor_record', 'contract')));

-- The vendor confirmed exactly these bytes: of another version the account may be another.
CREATE POLICY vendor_called ON kernel.decision AS RESTRICTIVE FOR INSERT WITH CHECK (
    verdict <> 'approve'
    OR NOT EXISTS (SELECT FROM kernel.assessment s WHERE s.action = decision.action AND s.call_vendor)
    OR EXISTS (SELECT FROM kernel.call_back c WHERE c.action = decision.action AND c.result = 'confirmed'
                  AND c.number_from IN ('vendor_record', 'contract'))
       AND NOT EXISTS (SELECT FROM kernel.call_back c WHERE c.action = decision.action AND c.result = 'denied'
                          AND c.number_from IN ('vendor_record', 'contract')));
CREATE POLICY vendor_called ON kernel.override AS RESTRICTIVE FOR INSERT WITH CHECK (
    NOT EXISTS (SELECT FROM kernel.assessment s WHERE s.action = override.action AND s.call_vendor)
    OR EXISTS (SELECT FROM kernel.call_back c WHERE c.action = override.action AND c.result = 'confirmed'
                  AND c.number_from IN ('vendor_record', 'contract'))
       AND NOT EXISTS (SELECT FROM kernel.call_back c WHERE c.action = override.action AND c.result = 'denied'
                          AND c.number_from IN ('vendor_record', 'contract')));

-- ------------------------------------------------------------------ work by hand that the target shows

-- Of an execution, of a report by hand, or of what the target showed; never of nothing.
ALTER TABLE kernel.outcome
    DROP CONSTRAINT of_something,
    ADD CONSTRAINT of_something CHECK (
        num_nulls(execution, fence) = 0 AND report IS NULL AND kind <> 'recorded'
        OR num_nulls(execution, fence) = 2 AND report IS NOT NULL AND report = action
           AND kind IN ('recorded', 'verified', 'mismatch', 'not_applied')
        OR num_nulls(execution, fence, report) = 3 AND kind = 'verified');
CREATE POLICY outcome_seen ON kernel.outcome FOR INSERT TO {executor} WITH CHECK (num_nulls(execution, report) = 2);
-- It was seen after it was given into a person's hands, and nobody says anything else about it.
CREATE POLICY as_seen ON kernel.outcome AS RESTRICTIVE FOR INSERT WITH CHECK (
    num_nulls(execution, report) < 2
    OR EXISTS (SELECT FROM kernel.fate f, kernel.sighting g
                WHERE f.action = outcome.action AND f.kind = 'by_hand'
                  AND g.action = outcome.action AND g.shown AND g.seen_at > f.turned_at)
       AND NOT EXISTS (SELECT FROM kernel.report r WHERE r.action = outcome.action));
