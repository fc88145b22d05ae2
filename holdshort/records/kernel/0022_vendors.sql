-- 0022. Where a vendor's money goes: before a yes somebody calls the vendor. Adds assessment.call_vendor, two places that a
-- vendor's number may be from, and vendor_called. A call to one of the two is no call to the other. {desk} is a login role.

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
